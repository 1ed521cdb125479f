import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { artifactKeys } from '#domain/runs/layout';
import { deployEndpoint } from '#functions/use-cases/deploy-endpoint';
import { prepareDeployment } from '#functions/use-cases/prepare-deployment';
import { promoteModel } from '#functions/use-cases/promote-model';
import { rollBackDeployment } from '#functions/use-cases/roll-back-deployment';
import type { Deployment } from '#schemas/records/deployment';
import { memoryAlarms } from '../../fakes/memory-alarms.ts';
import { type MemoryEndpoints, memoryEndpoints } from '../../fakes/memory-endpoints.ts';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryScaling, memoryScaling } from '../../fakes/memory-scaling.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, configOf, endpointName, executionArn, packageArn, pipeline, runs } from '../support/stage.ts';

const settings = (min: number, max: number) => ({
  min,
  max,
  invocationsPerInstance: 700,
  scaleInSeconds: 300,
  scaleOutSeconds: 300,
});
const variant = `endpoint/${endpointName}/variant/AllTraffic`;
const startedAt = '2026-01-05T00:00:00.000Z';
const refusal = (name: string) => Object.assign(new Error('no'), { name });
let store: MemoryState;
let endpoints: MemoryEndpoints;
let scaling: MemoryScaling;
const alarms = memoryAlarms();
/** The settings of the runs: the first scales from 1 to 3, the second from 2 to 6, the third not. */
const scalingOf: Readonly<Record<string, object>> = {
  [runs.first]: { scaling: settings(1, 3) },
  [runs.second]: { scaling: settings(2, 6), instances: { type: 'ml.m5.large', count: 2 } },
};
const configOfRun = (runId: string) => artifactKeys({ pipeline: 'loan', runId }).config;
let artifacts: ReturnType<typeof memoryObjects>;

beforeEach(async () => {
  artifacts = memoryObjects(
    'artifacts-bucket',
    Object.fromEntries(
      Object.values(runs).map((runId) => [
        configOfRun(runId),
        { ...pipeline, deployment: { ...pipeline.deployment, ...scalingOf[runId] } },
      ]),
    ),
  );
  store = memoryState();
  endpoints = memoryEndpoints();
  scaling = memoryScaling();
});

/** A version's deployment while its endpoint serves an earlier one, or nothing. */
async function plan(version: number, former?: number): Promise<Deployment> {
  const runOf = (v: number) => Object.values(runs)[v - 1] ?? '';
  if (former !== undefined) {
    endpoints.serve(endpointName, configOf(runOf(former)));
    await store.put('loan', 'champion', championOf(former, runOf(former), startedAt));
    if (scalingOf[runOf(former)]) scaling.scaled.set(variant, [0, 0, 0]);
  }
  const decision = await prepareDeployment(
    {
      stage: 'dev',
      artifacts,
      store,
      tests: memoryState(),
      endpoints,
      registry: {
        read: async () => ({
          status: 'Approved',
          creation: { status: 'Completed' },
          approvedAt: startedAt,
          runId: runOf(version),
        }),
      },
      isRunning: async () => true,
      startChallenge: async () => {},
    },
    { modelPackageArn: packageArn(version), executionArn: executionArn('e'), startedAt, updatedFields: [] },
  );
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
      ensureModel: async () => {},
    },
    { deployment },
  );
const promote = (deployment: Deployment) =>
  promoteModel({ store, endpoints, alarms, scaling }, { deployment, promotedAt: startedAt });
const rollBack = (deployment: Deployment, Cause = 'Endpoint tests failed: golden.') =>
  rollBackDeployment(
    { stage: 'dev', store, endpoints, alarms, scaling },
    {
      modelPackageArn: deployment.modelPackageArn,
      executionArn: deployment.executionArn,
      deployment,
      error: { Error: 'EndpointTestsFailed', Cause },
    },
  );

