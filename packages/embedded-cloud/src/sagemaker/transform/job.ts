import { emitJobChange } from '#src/sagemaker/events';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import type { Kept } from '#src/sagemaker/store';
import type { CreateTransformJob } from '#src/sagemaker/transform/request';

export type TransformStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** A transform job, as stored. */
export interface TransformJob extends Kept {
  readonly status: TransformStatus;
  readonly request: CreateTransformJob;
  readonly started?: number;
  readonly ended?: number;
  readonly failureReason?: string;
}

/** The answer of DescribeTransformJob. */
export const describeTransformJob = (hub: Hub, job: TransformJob): Record<string, unknown> => {
  const { Tags: _, ...request } = job.request;
  return present({
    ...request,
    TransformJobArn: arnOf(hub.cloud, 'transform-job', job.name),
    TransformJobStatus: job.status,
    FailureReason: job.failureReason,
    DataProcessing: { InputFilter: '$', OutputFilter: '$', JoinSource: 'None', ...request.DataProcessing },
    CreationTime: seconds(job.created),
    TransformStartTime: job.started === undefined ? undefined : seconds(job.started),
    TransformEndTime: job.ended === undefined ? undefined : seconds(job.ended),
  });
};

/** Changes a job, stores it, and sends its event. */
export const changeTransform = (
  hub: Hub,
  name: string,
  change: Partial<Pick<TransformJob, 'status' | 'started' | 'failureReason'>>,
): void => {
  const job = hub.store.get<TransformJob>('transform-job', name);
  if (!job) return;
  const now = hub.cloud.clock.now();
  const ended = change.status === 'Completed' || change.status === 'Failed' || change.status === 'Stopped';
  const changed: TransformJob = { ...job, ...change, modified: now, ...(ended ? { ended: now } : {}) };
  hub.store.put('transform-job', changed);
  emitJobChange(hub, 'transform-job', name, describeTransformJob(hub, changed));
};
