import { UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import type { rollBackDeploymentSchema } from '#schemas/events/deployment';
import type { RolledBack } from '#schemas/records/deployment';
import { fakeSageMaker, refusal } from './support/sagemaker.ts';
import {
  championOf,
  configOf,
  context,
  deploymentOf,
  endpointName,
  executionArn,
  packageArn,
  runs,
  setStage,
} from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

type Event = z.input<typeof rollBackDeploymentSchema>;
let tables: Tables;
let sageMaker: ReturnType<typeof fakeSageMaker>;
let rollBack: (event?: Partial<Event>) => Promise<RolledBack>;

const [former, wanted] = [configOf(runs.first), configOf(runs.second)];
const testsFailed = { Error: 'EndpointTestsFailed', Cause: 'Endpoint tests failed: golden-default, latency.' };
const awaitFailed = (errorMessage: string) => ({
  Error: 'DeploymentError',
  Cause: JSON.stringify({ errorType: 'DeploymentError', errorMessage }),
});
const claim = () => tables.state.get('loan', deploymentKeys.claim(2));
const lock = () => tables.state.get('loan', deploymentKeys.lock);

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/roll-back-deployment');
  rollBack = (event = {}) =>
    handler(
      {
        modelPackageArn: packageArn(2),
        executionArn: executionArn('e2'),
        deployment: deploymentOf(),
        error: testsFailed,
        ...event,
      },
      context,
    );
});
/** Puts claim and lock as they are while `e2` deploys version 2. */
async function hold(): Promise<void> {
  const mine = { executionArn: executionArn('e2') };
  await tables.state.put('loan', deploymentKeys.claim(2), { ...mine, status: 'deploying', deployment: deploymentOf() });
  await tables.state.put('loan', deploymentKeys.lock, mine);
}
beforeEach(async () => {
  await tables.clear();
  sageMaker = fakeSageMaker();
  await hold();
  sageMaker.serve(endpointName, former);
  sageMaker.configs.set(wanted, {});
});
afterAll(() => tables.close());

it('brings the former model back after failed tests, names the tests, and lets go only when it serves', async () => {
  sageMaker.serve(endpointName, wanted);

  await expect(rollBack({ error: testsFailed })).rejects.toMatchObject({ name: 'TransientError' });
  await expect(rollBack({ error: testsFailed })).rejects.toMatchObject({ name: 'TransientError' });
  expect(await lock()).toBeDefined();
  sageMaker.settle(endpointName);
  const outcome = await rollBack({ error: testsFailed });

  expect(outcome).toEqual({
    reason: 'Endpoint tests failed: golden-default, latency.',
    run: { pipeline: 'loan', runId: runs.second },
    pipeline: 'loan',
    endpointName,
    endpointConfigName: wanted,
    servingConfig: former,
  });
  expect(sageMaker.changes).toEqual([`UpdateEndpoint ${former}`, `DeleteEndpointConfig ${wanted}`]);
  expect(await claim()).toMatchObject({ status: 'failed', reason: outcome.reason });
  expect(await lock()).toBeUndefined();
});

it('answers the same when asked again after it was done', async () => {
  const outcome = await rollBack();

  expect(await rollBack()).toEqual(outcome);
});

it('recognises that SageMaker went back by itself without a word', async () => {
  const outcome = await rollBack({ error: awaitFailed(`SageMaker rolled the endpoint back to ${former} by itself`) });

  expect(outcome.reason).toBe(`SageMaker rolled the endpoint back to ${former} by itself.`);
  expect(outcome.servingConfig).toBe(former);
  expect(sageMaker.changes).toEqual([`DeleteEndpointConfig ${wanted}`]);
});

it('deletes an endpoint whose first model failed, and its config', async () => {
  sageMaker.endpoints.set(endpointName, { status: 'Failed', config: wanted, modifiedAt: '2026-01-02T00:00:00Z' });
  const outcome = await rollBack({
    deployment: deploymentOf({ previousConfig: null }),
    error: awaitFailed('The endpoint became Failed: The container did not pass the ping health check.'),
  });

  expect(outcome).toMatchObject({
    reason: 'The endpoint became Failed: The container did not pass the ping health check.',
    servingConfig: null,
  });
  expect(sageMaker.changes).toEqual([`DeleteEndpoint ${endpointName}`, `DeleteEndpointConfig ${wanted}`]);
});

it('waits for a first endpoint that is still being created before it deletes it', async () => {
  sageMaker.endpoints.set(endpointName, { status: 'Creating', config: wanted, modifiedAt: '2026-01-02T00:00:00Z' });
  const event = {
    deployment: deploymentOf({ previousConfig: null }),
    error: awaitFailed('The endpoint was still Creating after 60 minutes (deployment.maxWaitMinutes)'),
  };

  await expect(rollBack(event)).rejects.toMatchObject({ name: 'TransientError' });
  sageMaker.settle(endpointName);

  expect((await rollBack(event)).reason).toBe(
    'The endpoint was still Creating after 60 minutes (deployment.maxWaitMinutes).',
  );
  expect(sageMaker.endpoints.has(endpointName)).toBe(false);
});

