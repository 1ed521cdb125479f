import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { artifactKeys } from '#domain/runs/layout';
import { awaitEndpoint } from '#functions/use-cases/await-endpoint';
import { deployEndpoint } from '#functions/use-cases/deploy-endpoint';
import { loadEndpointTests } from '#functions/use-cases/load-endpoint-tests';
import { prepareDeployment } from '#functions/use-cases/prepare-deployment';
import { promoteModel } from '#functions/use-cases/promote-model';
import { rollBackDeployment } from '#functions/use-cases/roll-back-deployment';
import { type Deployment, deploymentClaimSchema } from '#schemas/records/deployment';
import { type MemoryAlarms, memoryAlarms } from '../../fakes/memory-alarms.ts';
import { type MemoryEndpoints, memoryEndpoints } from '../../fakes/memory-endpoints.ts';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryScaling, memoryScaling } from '../../fakes/memory-scaling.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { configOf, endpointName, executionArn, packageArn, pipeline, runs } from '../support/stage.ts';

const startedAt = '2026-01-05T00:00:00.000Z';
const runOf = (version: number) => [runs.first, runs.second, runs.third][version - 1] ?? '';
const artifacts = memoryObjects(
  'artifacts-bucket',
  Object.fromEntries(
    Object.values(runs).map((runId) => [
      artifactKeys({ pipeline: 'loan', runId }).config,
      runId === runs.third
        ? { ...pipeline, deployment: { ...pipeline.deployment, strategy: 'canary' as const } }
        : pipeline,
    ]),
  ),
);
let store: MemoryState;
let tests: MemoryState;
let endpoints: MemoryEndpoints;
let alarms: MemoryAlarms;
let scaling: MemoryScaling;
let running: Set<string>;
let models: string[];
let challenges: object[];

beforeEach(() => {
  store = memoryState();
  tests = memoryState();
  endpoints = memoryEndpoints();
  alarms = memoryAlarms();
  scaling = memoryScaling();
  running = new Set();
  models = [];
  challenges = [];
});

const prepare = (version: number, name = `e${version}`, more: { now?: boolean; rolledBackAt?: string } = {}) => {
  running.add(executionArn(name));
  return prepareDeployment(
    {
      stage: 'dev',
      artifacts,
      store,
      tests,
      endpoints,
      registry: {
        read: async () => ({
          status: 'Approved',
          creation: { status: 'Completed' },
          approvedAt: `2026-01-0${version}T09:00:00.000Z`,
          runId: runOf(version),
        }),
      },
      isRunning: async (arn) => running.has(arn),
      startChallenge: async (name, input) => {
        challenges.push({ name, ...input });
      },
    },
    { modelPackageArn: packageArn(version), executionArn: executionArn(name), startedAt, updatedFields: [], ...more },
  );
};
/** Prepares a version that is to be deployed. */
async function planned(version: number, ...more: [string?, object?]): Promise<Deployment> {
  const decision = await prepare(version, ...more);
  if (decision.decision !== 'deploy') throw new Error(JSON.stringify(decision));
  return decision;
}
const deploy = (deployment: Deployment) =>
  deployEndpoint(
    {
      environment: { stage: 'dev', cleanBucket: 'clean-bucket', cleanKeyArn: 'arn:key' },
      artifacts,
      endpoints,
      alarms,
      scaling,
      ensureModel: async (run) => models.push(run.runId),
    },
    { deployment },
  );
const promote = (deployment: Deployment) =>
  promoteModel({ store, endpoints, alarms, scaling }, { deployment, promotedAt: startedAt });
const rollBack = (deployment: Deployment) =>
  rollBackDeployment(
    { stage: 'dev', store, endpoints, alarms, scaling },
    {
      modelPackageArn: deployment.modelPackageArn,
      executionArn: deployment.executionArn,
      deployment,
      error: { Error: 'EndpointTestsFailed', Cause: 'Endpoint tests failed: golden-default.' },
      at: '2026-01-05T01:00:00.000Z',
    },
  );
/** A version from its approval to the champion's place. */
async function release(version: number): Promise<Deployment> {
  const deployment = await planned(version);
  await deploy(deployment);
  endpoints.settle(endpointName);
  await promote(deployment);
  running.clear();
  return deployment;
}

