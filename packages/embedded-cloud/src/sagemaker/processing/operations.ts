import { addTags, type Hub, keepTags, mustAssume, mustFind, on, onAny, passRole } from '#src/sagemaker/hub';
import { isToStop, type Jobs } from '#src/sagemaker/jobs';
import { page } from '#src/sagemaker/listing';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import {
  changeProcessing,
  describeProcessingJob,
  emitProcessingChange,
  type ProcessingJob,
} from '#src/sagemaker/processing/job';
import {
  type CreateProcessingJob,
  createProcessingJobShape,
  listProcessingJobsShape,
  processingJobNameShape,
} from '#src/sagemaker/processing/request';
import { checkProcessing } from '#src/sagemaker/processing/rules';
import { runProcessingJob } from '#src/sagemaker/processing/run';
import { clusterOf, requireInstances } from '#src/sagemaker/quotas';

const KIND = 'processing-job';
const idOf = (name: string): string => `${KIND}/${name.toLowerCase()}`;

const startProcessing = (hub: Hub, jobs: Jobs, name: string): Promise<void> =>
  jobs.start(idOf(name), (signal) => runProcessingJob(hub, name, signal));

/** Runs again what was in progress. */
export const resumeProcessing = (hub: Hub, jobs: Jobs): void => {
  for (const { name, status } of hub.store.all<ProcessingJob>(KIND)) {
    if (status === 'InProgress') startProcessing(hub, jobs, name);
    if (status === 'Stopping') changeProcessing(hub, name, { status: 'Stopped' });
  }
};

/** Condition keys that policies use to fence processing in. */
const conditions = (input: CreateProcessingJob): Record<string, string | readonly string[]> => {
  const { InstanceType, VolumeKmsKeyId } = input.ProcessingResources.ClusterConfig;
  const outputKey = input.ProcessingOutputConfig?.KmsKeyId;
  return {
    'sagemaker:InstanceTypes': [InstanceType],
    'sagemaker:NetworkIsolation': String(input.NetworkConfig?.EnableNetworkIsolation ?? false),
    ...(VolumeKmsKeyId === undefined ? {} : { 'sagemaker:VolumeKmsKey': VolumeKmsKeyId }),
    ...(outputKey === undefined ? {} : { 'sagemaker:OutputKmsKey': outputKey }),
  };
};

export const processingOperations = (hub: Hub, jobs: Jobs): Operations => ({
  CreateProcessingJob: operation(
    createProcessingJobShape,
    (input) => [
      { ...on(hub, 'CreateProcessingJob', KIND, input.ProcessingJobName), context: conditions(input) },
      ...addTags(hub, KIND, input.ProcessingJobName, input.Tags),
      passRole(input.RoleArn),
    ],
    (input) => {
      checkProcessing(hub, input);
      requireInstances(hub, 'processing job', [clusterOf(input)]);
      mustAssume(hub, input.RoleArn, arnOf(hub.cloud, KIND, input.ProcessingJobName));
      const name = input.ProcessingJobName;
      const now = hub.cloud.clock.now();
      keepTags(hub, KIND, name, input.Tags);
      const job: ProcessingJob = { name, created: now, modified: now, status: 'InProgress', request: input };
      hub.store.put(KIND, job);
      emitProcessingChange(hub, job);
      startProcessing(hub, jobs, name);
      return { ProcessingJobArn: arnOf(hub.cloud, KIND, name) };
    },
  ),

  DescribeProcessingJob: operation(
    processingJobNameShape,
    (input) => [on(hub, 'DescribeProcessingJob', KIND, input.ProcessingJobName)],
    (input) => describeProcessingJob(hub, mustFind<ProcessingJob>(hub, KIND, input.ProcessingJobName)),
  ),

  StopProcessingJob: operation(
    processingJobNameShape,
    (input) => [on(hub, 'StopProcessingJob', KIND, input.ProcessingJobName)],
    (input) => {
      const job = mustFind<ProcessingJob>(hub, KIND, input.ProcessingJobName);
      if (isToStop('processing job', job.status)) {
        changeProcessing(hub, job.name, { status: 'Stopping' });
        jobs.stop(idOf(job.name));
      }
      return {};
    },
  ),

  ListProcessingJobs: operation(
    listProcessingJobsShape,
    () => [onAny('ListProcessingJobs')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<ProcessingJob>(KIND), { SortOrder: 'Ascending', ...input });
      return present({
        NextToken,
        ProcessingJobSummaries: items.map((job) =>
          present({
            ProcessingJobName: job.name,
            ProcessingJobArn: arnOf(hub.cloud, KIND, job.name),
            CreationTime: seconds(job.created),
            ProcessingEndTime: job.ended === undefined ? undefined : seconds(job.ended),
            LastModifiedTime: seconds(job.modified),
            ProcessingJobStatus: job.status,
            FailureReason: job.failureReason,
            ExitMessage: job.exitMessage,
          }),
        ),
      });
    },
  ),
});