it('keeps the config when a model was deployed over itself', async () => {
  sageMaker.serve(endpointName, wanted);
  const outcome = await rollBack({ deployment: deploymentOf({ previousConfig: wanted }), error: testsFailed });

  expect(outcome.servingConfig).toBe(wanted);
  expect(sageMaker.changes).toEqual([]);
});

it('asks again when the endpoint is changed by another at this moment', async () => {
  sageMaker.serve(endpointName, wanted);
  sageMaker.mock.on(UpdateEndpointCommand).rejects(refusal('Cannot update in-progress endpoint "arn".'));

  await expect(rollBack({ error: testsFailed })).rejects.toMatchObject({ name: 'TransientError' });
});

const stopped = { Error: 'ExecutionABORTED', Cause: 'The deployment was stopped before it could finish.' };

it('rolls back what a lost execution was about, which its claim says', async () => {
  sageMaker.serve(endpointName, wanted);

  await expect(rollBack({ deployment: null, error: stopped })).rejects.toMatchObject({ name: 'TransientError' });
  sageMaker.settle(endpointName);
  const outcome = await rollBack({ deployment: null, error: stopped });

  expect(outcome).toMatchObject({ reason: stopped.Cause, endpointConfigName: wanted, servingConfig: former });
  expect(sageMaker.changes).toEqual([`UpdateEndpoint ${former}`, `DeleteEndpointConfig ${wanted}`]);
  expect(await claim()).toMatchObject({ status: 'failed' });
  expect(await lock()).toBeUndefined();
});

it('touches nothing once it was settled, whoever changes the endpoint by then', async () => {
  const outcome = await rollBack({ error: testsFailed });
  const next = { executionArn: executionArn('e3') };
  await tables.state.put('loan', deploymentKeys.lock, next);
  sageMaker.serve(endpointName, configOf(runs.third));
  const changes = [...sageMaker.changes];

  expect(await rollBack({ error: testsFailed })).toEqual(outcome);
  expect(await rollBack({ deployment: null, error: stopped })).toEqual(outcome);

  expect(sageMaker.changes).toEqual(changes);
  expect(await lock()).toMatchObject(next);
});

it('leaves the endpoint to the execution that took the lock of a lost one over', async () => {
  await tables.state.put('loan', deploymentKeys.lock, { executionArn: executionArn('e3') });
  sageMaker.serve(endpointName, wanted);

  expect(await rollBack({ deployment: null, error: stopped })).toMatchObject({ reason: stopped.Cause });

  expect(sageMaker.changes).toEqual([]);
  expect(await claim()).toMatchObject({ status: 'failed' });
  expect(await lock()).toMatchObject({ executionArn: executionArn('e3') });
});

it('frees claim and lock when preparing failed, and says what serves', async () => {
  await tables.state.put('loan', deploymentKeys.claim(2), { executionArn: executionArn('e2'), status: 'waiting' });
  const outcome = await rollBack({
    deployment: null,
    error: {
      Error: 'NotFoundError',
      Cause: '{"errorType":"NotFoundError","errorMessage":"s3://b/config.json does not exist"}',
    },
  });

  expect(outcome).toEqual({
    reason: 's3://b/config.json does not exist.',
    pipeline: 'loan',
    servingConfig: former,
  });
  expect(await claim()).toMatchObject({ status: 'failed' });
  expect(await lock()).toBeUndefined();
});

it('leaves claim and lock of another execution alone', async () => {
  await rollBack({ deployment: null, executionArn: executionArn('other') });

  expect(await claim()).toMatchObject({ status: 'deploying' });
  expect(await lock()).toMatchObject({ executionArn: executionArn('e2') });
});

it('keeps a model that was promoted before the machine stumbled', async () => {
  sageMaker.serve(endpointName, wanted);
  await tables.state.put('loan', 'champion', {
    ...championOf(2, runs.second, '2026-01-02T10:00:00Z'),
    executionArn: executionArn('e2'),
  });
  const outcome = await rollBack({ error: { Error: 'States.Timeout' } });

  expect(outcome).toMatchObject({
    reason: expect.stringContaining('The new model serves and is the champion'),
    servingConfig: wanted,
  });
  expect(sageMaker.changes).toEqual([`DeleteEndpointConfig ${former}`]);
  expect(await claim()).toMatchObject({ status: 'promoted' });
  expect(await lock()).toBeUndefined();
});

it('says what a person must do when the endpoint is gone or beyond repair', async () => {
  sageMaker.endpoints.set(endpointName, { status: 'Failed', config: former, modifiedAt: '2026-01-02T00:00:00Z' });
  const failed = await rollBack({ error: awaitFailed('The endpoint became Failed: no capacity') });
  sageMaker.endpoints.clear();
  await hold();
  const gone = await rollBack({ error: { Error: 'SageMaker.SageMakerException', Cause: 'Could not find endpoint' } });

  expect(failed.reason).toContain('delete it, then approve the former model again');
  expect(gone.reason).toBe('Could not find endpoint. The endpoint was deleted in the meantime: nothing serves now.');
  expect([failed.servingConfig, gone.servingConfig]).toEqual([null, null]);
});
