import { DeleteEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { championSchema } from '#schemas/records/run';
import { fakeSageMaker, refusal } from './support/sagemaker.ts';
import {
  championOf,
  configOf,
  context,
  deploymentOf,
  endpointName,
  executionArn,
  runs,
  setStage,
} from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let tables: Tables;
let sageMaker: ReturnType<typeof fakeSageMaker>;
let promote: (previousConfig?: string | null) => Promise<unknown>;

const promotedAt = '2026-01-02T10:00:00.000Z';
const champion = () => tables.state.get('loan', 'champion');
const everything = () => tables.state.list('loan', '');

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/promote-model');
  promote = (previousConfig = configOf(runs.first)) =>
    handler({ deployment: deploymentOf({ previousConfig }), promotedAt }, context);
});
beforeEach(async () => {
  await tables.clear();
  sageMaker = fakeSageMaker();
  sageMaker.serve(endpointName, configOf(runs.second));
  sageMaker.configs.set(configOf(runs.first), {});
  const mine = { executionArn: executionArn('e2') };
  await tables.state.put('loan', deploymentKeys.claim(2), { ...mine, status: 'deploying' });
  await tables.state.put('loan', deploymentKeys.lock, mine);
  await tables.state.put('loan', `run#${runs.second}`, { status: 'registered', runId: runs.second });
});
afterAll(() => tables.close());

it('makes the first model champion', async () => {
  await promote(null);

  expect(championSchema.parse(await champion())).toEqual(championOf(2, runs.second, promotedAt));
  expect(await tables.state.list('loan', 'champion-history#')).toEqual([]);
});

it('keeps the former champion in the history and drops its endpoint config, not its model', async () => {
  sageMaker.models.add(configOf(runs.first));
  await tables.state.put('loan', 'champion', championOf(1, runs.first, '2026-01-01T10:00:00.000Z'));

  await promote();

  expect(await tables.state.get('loan', 'champion-history#2026-01-01T10:00:00.000Z')).toMatchObject({
    modelPackageVersion: 1,
    supersededAt: promotedAt,
  });
  expect(sageMaker.changes).toEqual([`DeleteEndpointConfig ${configOf(runs.first)}`]);
  expect(sageMaker.models).toContain(configOf(runs.first));
});

it('ends the deployment: claim and run are marked, the lock is free', async () => {
  await promote();

  expect(await tables.state.get('loan', deploymentKeys.claim(2))).toMatchObject({ status: 'promoted', promotedAt });
  expect(await tables.state.get('loan', `run#${runs.second}`)).toMatchObject({
    status: 'deployed',
    deployedAt: promotedAt,
  });
  expect(await tables.state.get('loan', deploymentKeys.lock)).toBeUndefined();
});

it('writes the same records when it is called again', async () => {
  await tables.state.put('loan', 'champion', championOf(1, runs.first, '2026-01-01T10:00:00.000Z'));
  await promote();
  const records = await everything();

  await promote();

  expect(await everything()).toEqual(records);
});

it('does not replace the champion of a later deployment when it is retried after a lost answer', async () => {
  await promote();
  const later = championOf(3, runs.third, '2026-01-03T10:00:00.000Z');
  await tables.state.put('loan', 'champion', { ...later, executionArn: executionArn('e3') });
  await tables.state.put('loan', deploymentKeys.lock, { executionArn: executionArn('e3') });
  const records = await everything();

  await promote();

  expect(await everything()).toEqual(records);
});

it('does not take back a promotion because the former config cannot be deleted', async () => {
  sageMaker.mock.on(DeleteEndpointConfigCommand).rejects(refusal('not authorized', 'AccessDeniedException'));

  await promote();

  expect(await champion()).toMatchObject({ modelPackageVersion: 2 });
  expect(await tables.state.get('loan', deploymentKeys.lock)).toBeUndefined();
});

it('is retried when SageMaker is busy, and then deletes the former config', async () => {
  const busy = refusal('Rate exceeded', 'ThrottlingException');
  sageMaker.mock.on(DeleteEndpointConfigCommand).rejectsOnce(busy).resolves({});

  await expect(promote()).rejects.toMatchObject({ name: 'TransientError' });
  expect(await champion()).toMatchObject({ modelPackageVersion: 2 });
  await promote();

  expect(sageMaker.mock.commandCalls(DeleteEndpointConfigCommand)).toHaveLength(2);
  expect(await tables.state.get('loan', deploymentKeys.lock)).toBeUndefined();
});

it('keeps the config when a model is deployed over itself', async () => {
  await promote(configOf(runs.second));

  expect(sageMaker.changes).toEqual([]);
});
