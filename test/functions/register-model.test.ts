import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { sha256Hex } from '#functions/runtime/hash';
import { modelCardSchema } from '#schemas/records/model-card';
import { sampleReport } from '../domain/reports/sample.ts';
import { sampleRecords } from '../domain/reports/sample-run.ts';
import type { MemoryState } from '../fakes/memory-state.ts';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { type Calls, Crash, countCalls } from './support/crash.ts';
import { dropRecord, trainingRecord } from './support/judged-run.ts';
import { refusal } from './support/sagemaker.ts';
import { context, packageArn, pipeline, setStage } from './support/stage.ts';
import { fakeStateTable } from './support/state-table.ts';

const run = { pipeline: 'loan', runId: '20260102-080000-bbbb' };
const keys = artifactKeys(run);
const { evaluation, verdict } = sampleReport('binary');
const { profile } = sampleRecords();
const automatic = { ...pipeline, description: 'Who defaults?', registry: { approval: 'auto' } };
let register: () => Promise<{ modelPackageArn: string }>;
let state: MemoryState;
let buckets: FakeBuckets;
let groups: Set<string>;
/** Packages by client token, as SageMaker tells one request from another. */
let packages: Map<string, string>;
/** What was said of packages after they were registered. */
let approved: string[];
let packageStatus: 'InProgress' | 'Completed';
/** How many changes of a package SageMaker refuses because of another. */
let refusedChanges: number;
const freshMock = () => mockClient(SageMakerClient);
let mock: ReturnType<typeof freshMock>;

function world(calls?: Calls, configuration: object = pipeline): void {
  state = fakeStateTable(calls);
  buckets = fakeBuckets();
  groups = new Set();
  packages = new Map();
  mock = freshMock();
  mock.on(DescribeModelPackageGroupCommand).callsFake(({ ModelPackageGroupName: name }) => {
    if (!groups.has(name)) throw refusal(`ModelPackageGroup ${name} does not exist.`);
    return {};
  });
  mock.on(CreateModelPackageGroupCommand).callsFake(({ ModelPackageGroupName: name }) => {
    if (groups.has(name)) throw refusal(`Model Package Group already exists: ${name}`);
    groups.add(name);
    calls?.made(`create group ${name}`);
    return {};
  });
  mock.on(CreateModelPackageCommand).callsFake(({ ClientToken, ModelPackageGroupName: group }) => {
    if (!groups.has(group)) throw refusal(`ModelPackageGroup ${group} does not exist.`);
    const arn = packages.get(ClientToken) ?? packageArn(packages.size + 1);
    packages.set(ClientToken, arn);
    calls?.made(`create package ${arn}`);
    return { ModelPackageArn: arn };
  });
  mock.on(UpdateModelPackageCommand).callsFake(({ ModelPackageArn, ModelApprovalStatus }) => {
    if (refusedChanges-- > 0) throw refusal('the package is being created', 'ConflictException');
    expect(state.everything(), 'nothing is approved that its run does not know of').not.toEqual({});
    approved.push(`${ModelPackageArn} ${ModelApprovalStatus}`);
    calls?.made(`approve ${ModelPackageArn}`);
    return {};
  });
  mock.on(DescribeModelPackageCommand).callsFake(() => {
    calls?.made('describe package');
    return { ModelPackageStatus: packageStatus };
  });
  approved = [];
  packageStatus = 'Completed';
  refusedChanges = 0;
  const records = {
    [keys.config]: configuration,
    [keys.evaluation]: evaluation,
    [keys.training]: trainingRecord,
    [keys.drop]: dropRecord,
    [keys.verdict]: verdict,
    [keys.profile]: profile,
  };
  for (const [key, record] of Object.entries(records)) buckets.put(`artifacts-bucket/${key}`, JSON.stringify(record));
}
const request = () => mock.commandCalls(CreateModelPackageCommand)[0]?.args[0].input;

beforeAll(async () => {
  setStage();
  process.env['STATE_TABLE'] = 'tidegate-dev-state';
  const { handler } = await import('#functions/register-model');
  register = () => handler({ run }, context);
});
beforeEach(() => world());

