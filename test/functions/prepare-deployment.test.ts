import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { artifactKeys } from '#domain/runs/layout';
import type { DeploymentDecision } from '#schemas/events/deployment';
import { fakeExecutions } from './support/executions.ts';
import { fakeS3 } from './support/s3.ts';
import { fakeSageMaker } from './support/sagemaker.ts';
import {
  championOf,
  configOf,
  context,
  endpointName,
  executionArn,
  packageArn,
  pipeline,
  runs,
  setStage,
} from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let tables: Tables;
let world: ReturnType<typeof newWorld>;
let prepare: (version: number, execution: string, arn?: string, rolledBackAt?: string) => Promise<DeploymentDecision>;

function newWorld() {
  const [sageMaker, s3, executions] = [fakeSageMaker(), fakeS3(), fakeExecutions()];
  Object.values(runs).forEach((runId, i) => {
    sageMaker.packages.set(packageArn(i + 1), { status: 'Approved', approvedAt: `2026-01-0${i + 1}T09:00:00Z`, runId });
    s3.objects.set(`artifacts-bucket/${artifactKeys({ pipeline: 'loan', runId }).config}`, JSON.stringify(pipeline));
  });
  return { sageMaker, s3, executions };
}
const claimOf = (version: number) => tables.state.get('loan', deploymentKeys.claim(version));
const lock = () => tables.state.get('loan', deploymentKeys.lock);
/** Ends an execution that held the claim and the lock. */
async function finish(version: number, status: 'promoted' | 'failed'): Promise<void> {
  await tables.state.set('loan', deploymentKeys.claim(version), { status });
  await tables.state.remove('loan', deploymentKeys.lock);
  world.executions.running.clear();
}
async function crown(version: number, runId: string): Promise<void> {
  await finish(version, 'promoted');
  await tables.state.put('loan', 'champion', championOf(version, runId, '2026-01-03T10:00:00Z'));
  world.sageMaker.serve(endpointName, configOf(runId));
}

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/prepare-deployment');
  prepare = (version, execution, arn = packageArn(version), rolledBackAt?: string) => {
    world.executions.running.add(executionArn(execution));
    const startedAt = '2026-01-05T00:00:00.000Z';
    return handler({ modelPackageArn: arn, executionArn: executionArn(execution), startedAt, rolledBackAt }, context);
  };
});
beforeEach(async () => {
  await tables.clear();
  world = newWorld();
});
afterAll(() => tables.close());

const first = { pipeline: 'loan', runId: runs.first };

it('deploys an approved version when nothing serves yet, with nothing to go back to', async () => {
  const decision = await prepare(1, 'e1');

  expect(decision).toEqual({
    decision: 'deploy',
    run: first,
    modelPackageArn: packageArn(1),
    modelPackageVersion: 1,
    modelName: configOf(runs.first),
    endpointName,
    endpointConfigName: configOf(runs.first),
    previousConfig: null,
    executionArn: executionArn('e1'),
    decidedAt: '2026-01-01T09:00:00.000Z',
    maxWaitMinutes: 60,
  });
  expect(await claimOf(1)).toMatchObject({ status: 'deploying', executionArn: executionArn('e1'), runId: runs.first });
  expect(await lock()).toMatchObject({ executionArn: executionArn('e1'), version: 1 });
});

it('remembers the config that serves as the one to go back to', async () => {
  await prepare(1, 'e1');
  await crown(1, runs.first);

  expect(await prepare(2, 'e2')).toMatchObject({ decision: 'deploy', previousConfig: configOf(runs.first) });
});

it('gives a retried execution the same answer and changes nothing', async () => {
  const answer = await prepare(1, 'e1');
  const records = [await claimOf(1), await lock(), await tables.tests.list(endpointName, '')];

  expect(await prepare(1, 'e1')).toEqual(answer);
  expect([await claimOf(1), await lock(), await tables.tests.list(endpointName, '')]).toEqual(records);
});

it('does not deploy a model of a retired pipeline', async () => {
  await tables.state.put('loan', 'retired', { at: '2026-01-01T00:00:00.000Z' });

  expect(await prepare(1, 'e1')).toEqual({ decision: 'ignore', reason: 'pipeline loan was retired on 2026-01-01' });
  expect(await claimOf(1)).toMatchObject({ status: 'superseded' });
  expect(await lock()).toBeUndefined();
});

