import { DescribeModelPackageCommand, paginateListModelPackages } from '@aws-sdk/client-sagemaker';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { deploymentKeys } from '#domain/deployment/target';
import { modelPackageGroupName } from '#domain/naming';
import { type ModelVersion, modelHistory, type RegisteredVersion } from '#domain/registry/model-history';
import { decisionSchema } from '#schemas/records/decision';
import { deploymentClaimSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';
import { CliError } from './output.ts';
import { getState } from './runs.ts';
import type { Target } from './target.ts';

/** All items of a partition of a table whose sort key starts with a prefix. */
export async function listItems(
  { db }: Target,
  TableName: string,
  pk: string,
  prefix: string,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  const pages = paginateQuery(
    { client: db },
    {
      TableName,
      KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': pk, ...(prefix === '' ? {} : { ':sk': prefix }) },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) items.push(...Items);
  return items;
}

/** ARNs of a pipeline's model packages, newest first. Empty before the first registration, which creates the group. */
export async function listPackages(
  { sageMaker, stage }: Target,
  pipeline: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const arns: string[] = [];
  try {
    const pages = paginateListModelPackages(
      { client: sageMaker, pageSize: Math.min(limit, 100) },
      {
        ModelPackageGroupName: modelPackageGroupName(stage, pipeline),
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
      },
    );
    for await (const { ModelPackageSummaryList = [] } of pages) {
      arns.push(...ModelPackageSummaryList.map((p) => p.ModelPackageArn ?? ''));
      if (arns.length >= limit) break;
    }
  } catch (error) {
    if (!(error instanceof Error && /does not exist/.test(error.message))) throw error;
  }
  return arns.slice(0, limit);
}

/** A version as the registry has it. */
export async function describeVersion({ sageMaker }: Target, arn: string): Promise<RegisteredVersion> {
  const found = await sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
  const properties = found.CustomerMetadataProperties ?? {};
  const metrics = Object.entries(properties).filter(([name]) => name.startsWith('metric.'));
  return {
    version: found.ModelPackageVersion ?? Number(arn.slice(arn.lastIndexOf('/') + 1)),
    ...(properties['run_id'] === undefined ? {} : { runId: properties['run_id'] }),
    registeredAt: found.CreationTime?.toISOString() ?? '',
    approval: found.ModelApprovalStatus ?? 'PendingManualApproval',
    metrics: Object.fromEntries(metrics.map(([name, value]) => [name.slice('metric.'.length), Number(value)])),
  };
}

/** A pipeline's model versions with their decisions and times in service, newest first. */
export async function readModelVersions(target: Target, pipeline: string, limit: number): Promise<ModelVersion[]> {
  const items = (prefix: string) => listItems(target, target.outputs.StateTableName, pipeline, prefix);
  const arns = await listPackages(target, pipeline, limit);
  const [registered, champion, former, decisions, claims, retired] = await Promise.all([
    Promise.all(arns.map((arn) => describeVersion(target, arn))),
    getState(target, pipeline, deploymentKeys.champion),
    items(deploymentKeys.formerChampion('')),
    items('decision#'),
    items('deployment#'),
    getState(target, pipeline, deploymentKeys.retired),
  ]);
  return modelHistory(registered, {
    champion: champion && championSchema.parse(champion),
    retired: retired !== undefined,
    former: former.map((item) => ({ ...championSchema.parse(item), supersededAt: String(item['supersededAt']) })),
    decisions: decisions.map((item) => decisionSchema.parse(item)),
    claims: new Map(
      claims.map((item) => [Number(String(item['sk']).split('#')[1]), deploymentClaimSchema.parse(item)]),
    ),
  });
}

/** The ARN of a version of a pipeline. @throws CliError when there is none */
export async function packageOfVersion(target: Target, pipeline: string, version: number): Promise<string> {
  const arns = await listPackages(target, pipeline);
  const arn = arns.find((a) => a.endsWith(`/${version}`));
  if (arn === undefined) {
    throw new CliError(`${pipeline} has no version ${version}. "npx tidegate models ${pipeline}" lists them.`);
  }
  return arn;
}
