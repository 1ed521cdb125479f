import { beforeAll, expect, it } from 'vitest';
import { fakeSageMaker } from './support/sagemaker.ts';
import { configOf, context, deploymentOf, endpointName, runs, setStage } from './support/stage.ts';

let look: (waitedSeconds?: number) => Promise<unknown>;
const wanted = configOf(runs.second);

beforeAll(async () => {
  setStage();
  const { handler } = await import('#functions/await-endpoint');
  look = (waitedSeconds = 0) => handler({ deployment: deploymentOf(), waitedSeconds }, context);
});

it('succeeds once the endpoint serves the config, and asks to be tried again until then', async () => {
  const { endpoints, settle } = fakeSageMaker();
  endpoints.set(endpointName, {
    status: 'Updating',
    config: configOf(runs.first),
    pending: wanted,
    modifiedAt: '2026-01-02T00:00:00Z',
  });

  await expect(look()).rejects.toMatchObject({ name: 'StillRunningError', message: `${endpointName} is Updating` });
  settle(endpointName);
  expect(await look()).toEqual({ endpointName, endpointConfigName: wanted });
});

it('fails when SageMaker has gone back by itself, and when there is no endpoint', async () => {
  const { endpoints, serve } = fakeSageMaker();
  serve(endpointName, configOf(runs.first));

  await expect(look()).rejects.toMatchObject({
    name: 'DeploymentError',
    message: expect.stringContaining('SageMaker rolled the endpoint back'),
  });
  endpoints.clear();
  await expect(look()).rejects.toMatchObject({ name: 'DeploymentError', message: expect.stringContaining('deleted') });
});