it('ignores further events of an approval that is being deployed', async () => {
  await prepare(1, 'e1');

  expect(await prepare(1, 'duplicate')).toEqual({
    decision: 'ignore',
    reason: `version 1 is being deployed by ${executionArn('e1')}`,
  });
});

it('lets one of many simultaneous events deploy', async () => {
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => prepare(1, name)));

  expect(answers.map((a) => a.decision).toSorted()).toEqual(['deploy', 'ignore', 'ignore', 'ignore']);
});

it.each(['promoted', 'failed'] as const)('ignores a late event of an approval that ended as %s', async (status) => {
  await prepare(1, 'e1');
  await finish(1, status);

  expect(await prepare(1, 'late')).toEqual({
    decision: 'ignore',
    reason: `this approval of version 1 was carried out: ${status}`,
  });
});

it('deploys a version again that failed when it is approved again', async () => {
  await prepare(1, 'e1');
  await finish(1, 'failed');
  world.sageMaker.packages.set(packageArn(1), {
    status: 'Approved',
    approvedAt: '2026-01-04T09:00:00Z',
    runId: runs.first,
  });

  expect(await prepare(1, 'again')).toMatchObject({ decision: 'deploy', executionArn: executionArn('again') });
});

it('goes back to an older version that is approved again by hand', async () => {
  await prepare(1, 'e1');
  await finish(1, 'promoted');
  await prepare(3, 'e3');
  await crown(3, runs.third);
  world.sageMaker.packages.set(packageArn(1), {
    status: 'Approved',
    approvedAt: '2026-01-04T09:00:00Z',
    runId: runs.first,
  });

  expect(await prepare(1, 'back')).toMatchObject({
    decision: 'deploy',
    modelPackageVersion: 1,
    previousConfig: configOf(runs.third),
  });
});

it('leaves a version out that was overtaken by a later approval, and gives the lock back', async () => {
  await prepare(3, 'e3');
  await crown(3, runs.third);

  expect(await prepare(2, 'e2')).toEqual({
    decision: 'ignore',
    reason: 'version 3 was approved later and serves',
  });
  expect(await claimOf(2)).toMatchObject({ status: 'superseded' });
  expect(await lock()).toBeUndefined();
});

it('does not deploy what serves already', async () => {
  await prepare(1, 'e1');
  await crown(1, runs.first);
  world.sageMaker.packages.set(packageArn(1), {
    status: 'Approved',
    approvedAt: '2026-01-04T09:00:00Z',
    runId: runs.first,
  });

  expect(await prepare(1, 'again')).toEqual({ decision: 'ignore', reason: 'version 1 of loan serves already' });
  expect(await lock()).toBeUndefined();
});

it('deploys the champion again when its endpoint is gone', async () => {
  await prepare(1, 'e1');
  await crown(1, runs.first);
  world.sageMaker.endpoints.clear();
  world.sageMaker.packages.set(packageArn(1), {
    status: 'Approved',
    approvedAt: '2026-01-04T09:00:00Z',
    runId: runs.first,
  });

  expect(await prepare(1, 'again')).toMatchObject({ decision: 'deploy', previousConfig: null });
});

it('waits while another deployment changes the endpoint, and gets its turn when that has ended', async () => {
  await prepare(1, 'e1');

  await expect(prepare(2, 'e2')).rejects.toMatchObject({ name: 'EndpointBusyError' });
  expect(await claimOf(2)).toMatchObject({ status: 'waiting' });
  await crown(1, runs.first);
  expect(await prepare(2, 'e2')).toMatchObject({ decision: 'deploy', previousConfig: configOf(runs.first) });
});

it('takes claim and lock over from an execution that was aborted', async () => {
  await prepare(1, 'aborted');
  world.executions.running.clear();

  expect(await prepare(1, 'next')).toMatchObject({ decision: 'deploy', executionArn: executionArn('next') });
  expect(await lock()).toMatchObject({ executionArn: executionArn('next') });
});

it('goes back to the champion when an aborted deployment left its own config in service', async () => {
  await prepare(1, 'e1');
  await crown(1, runs.first);
  await prepare(2, 'aborted');
  world.executions.running.clear();
  world.sageMaker.serve(endpointName, configOf(runs.second));

  expect(await prepare(2, 'next')).toMatchObject({ decision: 'deploy', previousConfig: configOf(runs.first) });
});

