import { createHash } from 'node:crypto';
import { ApplicationAutoScalingClient, DescribeScalingPoliciesCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
} from '@aws-sdk/client-sagemaker';
import type { World } from './world.ts';

/** What SageMaker holds under a name, by kind. */
export interface Holdings {
  readonly trainingJobs: readonly { readonly name: string; readonly status: string }[];
  readonly transformJobs: readonly { readonly name: string; readonly status: string }[];
  readonly models: readonly string[];
  readonly endpoints: readonly { readonly name: string; readonly status: string }[];
  readonly endpointConfigs: readonly string[];
}

const listed = (name: string | undefined, status?: string) => ({ name: name ?? '', status: status ?? '' });

/** Everything in SageMaker whose name holds some text. */
export async function holdings({ project }: World, NameContains: string): Promise<Holdings> {
  const { sageMaker } = project.target;
  const wanted = { NameContains, MaxResults: 100 };
  const [training, transform, models, endpoints, configs] = await Promise.all([
    sageMaker.send(new ListTrainingJobsCommand(wanted)),
    sageMaker.send(new ListTransformJobsCommand(wanted)),
    sageMaker.send(new ListModelsCommand(wanted)),
    sageMaker.send(new ListEndpointsCommand(wanted)),
    sageMaker.send(new ListEndpointConfigsCommand(wanted)),
  ]);
  return {
    trainingJobs: (training.TrainingJobSummaries ?? []).map((j) => listed(j.TrainingJobName, j.TrainingJobStatus)),
    transformJobs: (transform.TransformJobSummaries ?? []).map((j) => listed(j.TransformJobName, j.TransformJobStatus)),
    models: (models.Models ?? []).map((m) => m.ModelName ?? ''),
    endpoints: (endpoints.Endpoints ?? []).map((e) => listed(e.EndpointName, e.EndpointStatus)),
    endpointConfigs: (configs.EndpointConfigs ?? []).map((c) => c.EndpointConfigName ?? ''),
  };
}

/** How many packages of the pipeline's group were registered for a run. */
export async function packagesOf({ project, pipeline }: World, runId: string): Promise<number> {
  const { ModelPackageSummaryList = [] } = await project.target.sageMaker.send(
    new ListModelPackagesCommand({
      ModelPackageGroupName: `tidegate-local-${pipeline}`,
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: 100,
    }),
  );
  return ModelPackageSummaryList.filter((p) => p.ModelPackageDescription?.includes(runId)).length;
}

/** The number of scaling policies of the endpoint. */
export async function scalingPolicies({ project, pipeline }: World): Promise<number> {
  const { endpoint, region, admin: credentials } = project.cloud;
  const client = new ApplicationAutoScalingClient({ endpoint, region, credentials });
  const { ScalingPolicies = [] } = await client.send(
    new DescribeScalingPoliciesCommand({
      ServiceNamespace: 'sagemaker',
      ResourceId: `endpoint/tidegate-local-${pipeline}/variant/AllTraffic`,
    }),
  );
  client.destroy();
  return ScalingPolicies.length;
}

/** What is wrong with the guards of an endpoint at rest: alarms of a roll-out that are left, or a champion that is not scaled. */
export async function guardsOf(world: World): Promise<string[]> {
  const { endpoint, region, admin: credentials } = world.project.cloud;
  const client = new CloudWatchClient({ endpoint, region, credentials });
  const { MetricAlarms = [] } = await client.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `tidegate-local-${world.pipeline}-` }),
  );
  client.destroy();
  return [
    ...MetricAlarms.map(({ AlarmName }) => `the alarm ${AlarmName} is left`),
    ...((await scalingPolicies(world)) === 1 ? [] : ['the endpoint is not scaled']),
  ];
}

/** What a drop is, to the byte: every version of every object below its prefix. */
export async function fingerprint({ project }: World, prefix: string): Promise<string> {
  const { s3, outputs } = project.target;
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: outputs.RawBucketName, Prefix: prefix }),
  );
  const lines = [...Versions.map((v) => [v.Key, v.VersionId, v.ETag, v.Size]), ...DeleteMarkers.map((d) => [d.Key])];
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex');
}

const over = new Set(['Completed', 'Failed', 'Stopped']);

/** Jobs that still run. */
export const unfinished = ({ trainingJobs, transformJobs }: Holdings): string[] =>
  [...trainingJobs, ...transformJobs].filter((job) => !over.has(job.status)).map((job) => `${job.name} ${job.status}`);

/** What was said more than once: the same heading twice. */
export function repeated(texts: readonly string[]): string[] {
  const headings = texts.map((text) => text.split('\n')[0] ?? '');
  return [...new Set(headings.filter((heading, i) => headings.indexOf(heading) !== i))];
}
