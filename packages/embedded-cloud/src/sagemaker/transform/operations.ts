import { AwsError } from '#src/cloud/service';
import { addTags, type Hub, keepTags, mustFind, on, onAny } from '#src/sagemaker/hub';
import { isToStop, type Jobs } from '#src/sagemaker/jobs';
import { page } from '#src/sagemaker/listing';
import type { Model } from '#src/sagemaker/models/model';
import { arnOf, invalid, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import { requireInstances } from '#src/sagemaker/quotas';
import { FilterError, parseCsvFilter } from '#src/sagemaker/transform/filter';
import { changeTransform, describeTransformJob, type TransformJob } from '#src/sagemaker/transform/job';
import {
  type CreateTransformJob,
  createTransformJobShape,
  listTransformJobsShape,
  transformJobNameShape,
} from '#src/sagemaker/transform/request';
import { runTransformJob } from '#src/sagemaker/transform/run';

const idOf = (name: string): string => `transform-job/${name.toLowerCase()}`;

export const startTransform = (hub: Hub, jobs: Jobs, name: string): Promise<void> =>
  jobs.start(idOf(name), (signal) => runTransformJob(hub, name, signal));

const isCsv = (type: string | undefined): boolean => type?.split(';')[0]?.trim().toLowerCase() === 'text/csv';

/**
 * Rules of CreateTransformJob that span several members (SageMaker API Reference, CreateTransformJob and DataProcessing).
 */
const check = (hub: Hub, request: CreateTransformJob): void => {
  const { TransformInput: input, TransformOutput: output, DataProcessing: processing } = request;
  if (input.DataSource.S3DataSource.S3DataType !== 'S3Prefix') {
    throw invalid('The embedded cloud transforms S3Prefix sources only.');
  }
  if (input.SplitType === 'RecordIO' || input.SplitType === 'TFRecord') {
    throw invalid(`SplitType ${input.SplitType} is not supported by the embedded cloud: use Line or None.`);
  }
  const payload = request.MaxPayloadInMB ?? 6;
  if (payload > 100) throw invalid('MaxPayloadInMB cannot be greater than 100 MB.');
  if (request.MaxConcurrentTransforms && request.MaxConcurrentTransforms * payload > 100) {
    throw invalid('The value of (MaxConcurrentTransforms * MaxPayloadInMB) must not exceed 100 MB.');
  }
  if (request.BatchStrategy === 'SingleRecord' && (input.SplitType ?? 'None') === 'None') {
    throw invalid('BatchStrategy SingleRecord needs a SplitType.');
  }
  const filtered = [processing?.InputFilter, processing?.OutputFilter].some(
    (path) => path !== undefined && path !== '$',
  );
  const joined = processing?.JoinSource === 'Input';
  if (joined && (input.SplitType !== 'Line' || output.AssembleWith !== 'Line')) {
    throw invalid('When JoinSource is Input, SplitType and AssembleWith must be the same (Line).');
  }
  if (joined && input.ContentType !== output.Accept) {
    throw invalid('When JoinSource is Input, ContentType and Accept must be the same.');
  }
  if ((filtered || joined) && !isCsv(input.ContentType)) {
    throw invalid('The embedded cloud filters and joins text/csv only: set ContentType to text/csv.');
  }
  try {
    parseCsvFilter(processing?.InputFilter);
    parseCsvFilter(processing?.OutputFilter);
  } catch (error) {
    if (error instanceof FilterError) throw invalid(error.message);
    throw error;
  }
  mustFind<Model>(hub, 'model', request.ModelName);
  if (hub.store.get('transform-job', request.TransformJobName)) {
    throw new AwsError(
      'ResourceInUse',
      'Job name must be unique within an AWS account and region, and a job with this name already exists ' +
        `(${arnOf(hub.cloud, 'transform-job', request.TransformJobName)})`,
    );
  }
};

export const transformOperations = (hub: Hub, jobs: Jobs): Operations => ({
  CreateTransformJob: operation(
    createTransformJobShape,
    (input) => [
      {
        ...on(hub, 'CreateTransformJob', 'transform-job', input.TransformJobName),
        context: {
          'sagemaker:ModelArn': arnOf(hub.cloud, 'model', input.ModelName),
          'sagemaker:InstanceTypes': [input.TransformResources.InstanceType],
        },
      },
      ...addTags(hub, 'transform-job', input.TransformJobName, input.Tags),
    ],
    (input) => {
      check(hub, input);
      const { InstanceType: type, InstanceCount: count } = input.TransformResources;
      requireInstances(hub, 'transform job', [{ type, count }]);
      const name = input.TransformJobName;
      const now = hub.cloud.clock.now();
      keepTags(hub, 'transform-job', name, input.Tags);
      hub.store.put<TransformJob>('transform-job', {
        name,
        created: now,
        modified: now,
        status: 'InProgress',
        request: input,
      });
      changeTransform(hub, name, {});
      startTransform(hub, jobs, name);
      return { TransformJobArn: arnOf(hub.cloud, 'transform-job', name) };
    },
  ),

  DescribeTransformJob: operation(
    transformJobNameShape,
    (input) => [on(hub, 'DescribeTransformJob', 'transform-job', input.TransformJobName)],
    (input) => describeTransformJob(hub, mustFind<TransformJob>(hub, 'transform-job', input.TransformJobName)),
  ),

  StopTransformJob: operation(
    transformJobNameShape,
    (input) => [on(hub, 'StopTransformJob', 'transform-job', input.TransformJobName)],
    (input) => {
      const job = mustFind<TransformJob>(hub, 'transform-job', input.TransformJobName);
      if (isToStop('transform job', job.status)) {
        changeTransform(hub, job.name, { status: 'Stopping' });
        jobs.stop(idOf(job.name));
      }
      return {};
    },
  ),

  ListTransformJobs: operation(
    listTransformJobsShape,
    () => [onAny('ListTransformJobs')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<TransformJob>('transform-job'), input);
      return present({
        NextToken,
        TransformJobSummaries: items.map((job) =>
          present({
            TransformJobName: job.name,
            TransformJobArn: arnOf(hub.cloud, 'transform-job', job.name),
            CreationTime: seconds(job.created),
            LastModifiedTime: seconds(job.modified),
            TransformEndTime: job.ended === undefined ? undefined : seconds(job.ended),
            TransformJobStatus: job.status,
            FailureReason: job.failureReason,
          }),
        ),
      });
    },
  ),
});
