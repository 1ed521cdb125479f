import { expect, it } from 'vitest';
import { endpointConfigRequest, updateEndpointRequest } from '#domain/deployment/requests';
import { deploymentSchema } from '#domain/deployment/settings';
import { quotaNeeds } from '#domain/quotas/needs';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const target = {
  run: { pipeline: 'loan', runId: 'r' },
  modelName: 'model',
  endpointName: 'endpoint',
  endpointConfigName: 'config',
};
const env = { stage: 'dev', cleanBucket: 'clean', cleanKeyArn: 'arn:key' };
const pipeline = (deployment: object, more: object = {}) =>
  pipelineSchema.safeParse(smallPipeline({}, { deployment, ...more }));

it('a serverless endpoint has defaults, and captures nothing', () => {
  const settings = deploymentSchema.parse({ serverless: {} });

  expect(settings).toMatchObject({ serverless: { memoryMb: 2048, maxConcurrency: 5 }, capturePercentage: 0 });
  expect(deploymentSchema.parse(settings)).toEqual(settings);
});

it.each([
  [{ strategy: 'canary' }, 'strategy', 'is updated all at once'],
  [{ percent: 10, strategy: 'linear' }, 'strategy', 'is updated all at once'],
  [{ bakeMinutes: 5, alarms: {} }, 'bakeMinutes', 'without a wait'],
  [{ alarms: { errors: 1 } }, 'alarms', 'without alarms'],
  [{ scaling: { min: 1, max: 2, invocationsPerInstance: 9 } }, 'scaling', 'scales by itself'],
  [{ capturePercentage: 20 }, 'capturePercentage', 'captures no requests'],
])('a serverless endpoint with %o is refused', (settings, field, message) => {
  const { error } = deploymentSchema.safeParse({ serverless: {}, ...settings });

  expect(error?.issues).toMatchObject([{ path: [field], message: expect.stringContaining(message) }]);
});

it.each([{ memoryMb: 1500 }, { memoryMb: 7168 }, { maxConcurrency: 0 }, { maxConcurrency: 201 }])(
  'a serverless endpoint with %o is refused',
  (serverless) => {
    expect(deploymentSchema.safeParse({ serverless }).success).toBe(false);
  },
);

it('a serverless endpoint may say again that nothing is captured and nothing watches', () => {
  expect(deploymentSchema.safeParse({ serverless: {}, alarms: {}, capturePercentage: 0, bakeMinutes: 0 }).success).toBe(
    true,
  );
});

it.each([
  ['captures', false],
  ['newest-drop', true],
])('drift of %s behind a serverless endpoint is accepted: %s', (source, accepted) => {
  const { error } = pipeline({ serverless: {} }, { drift: { schedule: 'rate(1 day)', source } });

  expect(error === undefined).toBe(accepted);
  if (!accepted) expect(error?.issues).toMatchObject([{ path: ['drift', 'source'] }]);
});

it('a serverless variant has memory and concurrency, no instances and no capture', () => {
  const data = pipeline({ serverless: { memoryMb: 4096, maxConcurrency: 20 } }).data;
  if (!data) throw new Error('it was refused');
  const request = endpointConfigRequest(target, data, env);

  expect(request.ProductionVariants).toEqual([
    {
      VariantName: 'AllTraffic',
      ModelName: 'model',
      ServerlessConfig: { MemorySizeInMB: 4096, MaxConcurrency: 20 },
      InitialVariantWeight: 1,
    },
  ]);
  expect(request).not.toHaveProperty('DataCaptureConfig');
  expect(updateEndpointRequest(target, data, [])).toEqual({ EndpointName: 'endpoint', EndpointConfigName: 'config' });
});

it('a serverless endpoint needs no quota of instances, a scaled one twice its most', () => {
  const quotas = (deployment: object) => {
    const { data } = pipeline(deployment);
    return quotaNeeds(data ? [data] : [], 1).filter(({ quota }) => quota.endsWith('endpoint usage'));
  };

  expect(quotas({ serverless: {} })).toEqual([]);
  expect(quotas({ scaling: { min: 1, max: 6, invocationsPerInstance: 9 } })).toMatchObject([{ needed: 12 }]);
});
