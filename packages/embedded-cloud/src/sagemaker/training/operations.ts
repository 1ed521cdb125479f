import { AwsError } from '#src/cloud/service';
import { isBuiltIn } from '#src/sagemaker/built-in';
import { addTags, type Hub, keepTags, mustAssume, mustFind, on, onAny, passRole } from '#src/sagemaker/hub';
import { isToStop, type Jobs } from '#src/sagemaker/jobs';
import { page } from '#src/sagemaker/listing';
import { arnOf, invalid, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import { requireInstances, usageOf } from '#src/sagemaker/quotas';
import { describeTrainingJob, emitTrainingChange, type TrainingJob, transition } from '#src/sagemaker/training/job';
import type { MetricListener } from '#src/sagemaker/training/metrics';
import {
  type CreateTrainingJob,
  createTrainingJobShape,
  listTrainingJobsShape,
  trainingJobNameShape,
} from '#src/sagemaker/training/request';
import { runTrainingJob } from '#src/sagemaker/training/run';

const idOf = (name: string): string => `training-job/${name.toLowerCase()}`;

/** Runs a stored training job. Resolves when it has ended. */
export const startTraining = (hub: Hub, jobs: Jobs, name: string, onMetric?: MetricListener): Promise<void> =>
  jobs.start(idOf(name), (signal) => runTrainingJob(hub, name, signal, onMetric));

/** Keeps a new training job, without running it yet. */
export const keepTraining = (hub: Hub, request: CreateTrainingJob, tuningJob?: string): void => {
  const name = request.TrainingJobName;
  const now = hub.cloud.clock.now();
  keepTags(hub, 'training-job', name, request.Tags);
  hub.store.put<TrainingJob>('training-job', {
    name,
    created: now,
    modified: now,
    status: 'InProgress',
    request,
    ...(tuningJob === undefined ? {} : { tuningJob }),
    secondary: 'Starting',
    transitions: [{ status: 'Starting', message: 'Starting the training job', start: now }],
  });
  emitTrainingChange(hub, name);
};

/** Stops a training job in progress. */
export const stopTraining = (hub: Hub, jobs: Jobs, name: string): void => {
  transition(hub, name, 'Stopping');
  jobs.stop(idOf(name));
};

/** Rules of CreateTrainingJob that span several members. @throws AwsError as AWS refuses it */
export const checkTraining = (hub: Hub, request: CreateTrainingJob): void => {
  const { AlgorithmSpecification: algorithm, ResourceConfig: resources, StoppingCondition: stopping } = request;
  if (algorithm.TrainingImage === undefined) {
    throw invalid(
      'AlgorithmSpecification needs a TrainingImage: AlgorithmName is not supported by the embedded cloud.',
    );
  }
  hub.runtime('algorithm', algorithm.TrainingImage);
  if (isBuiltIn(algorithm.TrainingImage) && (algorithm.MetricDefinitions?.length ?? 0) > 0) {
    throw invalid(
      "You can't override the metric definitions for Amazon SageMaker algorithms. " +
        'Please retry the request without specifying metric definitions.',
    );
  }
  if (resources.InstanceType === undefined || (resources.InstanceCount ?? 0) < 1) {
    throw invalid('ResourceConfig needs an InstanceType and an InstanceCount of at least 1.');
  }
  const maxWait = stopping.MaxWaitTimeInSeconds;
  if (request.EnableManagedSpotTraining) {
    if (maxWait === undefined) throw invalid('MaxWaitTimeInSeconds must be present for Managed Spot Training.');
    if (maxWait < (stopping.MaxRuntimeInSeconds ?? 86_400)) {
      throw invalid('Invalid MaxWaitTimeInSeconds. It must be equal to or greater than MaxRuntimeInSeconds.');
    }
  } else if (maxWait !== undefined) {
    throw invalid('MaxWaitTimeInSeconds should not be specified for non-spot training jobs.');
  }
  const channels = (request.InputDataConfig ?? []).map((channel) => channel.ChannelName);
  if (new Set(channels).size < channels.length) throw invalid('Channel names must be unique within a training job.');
  for (const channel of request.InputDataConfig ?? []) {
    const type = channel.DataSource.S3DataSource?.S3DataType;
    if (type === undefined || type === 'AugmentedManifestFile') {
      throw invalid(`Channel ${channel.ChannelName}: the embedded cloud reads S3Prefix and ManifestFile sources only.`);
    }
  }
  const taken = hub.store.get<TrainingJob>('training-job', request.TrainingJobName);
  if (taken) {
    throw new AwsError(
      'ResourceInUse',
      'Training job names must be unique within an AWS account and region, and a training job with this name ' +
        `already exists (${arnOf(hub.cloud, 'training-job', taken.name)})`,
    );
  }
};

export const trainingOperations = (hub: Hub, jobs: Jobs): Operations => ({
  CreateTrainingJob: operation(
    createTrainingJobShape,
    (input) => [
      { ...on(hub, 'CreateTrainingJob', 'training-job', input.TrainingJobName), context: conditions(input) },
      ...addTags(hub, 'training-job', input.TrainingJobName, input.Tags),
      passRole(input.RoleArn),
    ],
    (input) => {
      checkTraining(hub, input);
      const { InstanceType: type = '', InstanceCount: count = 0 } = input.ResourceConfig;
      requireInstances(hub, usageOf(input.EnableManagedSpotTraining), [{ type, count }]);
      mustAssume(hub, input.RoleArn, arnOf(hub.cloud, 'training-job', input.TrainingJobName));
      keepTraining(hub, input);
      startTraining(hub, jobs, input.TrainingJobName);
      return { TrainingJobArn: arnOf(hub.cloud, 'training-job', input.TrainingJobName) };
    },
  ),

  DescribeTrainingJob: operation(
    trainingJobNameShape,
    (input) => [on(hub, 'DescribeTrainingJob', 'training-job', input.TrainingJobName)],
    (input) => describeTrainingJob(hub, mustFind<TrainingJob>(hub, 'training-job', input.TrainingJobName)),
  ),

  StopTrainingJob: operation(
    trainingJobNameShape,
    (input) => [on(hub, 'StopTrainingJob', 'training-job', input.TrainingJobName)],
    (input) => {
      const job = mustFind<TrainingJob>(hub, 'training-job', input.TrainingJobName);
      if (isToStop('training job', job.status)) {
        stopTraining(hub, jobs, job.name);
      }
      return {};
    },
  ),

  ListTrainingJobs: operation(
    listTrainingJobsShape,
    () => [onAny('ListTrainingJobs')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<TrainingJob>('training-job'), {
        SortOrder: 'Ascending',
        ...input,
      });
      return present({
        NextToken,
        TrainingJobSummaries: items.map((job) =>
          present({
            TrainingJobName: job.name,
            TrainingJobArn: arnOf(hub.cloud, 'training-job', job.name),
            CreationTime: seconds(job.created),
            LastModifiedTime: seconds(job.modified),
            TrainingEndTime: job.ended === undefined ? undefined : seconds(job.ended),
            TrainingJobStatus: job.status,
            SecondaryStatus: job.secondary,
          }),
        ),
      });
    },
  ),
});

/** Condition keys that policies use to fence training in. */
const conditions = (input: CreateTrainingJob): Record<string, string | readonly string[]> => {
  const { InstanceType, VolumeKmsKeyId } = input.ResourceConfig;
  const outputKey = input.OutputDataConfig.KmsKeyId;
  return {
    'sagemaker:NetworkIsolation': String(input.EnableNetworkIsolation ?? false),
    'sagemaker:InterContainerTrafficEncryption': String(input.EnableInterContainerTrafficEncryption ?? false),
    ...(InstanceType === undefined ? {} : { 'sagemaker:InstanceTypes': [InstanceType] }),
    ...(VolumeKmsKeyId === undefined ? {} : { 'sagemaker:VolumeKmsKey': VolumeKmsKeyId }),
    ...(outputKey === undefined ? {} : { 'sagemaker:OutputKmsKey': outputKey }),
  };
};