describe('a deployment', () => {
  it('creates the endpoint for a first model, and the model becomes champion', async () => {
    await release(1);

    expect(endpoints.changes).toEqual([`create ${configOf(runs.first)}`]);
    expect(models).toEqual([runs.first]);
    expect(await store.get('loan', 'champion')).toMatchObject({ runId: runs.first, modelPackageVersion: 1 });
    expect(await store.get('loan', deploymentKeys.lock)).toBeUndefined();
    expect((await tests.list(endpointName, 'test#')).length).toBeGreaterThan(0);
  });

  it('updates the endpoint for the next model, keeps a record of the former champion and removes its config', async () => {
    await release(1);
    const { previousConfig } = await release(2);

    expect(previousConfig).toBe(configOf(runs.first));
    expect(endpoints.changes.slice(1)).toEqual([
      `update ${configOf(runs.second)}`,
      `remove config ${configOf(runs.first)}`,
    ]);
    expect(await store.list('loan', 'champion-history#')).toMatchObject([{ runId: runs.first }]);
  });

  it('rolled back serves the former model again, in as many retries as the endpoint takes', async () => {
    await release(1);
    const deployment = await planned(2);
    await deploy(deployment);
    endpoints.settle(endpointName);

    await expect(rollBack(deployment)).rejects.toMatchObject({ name: 'TransientError' });
    await expect(rollBack(deployment)).rejects.toMatchObject({ name: 'TransientError' });
    endpoints.settle(endpointName);
    const outcome = await rollBack(deployment);

    expect(outcome).toMatchObject({
      reason: 'Endpoint tests failed: golden-default.',
      servingConfig: configOf(runs.first),
      servingVersion: 1,
    });
    expect(await store.get('loan', deploymentKeys.claim(2))).toMatchObject({
      status: 'failed',
      endedAt: '2026-01-05T01:00:00.000Z',
    });
    expect(await rollBack(deployment)).toEqual(outcome);
    expect([...endpoints.configs]).toEqual([configOf(runs.first)]);
    expect(await store.get('loan', 'champion')).toMatchObject({ runId: runs.first });
  });

  it('waits for the one before it, and takes over when that one was lost', async () => {
    await planned(1);

    await expect(prepare(2)).rejects.toMatchObject({
      name: 'EndpointBusyError',
      message: `${executionArn('e1')} is changing ${endpointName}. Approve the model again once that has ended.`,
    });
    running.clear();
    expect(await prepare(2)).toMatchObject({ decision: 'deploy', modelPackageVersion: 2 });
  });

  it('asks for a retry while the endpoint changes to another config', async () => {
    await release(1);
    await endpoints.update({ EndpointName: endpointName, EndpointConfigName: 'by-hand' });
    const deployment = await planned(2);

    await expect(deploy(deployment)).rejects.toMatchObject({ name: 'TransientError' });
    endpoints.settle(endpointName);
    expect(await deploy(deployment)).toMatchObject({ action: 'update' });
  });
});

describe('waiting for an endpoint', () => {
  const look = (deployment: Deployment, waitedSeconds = 0) =>
    awaitEndpoint({ endpoints, alarms }, { deployment, waitedSeconds });

  it('goes on until it serves the new config', async () => {
    const deployment = await planned(1);
    await deploy(deployment);

    await expect(look(deployment)).rejects.toMatchObject({ name: 'StillRunningError' });
    endpoints.settle(endpointName);
    expect(await look(deployment)).toEqual({ endpointName, endpointConfigName: configOf(runs.first) });
  });

  it('ends with the reason when it will not get there', async () => {
    const deployment = await planned(1);
    await deploy(deployment);

    await expect(look(deployment, deployment.maxWaitMinutes * 60)).rejects.toMatchObject({
      name: 'DeploymentError',
      message: expect.stringContaining('still Creating after 60 minutes'),
    });
  });
});

describe('a guarded roll-out', () => {
  const watched = ['errors', 'latency'].map((kind) => `${configOf(runs.third)}-${kind}`);
  /** Version 3 comes as a canary. */
  const canary = async () => {
    await release(1);
    return planned(3);
  };

  it('is watched by alarms of its own, which go when it is over', async () => {
    const deployment = await canary();
    expect(deployment.alarms).toEqual(watched);

    await deploy(deployment);
    expect([...alarms.known.keys()]).toEqual(watched);
    endpoints.settle(endpointName);
    await promote(deployment);
    expect(alarms.known.size).toBe(0);
  });

  it('that SageMaker took back is reported with the alarm that went off, and its alarms go', async () => {
    const deployment = await canary();
    await deploy(deployment);
    alarms.known.set(watched[1] ?? '', true);
    endpoints.serve(endpointName, configOf(runs.first));

    await expect(awaitEndpoint({ endpoints, alarms }, { deployment, waitedSeconds: 300 })).rejects.toMatchObject({
      name: 'DeploymentError',
      message: expect.stringMatching(/rolled the endpoint back.*beyond its limit in deployment.alarms: latency/),
    });
    await rollBack(deployment);
    expect(alarms.known.size).toBe(0);
    expect((await endpoints.read(endpointName))?.config).toBe(configOf(runs.first));
  });

  it('starts with fresh alarms: one that went off before does not stop it', async () => {
    alarms.known.set(watched[0] ?? '', true);
    await deploy(await canary());

    expect([...alarms.known.values()]).toEqual([false, false]);
  });

  it('is not watched when there is nothing to go back to', async () => {
    const deployment = await planned(3);

    expect(deployment).not.toHaveProperty('alarms');
    await deploy(deployment);
    expect(alarms.known.size).toBe(0);
  });
});

