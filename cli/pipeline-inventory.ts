import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, DescribeEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import { endpointMonth, storageMonth } from '#domain/costs/prices';
import { endpointName } from '#domain/naming';
import { asynchronousPrefix, fileListPrefix } from '#domain/runs/layout';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import { stageResources } from '#functions/aws/stage-resources';
import { findOrphans } from '#functions/use-cases/find-orphans';
import { listOwnResources } from '#functions/use-cases/own-resources';
import type { Orphans } from '#schemas/events/retire';
import { pricingOf } from './costs.ts';
import { listPackages } from './model-versions.ts';
import type { Target } from './target.ts';

/** Something that a pipeline has, with its monthly cost in dollars: undefined when its price is not known. */
export interface Holding {
  readonly what: string;
  readonly count: number;
  readonly names: readonly string[];
  readonly monthly: number | undefined;
  /** Whether a retirement deletes it always, or only with `--delete-data`. */
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

/** A pipeline's own folder, in the raw bucket the lists of the files of its drops, in the clean one requests to its asynchronous endpoint. */
const prefixesOf = (pipeline: string): readonly string[] => [
  `${pipeline}/`,
  fileListPrefix(pipeline),
  asynchronousPrefix(pipeline),
];

/** Every version of every object of a pipeline in a bucket. */
export async function* listVersions(
  { s3, outputs }: Target,
  bucket: DataBucket,
  pipeline: string,
): AsyncGenerator<StoredVersion> {
  for (const Prefix of prefixesOf(pipeline)) yield* versionsBelow(s3, { Bucket: outputs[bucket], Prefix });
}

async function* versionsBelow(
  s3: Target['s3'],
  request: { readonly Bucket: string; readonly Prefix: string },
): AsyncGenerator<StoredVersion> {
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
async function readEndpoint({ sageMaker, stage, region }: Target, pipeline: string): Promise<Holding[]> {
  const name = endpointName(stage, pipeline);
  try {
    const { EndpointConfigName } = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    const { ProductionVariants = [] } = await sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const pricing = pricingOf({ stage, region });
    const costs = ProductionVariants.map((v) =>
      endpointMonth(v.InstanceType ?? '', v.InitialInstanceCount ?? 0, pricing),
    );
    const monthly = costs.every((cost) => cost !== undefined) ? costs.reduce((a, b) => a + b, 0) : undefined;
    return [{ what: 'endpoint', count: 1, names: [name], monthly, goes: 'always' }];
  } catch (error) {
    if (isSageMakerMissing(error)) return [];
    throw error;
  }
}

/** All that a pipeline has in SageMaker and S3, with what it costs a month. */
export async function readHoldings(target: Target, pipeline: string): Promise<Holding[]> {
  const { sageMaker, stage } = target;
  const { configs, models } = await listOwnResources(stageResources(sageMaker), stage, pipeline);
  const free = (what: string, names: readonly string[], goes: Holding['goes']): Holding[] =>
    names.length === 0 ? [] : [{ what, count: names.length, names, monthly: 0, goes }];
  const holdings = [
    ...(await readEndpoint(target, pipeline)),
    ...free('endpoint config', configs, 'always'),
    ...free('model', models, 'always'),
    ...free('model package', await listPackages(target, pipeline), 'with-data'),
  ];
  for (const [bucket, what] of Object.entries(dataBuckets)) {
    let [count, size] = [0, 0];
    for await (const version of listVersions(target, bucket as DataBucket, pipeline)) {
      count += 1;
      size += version.size;
    }
    if (count > 0)
      holdings.push({ what, count, names: [], monthly: storageMonth(size, pricingOf(target)), goes: 'with-data' });
  }
  return holdings;
}

/** Endpoints of the stage whose pipelines are not in this project. */
export async function findOrphanedEndpoints(
  { sageMaker, stage }: Target,
  pipelines: readonly string[],
): Promise<Orphans['orphans']> {
  return (await findOrphans({ stage, pipelines, resources: stageResources(sageMaker) })).orphans;
}
