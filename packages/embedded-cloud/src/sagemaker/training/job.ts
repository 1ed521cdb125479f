import { emitJobChange } from '#src/sagemaker/events';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import type { Kept } from '#src/sagemaker/store';
import type { Metric } from '#src/sagemaker/training/metrics';
import type { CreateTrainingJob } from '#src/sagemaker/training/request';

export type TrainingStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';
export type SecondaryStatus =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Stopping'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'MaxWaitTimeExceeded'
  | 'Interrupted'
  | 'Completed'
  | 'Failed';

interface Transition {
  readonly status: SecondaryStatus;
  readonly message: string;
  readonly start: number;
  readonly end?: number;
}

/** A training job, as stored. */
export interface TrainingJob extends Kept {
  readonly status: TrainingStatus;
  readonly request: CreateTrainingJob;
  /** The tuning job that launched it: it is run again by that one, not by itself. */
  readonly tuningJob?: string;
  readonly secondary: SecondaryStatus;
  readonly transitions: readonly Transition[];
  readonly started?: number;
  readonly ended?: number;
  readonly failureReason?: string;
  readonly metrics?: readonly Metric[];
}

/** StatusMessage by secondary status (API reference: SecondaryStatusTransition). */
const messages: Readonly<Record<SecondaryStatus, string>> = {
  Starting: 'Preparing the instances for training',
  Downloading: 'Downloading input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
  MaxWaitTimeExceeded: 'Training job runtime exceeded MaxWaitTimeInSeconds provided',
  Interrupted: 'Training job was interrupted: the managed spot training instances were reclaimed',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
};

const final: ReadonlySet<SecondaryStatus> = new Set([
  'Stopped',
  'MaxRuntimeExceeded',
  'MaxWaitTimeExceeded',
  'Completed',
  'Failed',
]);

const statusOf = (secondary: SecondaryStatus): TrainingStatus => {
  if (secondary === 'Completed' || secondary === 'Failed' || secondary === 'Stopped' || secondary === 'Stopping') {
    return secondary;
  }
  return secondary === 'MaxRuntimeExceeded' || secondary === 'MaxWaitTimeExceeded' ? 'Stopped' : 'InProgress';
};

/** Moves a job to its next status, stores it, and sends its event. */
export const transition = (
  hub: Hub,
  name: string,
  secondary: SecondaryStatus,
  more: Partial<Pick<TrainingJob, 'failureReason' | 'metrics' | 'started'>> = {},
): void => {
  const job = hub.store.get<TrainingJob>('training-job', name);
  if (!job) return;
  const now = hub.cloud.clock.now();
  const message = more.failureReason ?? messages[secondary];
  const isFinal = final.has(secondary);
  const earlier = job.transitions.map((t) => (t.end === undefined ? { ...t, end: now } : t));
  hub.store.put<TrainingJob>('training-job', {
    ...job,
    ...more,
    status: statusOf(secondary),
    secondary,
    modified: now,
    transitions: [...earlier, { status: secondary, message, start: now, ...(isFinal ? { end: now } : {}) }],
    ...(isFinal ? { ended: now } : {}),
  });
  emitTrainingChange(hub, name);
};

export const emitTrainingChange = (hub: Hub, name: string): void => {
  const job = hub.store.get<TrainingJob>('training-job', name);
  if (job) emitJobChange(hub, 'training-job', name, describeTrainingJob(hub, job));
};

/** Where the artifact of a job is (Developer Guide: built-in algorithms). */
export const modelArtifactUri = (request: CreateTrainingJob): string => {
  const base = `${request.OutputDataConfig.S3OutputPath.replace(/\/$/, '')}/${request.TrainingJobName}/output`;
  return request.OutputDataConfig.CompressionType === 'NONE' ? `${base}/model/` : `${base}/model.tar.gz`;
};

/** The answer of DescribeTrainingJob. */
export const describeTrainingJob = (hub: Hub, job: TrainingJob): Record<string, unknown> => {
  const { Tags: _, ...request } = job.request;
  const ran = job.started === undefined ? undefined : (job.ended ?? hub.cloud.clock.now()) - job.started;
  const billable = ran === undefined ? undefined : Math.max(1, Math.ceil(ran / 1000));
  return present({
    ...request,
    TrainingJobArn: arnOf(hub.cloud, 'training-job', job.name),
    TuningJobArn:
      job.tuningJob === undefined ? undefined : arnOf(hub.cloud, 'hyper-parameter-tuning-job', job.tuningJob),
    ModelArtifacts: { S3ModelArtifacts: modelArtifactUri(job.request) },
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondary,
    FailureReason: job.failureReason,
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: request.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: request.EnableManagedSpotTraining ?? false,
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    TrainingStartTime: job.started === undefined ? undefined : seconds(job.started),
    TrainingEndTime: job.ended === undefined ? undefined : seconds(job.ended),
    TrainingTimeInSeconds: job.ended === undefined ? undefined : billable,
    // Wall-clock time: the bill multiplies it by the number of instances (API reference: DescribeTrainingJob).
    BillableTimeInSeconds: job.ended === undefined ? undefined : billable,
    SecondaryStatusTransitions: job.transitions.map((t) =>
      present({
        Status: t.status,
        StatusMessage: t.message,
        StartTime: seconds(t.start),
        EndTime: t.end === undefined ? undefined : seconds(t.end),
      }),
    ),
    FinalMetricDataList: job.metrics?.map((metric) => ({
      MetricName: metric.name,
      Value: metric.value,
      Timestamp: seconds(metric.at),
    })),
  });
};