describe('the record of a roll-out', () => {
  const claimed = async (version: number) =>
    deploymentClaimSchema.parse(await store.get('loan', deploymentKeys.claim(version)));

  it('says how traffic moved, what watched it, when it began and when it ended', async () => {
    await release(1);
    const deployment = await release(3);

    const rollOut = { strategy: 'canary', percent: 10, bakeMinutes: 10, alarms: { errors: 1, latency: 1000 } };
    expect(deployment.rollOut).toEqual(rollOut);
    expect(await claimed(3)).toMatchObject({
      status: 'promoted',
      startedAt,
      endedAt: startedAt,
      deployment: { rollOut },
    });
  });

  it('of a first model says nothing of traffic: there was none to move', async () => {
    expect((await release(3)).rollOut).toBeUndefined();
    expect((await claimed(3)).endedAt).toBe(startedAt);
  });

  it('of an earlier version of Tidegate can be read', async () => {
    const { rollOut: _, ...deployment } = await release(1);
    const { endedAt: __, ...claim } = await claimed(1);
    const old = { ...claim, deployment };
    expect(deploymentClaimSchema.parse(old)).toEqual(old);
  });
});

describe('a roll-back', () => {
  const back = (version: number, more: object = {}) =>
    planned(version, `back-${version}`, { rolledBackAt: '2026-01-09T09:00:00.000Z', ...more });

  it('to a canary is a canary: it is guarded as the version says, by alarms of its own', async () => {
    await release(1);

    expect(await back(3)).toMatchObject({
      rollOut: { strategy: 'canary' },
      alarms: [expect.any(String), expect.any(String)],
    });
  });

  it('that must be quick moves all at once, and nothing watches it but the tests', async () => {
    await release(1);
    await release(2);
    const deployment = await back(1, { now: true });
    const created: unknown[] = [];
    await deployEndpoint(
      {
        environment: { stage: 'dev', cleanBucket: 'clean-bucket', cleanKeyArn: 'arn:key' },
        artifacts,
        endpoints: { ...endpoints, update: async (request) => void created.push(request) },
        alarms,
        scaling,
        ensureModel: async (run) => models.push(run.runId),
      },
      { deployment },
    );

    expect(deployment.rollOut).toEqual({ strategy: 'all-at-once', bakeMinutes: 0, alarms: {} });
    expect(deployment).not.toHaveProperty('alarms');
    expect(created).toMatchObject([
      {
        DeploymentConfig: {
          BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' }, TerminationWaitInSeconds: 0 },
        },
      },
    ]);
    expect(created).not.toMatchObject([{ DeploymentConfig: { AutoRollbackConfiguration: expect.anything() } }]);
  });

  it('makes the model and the config of the earlier version again', async () => {
    await release(1);
    await release(2);
    expect([...endpoints.configs]).toEqual([configOf(runs.second)]);
    models = [];
    await deploy(await back(1));

    expect(models).toEqual([runs.first]);
    expect([...endpoints.configs]).toContain(configOf(runs.first));
  });

  it('that fails its tests leaves the model before it in service, and its champion', async () => {
    await release(1);
    await release(2);
    const deployment = await back(1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    for (let again = 0; again < 2; again++) await rollBack(deployment).catch(() => endpoints.settle(endpointName));

    expect(await rollBack(deployment)).toMatchObject({ servingConfig: configOf(runs.second), servingVersion: 2 });
    expect((await endpoints.read(endpointName))?.config).toBe(configOf(runs.second));
    expect(await store.get('loan', 'champion')).toMatchObject({ modelPackageVersion: 2 });
  });
});

describe('the tests of an endpoint', () => {
  const load = (trigger: 'deploy' | 'update' | 'manual', name = 'e9') =>
    loadEndpointTests(
      { stage: 'dev', store, tests, endpoints },
      { endpointName, trigger, only: [], executionArn: executionArn(name), startedAt: '2026-03-01T08:00:00.000Z' },
    );

  it('are run once for an update, and again for the same execution', async () => {
    await release(1);

    expect(await load('update')).toMatchObject({ decision: 'test', endpointConfigName: configOf(runs.first) });
    expect(await load('update')).toMatchObject({ decision: 'test' });
    expect(await load('update', 'another')).toMatchObject({ decision: 'skip' });
    expect(await load('manual', 'another')).toMatchObject({ decision: 'test' });
  });

  it('are left to the deployment that made the update', async () => {
    const deployment = await planned(1);
    await deploy(deployment);
    endpoints.settle(endpointName);

    expect(await load('update')).toMatchObject({
      decision: 'skip',
      reason: `a deployment of ${endpointName} is under way and tests it`,
    });
  });

  it('cannot be run when there is no endpoint', async () => {
    await expect(load('manual')).rejects.toMatchObject({ name: 'NotFoundError' });
    expect(await load('update')).toMatchObject({ decision: 'skip', reason: `${endpointName} is gone by now` });
  });
});
