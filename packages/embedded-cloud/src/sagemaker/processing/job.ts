import { emitJobChange } from '#src/sagemaker/events';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import type { CreateProcessingJob } from '#src/sagemaker/processing/request';
import type { Kept } from '#src/sagemaker/store';

export type ProcessingStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** A processing job, as stored. */
export interface ProcessingJob extends Kept {
  readonly status: ProcessingStatus;
  readonly request: CreateProcessingJob;
  readonly started?: number;
  readonly ended?: number;
  readonly failureReason?: string;
  /** What the program left in /opt/ml/output/message. */
  readonly exitMessage?: string;
}

/** The answer of DescribeProcessingJob. */
export const describeProcessingJob = (hub: Hub, job: ProcessingJob): Record<string, unknown> => {
  const { Tags: _, ...request } = job.request;
  return present({
    ...request,
    StoppingCondition: request.StoppingCondition ?? { MaxRuntimeInSeconds: DEFAULT_MAX_RUNTIME_SECONDS },
    ProcessingJobArn: arnOf(hub.cloud, 'processing-job', job.name),
    ProcessingJobStatus: job.status,
    ExitMessage: job.exitMessage,
    FailureReason: job.failureReason,
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    ProcessingStartTime: job.started === undefined ? undefined : seconds(job.started),
    ProcessingEndTime: job.ended === undefined ? undefined : seconds(job.ended),
  });
};

/** How long a job without a StoppingCondition may run (API reference: ProcessingStoppingCondition). */
export const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;

/** Changes a job, stores it, and sends its event. */
export const changeProcessing = (
  hub: Hub,
  name: string,
  change: Partial<Pick<ProcessingJob, 'status' | 'started' | 'failureReason' | 'exitMessage'>>,
): void => {
  const job = hub.store.get<ProcessingJob>('processing-job', name);
  if (!job) return;
  const now = hub.cloud.clock.now();
  const ended = change.status === 'Completed' || change.status === 'Failed' || change.status === 'Stopped';
  const changed: ProcessingJob = { ...job, ...change, modified: now, ...(ended ? { ended: now } : {}) };
  hub.store.put('processing-job', changed);
  emitProcessingChange(hub, changed);
};

export const emitProcessingChange = (hub: Hub, job: ProcessingJob): void =>
  emitJobChange(hub, 'processing-job', job.name, describeProcessingJob(hub, job));