describe('scaling', () => {
  it('starts with the first model, once it is the champion', async () => {
    const deployment = await plan(1);
    await deploy(deployment);
    expect(scaling.changes).toEqual([]);
    endpoints.settle(endpointName);
    await promote(deployment);
    expect([...scaling.scaled]).toEqual([[variant, [1, 3, 700]]]);
  });

  it('rests during a roll-out, and goes on as the new model says', async () => {
    const deployment = await plan(2, 1);
    await deploy(deployment);
    expect(scaling.changes).toEqual(['stop']);
    expect(endpoints.changes).toEqual([`update ${configOf(runs.second)}`]);
    endpoints.settle(endpointName);
    await promote(deployment);
    expect(scaling.changes).toEqual(['stop', 'start 2 to 6']);
  });

  it('is left alone when the deployment is repeated while the update is under way', async () => {
    const deployment = await plan(2, 1);
    await deploy(deployment);
    await deploy(deployment);
    expect(scaling.changes).toEqual(['stop']);
  });

  it('ends with a model that is not scaled', async () => {
    const deployment = await plan(3, 1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    await promote(deployment);
    expect(scaling.changes).toEqual(['stop']);
  });

  it('begins with a model whose former was not scaled', async () => {
    const deployment = await plan(2, 3);
    await deploy(deployment);
    endpoints.settle(endpointName);
    await promote(deployment);
    expect(scaling.changes).toEqual(['start 2 to 6']);
  });

  it('goes on as the former model says after a roll-back', async () => {
    const deployment = await plan(2, 1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    await expect(rollBack(deployment)).rejects.toMatchObject({ name: 'TransientError' });
    expect(scaling.scaled.size).toBe(0);
    endpoints.settle(endpointName);
    expect(await rollBack(deployment)).toMatchObject({ servingConfig: configOf(runs.first) });
    expect(scaling.changes).toEqual(['stop', 'start 1 to 3']);
  });

  it('goes on when the deployment was lost before it changed the endpoint', async () => {
    const deployment = await plan(2, 1);
    scaling.scaled.clear();
    await rollBack(deployment);
    expect(scaling.changes).toEqual(['start 1 to 3']);
  });

  it('does not start for a first model that goes away again', async () => {
    const deployment = await plan(1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    await rollBack(deployment);
    expect(scaling.changes).toEqual([]);
  });
});

it.each([
  ['serverless', runs.third, { serverless: { memoryMb: 1024, maxConcurrency: 1 } }],
  ['asynchronous', runs.third, { asynchronous: {} }],
  ['on instances', runs.first, { serverless: { memoryMb: 1024, maxConcurrency: 1 } }],
  ['on instances', runs.first, { asynchronous: {} }],
])('an endpoint cannot become %s, and is not touched', async (then, run, other) => {
  const deployment = { ...pipeline.deployment, ...other, capturePercentage: 0 };
  await artifacts.writeJson(configOfRun(run), { ...pipeline, deployment });

  await expect(plan(3, 1)).rejects.toMatchObject({
    name: 'DeploymentError',
    message: expect.stringContaining(`the new model is to be ${then}: SageMaker cannot change that and go back.`),
  });
  expect([endpoints.changes, scaling.changes]).toEqual([[], []]);
});

it('an asynchronous endpoint is scaled by its own settings, and woken from no instances again after a roll-out', async () => {
  const backlog = { min: 0, max: 2, backlogPerInstance: 5, scaleInSeconds: 300, scaleOutSeconds: 300 };
  const deployment = { ...pipeline.deployment, asynchronous: { scaling: backlog }, capturePercentage: 0 };
  for (const runId of [runs.first, runs.second])
    await artifacts.writeJson(configOfRun(runId), { ...pipeline, deployment });
  const second = await plan(2, 1);
  await deploy(second);
  endpoints.settle(endpointName);
  await promote(second);

  expect(second.scaling).toEqual({ former: backlog, wanted: backlog });
  expect(scaling.changes).toEqual(['stop', 'start 0 to 2, and wake']);
});

describe('scaling that AWS refuses', () => {
  it('keeps the new model in service, and the team learns of it', async () => {
    const deployment = await plan(2, 1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    scaling.refusal = refusal('LimitExceededException');
    const message =
      'The endpoint serves with a fixed number of instances, since its scaling could not be set (LimitExceededException: no).';
    await expect(promote(deployment)).rejects.toMatchObject({ name: 'DeploymentError', message });
    expect(await store.get('loan', 'champion')).toMatchObject({ runId: runs.second });

    const { reason, servingConfig } = await rollBack(deployment, message);
    expect(servingConfig).toBe(configOf(runs.second));
    expect(reason).toBe(`The new model serves and is the champion; only the end of its deployment failed: ${message}`);
    expect(await store.get('loan', deploymentKeys.lock)).toBeUndefined();
  });

  it('is named beside another reason', async () => {
    const deployment = await plan(2, 1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    scaling.refusal = refusal('AccessDeniedException');
    await promote(deployment).catch(() => undefined);
    expect((await rollBack(deployment, 'It was stopped.')).reason).toMatch(
      /It was stopped\. The endpoint serves with a fixed number of instances.*AccessDeniedException/,
    );
  });

  it('is named after a roll-back', async () => {
    const deployment = await plan(2, 1);
    scaling.refusal = refusal('ValidationException');
    expect((await rollBack(deployment)).reason).toMatch(
      /^Endpoint tests failed: golden\. The endpoint serves with a fixed number of instances/,
    );
  });

  it.each(['ConcurrentUpdateException', 'ThrottlingException'])('only for now (%s) is tried again', async (name) => {
    const deployment = await plan(2, 1);
    await deploy(deployment);
    endpoints.settle(endpointName);
    scaling.refusal = refusal(name);
    await expect(promote(deployment)).rejects.toMatchObject({ name });
    scaling.refusal = undefined;
    await promote(deployment);
    expect(scaling.changes).toEqual(['stop', 'start 2 to 6']);
  });
});