it.each(['Rejected', 'PendingManualApproval'])('ignores a version that is %s by now', async (status) => {
  world.sageMaker.packages.set(packageArn(1), { status, approvedAt: '2026-01-01T09:00:00Z', runId: runs.first });

  expect(await prepare(1, 'e1')).toEqual({ decision: 'ignore', reason: `version 1 of loan is ${status} now` });
  expect(await claimOf(1)).toBeUndefined();
});

it('ignores packages of other stages and groups without asking SageMaker', async () => {
  const foreign = packageArn(1, 'tidegate-prod-loan');

  expect(await prepare(1, 'e1', foreign)).toEqual({
    decision: 'ignore',
    reason: `${foreign} belongs to no pipeline of stage dev`,
  });
  expect(world.sageMaker.mock.calls()).toHaveLength(0);
});

it('ignores that an approved package was changed in other ways, and takes an approval among other changes', async () => {
  const event = { modelPackageArn: packageArn(1), executionArn: executionArn('e1'), startedAt: '2026-01-05T00:00:00Z' };
  const { handler } = await import('#functions/prepare-deployment');

  expect(await handler({ ...event, updatedFields: ['CustomerMetadataProperties'] }, context)).toEqual({
    decision: 'ignore',
    reason: 'version 1 of loan was changed, not approved: CustomerMetadataProperties',
  });
  expect(
    await handler({ ...event, updatedFields: ['ApprovalDescription', 'ModelApprovalStatus'] }, context),
  ).toMatchObject({ decision: 'deploy' });
});

it('refuses an approved package that names no run, saying what can be deployed', async () => {
  world.sageMaker.packages.set(packageArn(1), { status: 'Approved', approvedAt: '2026-01-01T09:00:00Z' });

  await expect(prepare(1, 'e1')).rejects.toMatchObject({
    name: 'NotFoundError',
    message: expect.stringContaining('run_id'),
  });
});

it('gives the endpoint its default tests, follows the run with them, and leaves those alone that somebody made their own', async () => {
  await prepare(1, 'e1');
  const golden = await tables.tests.get(endpointName, 'test#golden-default');
  await tables.tests.set(endpointName, 'test#contract-default', { managed: false, expect: { maxLatencyMs: 50 } });
  await crown(1, runs.first);
  await prepare(2, 'e2');

  expect(golden).toMatchObject({
    managed: true,
    kind: 'golden',
    s3Uri: `s3://artifacts-bucket/loan/runs/${runs.first}/golden.json`,
  });
  expect(await tables.tests.get(endpointName, 'test#golden-default')).toMatchObject({
    s3Uri: `s3://artifacts-bucket/loan/runs/${runs.second}/golden.json`,
  });
  expect(await tables.tests.get(endpointName, 'test#contract-default')).toMatchObject({
    managed: false,
    expect: { maxLatencyMs: 50 },
  });
});

it('leaves a default test switched off that somebody switched off', async () => {
  await prepare(1, 'e1');
  await tables.tests.set(endpointName, 'test#golden-default', { enabled: false });
  await crown(1, runs.first);
  await prepare(2, 'e2');

  expect(await tables.tests.get(endpointName, 'test#golden-default')).toMatchObject({ enabled: false });
});

describe('a roll-back', () => {
  const rolledBackAt = '2026-01-04T12:00:00.000Z';
  beforeEach(async () => {
    await prepare(1, 'e1');
    await crown(1, runs.first);
    await prepare(2, 'e2');
    await crown(2, runs.second);
  });

  it('deploys a version whose approval was carried out before', async () => {
    expect(await prepare(1, 'e3')).toMatchObject({ decision: 'ignore' });

    expect(await prepare(1, 'e4', packageArn(1), rolledBackAt)).toMatchObject({
      decision: 'deploy',
      modelPackageVersion: 1,
      decidedAt: rolledBackAt,
      previousConfig: configOf(runs.second),
    });
  });

  it('is not undone by a late event of the approval that it replaced', async () => {
    await prepare(1, 'e4', packageArn(1), rolledBackAt);
    await crown(1, runs.first);

    expect(await prepare(2, 'late')).toMatchObject({ decision: 'ignore' });
  });

  it('does not deploy a version that was rejected in the meantime', async () => {
    world.sageMaker.packages.set(packageArn(1), { status: 'Rejected', approvedAt: rolledBackAt, runId: runs.first });

    expect(await prepare(1, 'e4', packageArn(1), rolledBackAt)).toEqual({
      decision: 'ignore',
      reason: 'version 1 of loan is Rejected now',
    });
  });
});
