import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { modelPackageGroupName, runResourceName } from '#domain/naming';
import { describePackage } from '#domain/registry/model-package';
import { removedKey } from '#domain/retention/layout';
import { runPrefix } from '#domain/runs/layout';
import { stageResources } from '#functions/aws/stage-resources';
import { listOwnResources } from '#functions/use-cases/own-resources';
import { removedRecordSchema } from '#schemas/records/clean-up';
import { championSchema } from '#schemas/records/run';
import { cleanUp, describePlan } from '../../cli/clean-up.ts';
import { listItems, listPackages, readModelVersions } from '../../cli/model-versions.ts';
import { getState } from '../../cli/runs.ts';
import type { UpProject } from './project.ts';

/** A project with models in service and before it. */
interface Served {
  readonly project: UpProject;
  readonly pipeline: string;
  slackSays(...words: string[]): Promise<boolean>;
}

const seeded = 200;
/** The id of a run of two years ago. */
const oldRun = (i: number): string =>
  `2024${String(1 + Math.floor(i / 28)).padStart(2, '0')}${String(1 + (i % 28)).padStart(2, '0')}-080000-${i.toString(16).padStart(4, '0')}`;

/** Does something for each of many, some at once. */
async function forEach<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await act(one);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
}

/** Writes runs of long ago past the pipeline, with what runs leave. @returns the versions that were rejected */
async function seedRuns({ project, pipeline }: Served, runIds: readonly string[]): Promise<string[]> {
  const { s3, sageMaker, db, outputs } = project.target;
  const champion = championSchema.parse(await getState(project.target, pipeline, 'champion'));
  const served = await sageMaker.send(new DescribeModelCommand({ ModelName: champion.modelName }));
  const { InferenceSpecification } = await sageMaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: champion.modelPackageArn }),
  );
  await forEach(runIds, async (runId) => {
    const prefix = runPrefix({ pipeline, runId });
    const objects = [
      // an object of two versions
      [outputs.ArtifactsBucketName, `${prefix}config.json`],
      [outputs.ArtifactsBucketName, `${prefix}config.json`],
      [outputs.CleanBucketName, `${prefix}clean/00000.parquet`],
    ] as const;
    for (const [Bucket, Key] of objects) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x'.repeat(100) }));
  });
  for (let i = 0; i < runIds.length; i += 25) {
    const puts = runIds.slice(i, i + 25).map((runId) => ({
      PutRequest: { Item: { pk: pipeline, sk: `run#${runId}`, runId, status: 'rejected' } },
    }));
    await db.send(new BatchWriteCommand({ RequestItems: { [outputs.StateTableName]: puts } }));
  }
  const versions: string[] = [];
  for (const runId of runIds.slice(0, 3)) {
    const run = { pipeline, runId };
    const ModelName = runResourceName('local', run);
    const { PrimaryContainer, ExecutionRoleArn } = served;
    await sageMaker.send(new CreateModelCommand({ ModelName, PrimaryContainer, ExecutionRoleArn }));
    const ProductionVariants = [
      { VariantName: 'main', ModelName, InstanceType: 'ml.m5.large' as const, InitialInstanceCount: 1 },
    ];
    await sageMaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: ModelName, ProductionVariants }));
    const { ModelPackageArn = '' } = await sageMaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: modelPackageGroupName('local', pipeline),
        ModelPackageDescription: describePackage(run),
        InferenceSpecification,
        ModelApprovalStatus: 'Rejected',
      }),
    );
    versions.push(ModelPackageArn);
  }
  return versions;
}

/** A clean-up of a pipeline among whose runs are two hundred old ones, while a schedule cleans up too. */
export function cleanUpSteps(served: () => Served): void {
  it('cleans up two hundred old runs, and keeps what serves, served or may be rolled back to', async () => {
    const { project, pipeline, slackSays } = served();
    const { target } = project;
    const { s3, sageMaker, outputs } = target;
    const versionsOf = async (bucket: string, Prefix: string) => {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix }),
      );
      return [...Versions, ...DeleteMarkers];
    };
    const champion = championSchema.parse(await getState(target, pipeline, 'champion'));
    const [before, packages, resources, records] = [
      await readModelVersions(target, pipeline, 100),
      await listPackages(target, pipeline),
      await listOwnResources(stageResources(sageMaker), 'local', pipeline),
      await listItems(target, outputs.StateTableName, pipeline, 'run#'),
    ];
    const dry = await cleanUp(target, { pipeline, dryRun: true }, true);
    expect(dry.removed).toBeUndefined();
    expect(dry.plan.kept).toContainEqual({ pipeline, runId: champion.runId, reason: 'its model serves' });

    const runIds = Array.from({ length: seeded }, (_, i) => oldRun(i));
    const rejected = await seedRuns(served(), runIds);
    const first = await cleanUp(target, { pipeline, dryRun: false }, true);
    expect(describePlan(first.plan, {})).toContain('nothing refers to it');
    const record = await s3.send(
      new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: removedKey(first.planKey, 0) }),
    );
    expect(removedRecordSchema.parse(JSON.parse((await record.Body?.transformToString()) ?? '')).counts).toMatchObject({
      kept: 0,
    });
    expect(await slackSays('Cleaned up after', 'may be rolled back to')).toBe(true);

    // the schedule's clean-up may have had some of them at the same moment
    await expect
      .poll(async () => (await cleanUp(target, { pipeline, dryRun: true }, true)).plan.removals, { timeout: 60_000 })
      .toEqual([]);
    for (const bucket of [outputs.ArtifactsBucketName, outputs.CleanBucketName])
      expect(await versionsOf(bucket, `${pipeline}/runs/2024`)).toEqual([]);
    const left = await listPackages(target, pipeline);
    expect(left.filter((arn) => rejected.includes(arn))).toEqual([]);
    expect(left).toEqual(packages);
    expect(await listOwnResources(stageResources(sageMaker), 'local', pipeline)).toEqual(resources);
    expect(await listItems(target, outputs.StateTableName, pipeline, 'run#')).toEqual(records);
    expect(await readModelVersions(target, pipeline, 100)).toEqual(before);
    const { EndpointStatus } = await sageMaker.send(
      new DescribeEndpointCommand({ EndpointName: champion.endpointName }),
    );
    expect(EndpointStatus).toBe('InService');
    expect(
      (await versionsOf(outputs.ArtifactsBucketName, runPrefix({ pipeline, runId: champion.runId }))).length,
    ).toBeGreaterThan(10);
  }, 400_000);
}
