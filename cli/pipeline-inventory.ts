import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModelPackages,
  paginateListModels,
} from '@aws-sdk/client-sagemaker';
import { endpointMonth, storageMonth } from '#domain/costs/prices';
import { runOfConfig } from '#domain/deployment/target';
import { endpointName, modelPackageGroupName, pipelineOfGroup } from '#domain/naming';
import type { Target } from './target.ts';

/** Something that a pipeline has, with its monthly cost in dollars: undefined when its price is not known. */
export interface Holding {
  readonly what: string;
  readonly count: number;
  readonly names: readonly string[];
  readonly monthly: number | undefined;
  /** Whether it is deleted: at once, only with `--delete-data`, or never. */
  readonly goes: 'always' | 'with-data';
}

export type DataBucket = 'RawBucketName' | 'CleanBucketName' | 'ArtifactsBucketName';
export const dataBuckets = {
  RawBucketName: 'raw data',
  CleanBucketName: 'clean data',
  ArtifactsBucketName: 'run records, models and reports',
} as const satisfies Record<DataBucket, string>;

/** One version of an object, or a delete marker. */
export interface StoredVersion {
  readonly Key: string;
  readonly VersionId: string;
  readonly size: number;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && /could not find|does not exist|not found/i.test(error.message);

/** Every version of every object of a pipeline in a bucket. */
export async function* listVersions(
  { s3, outputs }: Target,
  bucket: DataBucket,
  pipeline: string,
): AsyncGenerator<StoredVersion> {
  const request = { Bucket: outputs[bucket], Prefix: `${pipeline}/` };
  let page: Partial<ListObjectVersionsCommandOutput> = {};
  do {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    page = await s3.send(new ListObjectVersionsCommand({ ...request, KeyMarker, VersionIdMarker }));
    const { Versions = [], DeleteMarkers = [] } = page;
    for (const { Key = '', VersionId = '', Size = 0 } of Versions) yield { Key, VersionId, size: Size };
    for (const { Key = '', VersionId = '' } of DeleteMarkers) yield { Key, VersionId, size: 0 };
  } while (page.IsTruncated === true);
}

/** The endpoint of a pipeline, if it has one, with what its instances cost. */
async function readEndpoint({ sageMaker, stage }: Target, pipeline: string): Promise<Holding[]> {
  const name = endpointName(stage, pipeline);
  try {
    const { EndpointConfigName } = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    const { ProductionVariants = [] } = await sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const costs = ProductionVariants.map((v) => endpointMonth(v.InstanceType ?? '', v.InitialInstanceCount ?? 0));
    const monthly = costs.every((cost) => cost !== undefined) ? costs.reduce((a, b) => a + b, 0) : undefined;
    return [{ what: 'endpoint', count: 1, names: [name], monthly, goes: 'always' }];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function namesOf<Page>(pages: AsyncIterable<Page>, read: (page: Page) => readonly (string | undefined)[]) {
  const names: string[] = [];
  try {
    for await (const page of pages) names.push(...read(page).filter((name) => name !== undefined));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return names;
}

/** ARNs of a pipeline's model packages. */
export const listPackageArns = ({ sageMaker, stage }: Target, pipeline: string): Promise<string[]> =>
  namesOf(
    paginateListModelPackages({ client: sageMaker }, { ModelPackageGroupName: modelPackageGroupName(stage, pipeline) }),
    ({ ModelPackageSummaryList = [] }) => ModelPackageSummaryList.map((p) => p.ModelPackageArn),
  );

/** All that a pipeline has in SageMaker and S3, with what it costs a month. */
export async function readHoldings(target: Target, pipeline: string): Promise<Holding[]> {
  const { sageMaker, stage } = target;
  const part = `${endpointName(stage, pipeline)}-`;
  const isOwn = (name: string): boolean => runOfConfig(stage, pipeline, name) !== undefined;
  const free = (what: string, names: readonly string[], goes: Holding['goes']): Holding[] =>
    names.length === 0 ? [] : [{ what, count: names.length, names, monthly: 0, goes }];
  const configs = await namesOf(
    paginateListEndpointConfigs({ client: sageMaker }, { NameContains: part }),
    ({ EndpointConfigs = [] }) => EndpointConfigs.map((c) => c.EndpointConfigName),
  );
  const models = await namesOf(paginateListModels({ client: sageMaker }, { NameContains: part }), ({ Models = [] }) =>
    Models.map((m) => m.ModelName),
  );
  const holdings = [
    ...(await readEndpoint(target, pipeline)),
    ...free('endpoint config', configs.filter(isOwn), 'always'),
    ...free('model', models.filter(isOwn), 'always'),
    ...free('model package', await listPackageArns(target, pipeline), 'with-data'),
  ];
  for (const [bucket, what] of Object.entries(dataBuckets)) {
    let [count, size] = [0, 0];
    for await (const version of listVersions(target, bucket as DataBucket, pipeline)) {
      count += 1;
      size += version.size;
    }
    if (count > 0) holdings.push({ what, count, names: [], monthly: storageMonth(size), goes: 'with-data' });
  }
  return holdings;
}

/** Endpoints of the stage whose pipelines are not in this project. */
export async function findOrphanedEndpoints(
  { sageMaker, stage }: Target,
  pipelines: readonly string[],
): Promise<{ readonly pipeline: string; readonly endpoint: string }[]> {
  const names = await namesOf(
    paginateListEndpoints({ client: sageMaker }, { NameContains: endpointName(stage, '') }),
    ({ Endpoints = [] }) => Endpoints.map((e) => e.EndpointName),
  );
  return names.flatMap((endpoint) => {
    const pipeline = pipelineOfGroup(stage, endpoint);
    return pipeline === undefined || pipelines.includes(pipeline) ? [] : [{ pipeline, endpoint }];
  });
}