describe('a candidate that passed its gates', () => {
  it('is registered with its metrics and lineage, and the run remembers it', async () => {
    expect(await register()).toEqual({ modelPackageArn: packageArn(1) });

    expect(request()).toMatchObject({
      ModelPackageGroupName: 'tidegate-dev-loan',
      ModelApprovalStatus: 'PendingManualApproval',
      MetadataProperties: { CommitId: 'c0ffee' },
      ModelMetrics: {
        ModelQuality: {
          Statistics: {
            S3Uri: `s3://artifacts-bucket/${keys.evaluation}`,
            ContentDigest: `sha256:${sha256Hex(buckets.text(`artifacts-bucket/${keys.evaluation}`) ?? '')}`,
          },
        },
      },
      CustomerMetadataProperties: { run_id: run.runId },
    });
    expect(await state.get('loan', `run#${run.runId}`)).toMatchObject({
      modelPackageArn: packageArn(1),
      modelPackageVersion: 1,
      approval: 'PendingManualApproval',
    });
    expect(approved).toEqual([]);
  });

  it('has a model card, a draft until the version is approved', async () => {
    world(undefined, { ...automatic, card: { owner: 'Credit Risk', riskRating: 'High' } });
    await register();
    const { ModelCardContent = '', ModelCardStatus } = request()?.ModelCard ?? {};
    expect(ModelCardStatus).toBe('Draft');
    expect(modelCardSchema.parse(JSON.parse(ModelCardContent))).toMatchObject({
      intended_uses: { purpose_of_model: 'Who defaults?', risk_rating: 'High' },
      additional_information: { custom_details: { run_id: run.runId } },
    });
    expect(mock.commandCalls(UpdateModelPackageCommand)[0]?.args[0].input).toMatchObject({
      ModelApprovalStatus: 'Approved',
      ModelCard: { ModelCardStatus: 'Approved' },
    });
  });

  it('is approved all the same where SageMaker takes no status of a card', async () => {
    world(undefined, automatic);
    mock.on(UpdateModelPackageCommand).callsFake(({ ModelPackageArn, ModelApprovalStatus, ModelCard }) => {
      if (ModelCard) throw refusal('Model Card is in Archived state', 'ValidationException');
      approved.push(`${ModelPackageArn} ${ModelApprovalStatus}`);
      return {};
    });
    await register();
    expect(approved).toEqual([`${packageArn(1)} Approved`]);
  });

  it('is approved where the pipeline says so, once its run knows of it', async () => {
    world(undefined, automatic);
    await register();
    await register();
    expect(request()).toMatchObject({ ModelApprovalStatus: 'PendingManualApproval' });
    expect(approved).toEqual([`${packageArn(1)} Approved`]);
    expect(await state.get('loan', `run#${run.runId}`)).toMatchObject({ approval: 'Approved' });
    expect(mock.commandCalls(CreateModelPackageGroupCommand)[0]?.args[0].input).toMatchObject({
      ModelPackageGroupDescription: 'Who defaults?',
    });
  });

  it('is not approved before SageMaker has completed it', async () => {
    world(undefined, automatic);
    packageStatus = 'InProgress';
    await expect(register()).rejects.toMatchObject({ name: 'StillRunningError' });
    expect(approved).toEqual([]);
    packageStatus = 'Completed';
    refusedChanges = 1;
    await expect(register()).rejects.toMatchObject({ name: 'TransientError' });

    await register();
    expect(approved).toEqual([`${packageArn(1)} Approved`]);
  });

  it('fails with the reason that SageMaker gives', async () => {
    mock.on(DescribeModelPackageCommand).resolves({
      ModelPackageStatus: 'Failed',
      ModelPackageStatusDetails: {
        ValidationStatuses: [{ Name: 'image', Status: 'Failed', FailureReason: 'no such image' }],
      },
    });
    await expect(register()).rejects.toThrow(/Failed: no such image\. Delete/);
  });

  it('is registered once, however often the Task runs', async () => {
    expect([await register(), await register()]).toEqual([
      { modelPackageArn: packageArn(1) },
      { modelPackageArn: packageArn(1) },
    ]);
    expect(mock.commandCalls(CreateModelPackageCommand)).toHaveLength(1);
  });

  it('joins the group of the models before it, and does not mind another making it first', async () => {
    groups.add('tidegate-dev-loan');
    await register();
    expect(mock.commandCalls(CreateModelPackageGroupCommand)).toHaveLength(0);

    world();
    mock.on(DescribeModelPackageGroupCommand).callsFakeOnce(({ ModelPackageGroupName: name }) => {
      groups.add(name);
      throw refusal(`ModelPackageGroup ${name} does not exist.`);
    });
    expect(await register()).toEqual({ modelPackageArn: packageArn(1) });
  });
});

it('registers once when registering breaks off anywhere and is tried again', async () => {
  const whole = countCalls();
  world(whole, automatic);
  await register();
  const wanted = state.everything();
  expect(whole.log).toHaveLength(7);

  for (let n = 1; n <= whole.log.length; n++) {
    world(countCalls(n), automatic);
    await expect(register(), `call ${n}`).rejects.toBeInstanceOf(Crash);
    expect(await register()).toEqual({ modelPackageArn: packageArn(1) });
    expect(packages.size, `after ${whole.log[n - 1]}`).toBe(1);
    expect(state.everything()).toEqual(wanted);
  }
});

it.each([
  ['throttled', refusal('Rate exceeded', 'ThrottlingException'), 'TransientError'],
  ['refused', refusal('not authorized', 'AccessDeniedException'), 'AccessDeniedException'],
])('remembers nothing when it is %s', async (_, error, name) => {
  mock.on(CreateModelPackageCommand).rejects(error);
  await expect(register()).rejects.toMatchObject({ name });
  mock.on(DescribeModelPackageGroupCommand).rejects(error);
  await expect(register()).rejects.toMatchObject({ name });
  expect(state.everything()).toEqual({});
});
