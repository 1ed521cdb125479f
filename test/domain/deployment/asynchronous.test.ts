import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALARMS } from '#domain/alarms/registry';
import { asynchronousProblems, scalingOf } from '#domain/deployment/asynchronous';
import { endpointConfigRequest, updateEndpointRequest } from '#domain/deployment/requests';
import { deploymentSchema } from '#domain/deployment/settings';
import { quotaNeeds } from '#domain/quotas/needs';
import { pipelineSchema } from '#schemas/pipeline';
import { servedConfigSchema } from '#schemas/records/served-config';
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
const issuesOf = (settings: object) =>
  deploymentSchema
    .safeParse({ asynchronous: {}, ...settings })
    .error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('the settings of an asynchronous endpoint', () => {
  it('have defaults, and capture nothing', () => {
    const settings = deploymentSchema.parse({ asynchronous: { scaling: { min: 0, max: 2 } } });

    expect(settings).toMatchObject({
      asynchronous: { scaling: { min: 0, max: 2, backlogPerInstance: 5, scaleInSeconds: 300, scaleOutSeconds: 300 } },
      capturePercentage: 0,
    });
    expect(deploymentSchema.parse(settings)).toEqual(settings);
    expect(servedConfigSchema.shape.deployment.parse(settings).asynchronous).toEqual({
      scaling: settings.asynchronous?.scaling,
    });
  });

  it.each([
    [{ serverless: {} }, 'serverless', 'leave serverless out'],
    [{ scaling: { min: 1, max: 2, invocationsPerInstance: 9 } }, 'scaling', 'set asynchronous.scaling'],
    [{ challenge: { mode: 'shadow' } }, 'challenge', 'leave challenge out'],
    [{ capturePercentage: 20 }, 'capturePercentage', 'leave capturePercentage out'],
    [{ strategy: 'canary', alarms: { errors: 1, overhead: 9 } }, 'alarms.overhead', 'leave overhead out'],
    [{ asynchronous: { scaling: { min: 2, max: 1 } } }, 'asynchronous.scaling.max', 'must be at least min, 2'],
    [
      { asynchronous: { scaling: { min: 0, max: 2 } }, instances: { count: 3 } },
      'instances.count',
      'an endpoint begins with 3; scaling keeps it between 0 and 2',
    ],
    [{ asynchronous: { maxConcurrent: 0 } }, 'asynchronous.maxConcurrent', ''],
    [{ asynchronous: { maxConcurrent: 1001 } }, 'asynchronous.maxConcurrent', ''],
    [{ asynchronous: { scaling: { min: 0, max: 101 } } }, 'asynchronous.scaling.max', ''],
    [
      { asynchronous: { scaling: { min: 0, max: 1, backlogPerInstance: 0 } } },
      'asynchronous.scaling.backlogPerInstance',
      '',
    ],
  ])('refuse %o', (settings, path, message) => {
    expect(issuesOf(settings)).toEqual([[path, expect.stringContaining(message)]]);
  });

  it('may guard a roll-out by every alarm whose metric there is', () => {
    const alarms = Object.fromEntries(ALARMS.filter(({ name }) => name !== 'overhead').map(({ name }) => [name, 5]));

    expect(issuesOf({ strategy: 'linear', alarms, capturePercentage: 0 })).toBeUndefined();
  });

  it('have a problem with the number of instances exactly where the bounds do not hold it', () => {
    const number = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(number, number, number, (min, max, count) => {
        const scaling = { min, max, backlogPerInstance: 1, scaleInSeconds: 0, scaleOutSeconds: 0 };
        const problems = asynchronousProblems({ asynchronous: { scaling }, instances: { count } });
        expect(problems.length === 0).toBe(min <= count && count <= max);
      }),
    );
  });

  it('decide alone how the endpoint is scaled', () => {
    expect(scalingOf({ scaling: 'requests', asynchronous: { scaling: 'backlog' } })).toBe('backlog');
    expect(scalingOf({ scaling: 'requests', asynchronous: {} })).toBeUndefined();
    expect(scalingOf({ scaling: 'requests' })).toBe('requests');
  });

  it.each([
    ['captures', false],
    ['newest-drop', true],
  ])('accept drift of %s: %s', (source, accepted) => {
    const { error } = pipeline({ asynchronous: {} }, { drift: { schedule: 'rate(1 day)', source } });

    expect(error === undefined).toBe(accepted);
    if (!accepted) {
      expect(error?.issues).toMatchObject([
        {
          path: ['drift', 'source'],
          message: expect.stringContaining('an asynchronous endpoint captures no requests'),
        },
      ]);
    }
  });
});

it('an asynchronous config names the places of answers and failures, encrypts them, and captures nothing', () => {
  const config = (asynchronous: object) => {
    const { data } = pipeline({ asynchronous, strategy: 'canary' });
    if (!data) throw new Error('it was refused');
    return { request: endpointConfigRequest(target, data, env), update: updateEndpointRequest(target, data, []) };
  };
  const { request, update } = config({ maxConcurrent: 4 });

  expect(request.AsyncInferenceConfig).toEqual({
    OutputConfig: {
      S3OutputPath: 's3://clean/_asynchronous/loan/answers/',
      S3FailurePath: 's3://clean/_asynchronous/loan/failures/',
      KmsKeyId: 'arn:key',
    },
    ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
  });
  expect(request.ProductionVariants).toMatchObject([{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }]);
  expect(request).not.toHaveProperty('DataCaptureConfig');
  expect(update).toMatchObject({ DeploymentConfig: { BlueGreenUpdatePolicy: {} } });
  expect(config({}).request.AsyncInferenceConfig).not.toHaveProperty('ClientConfig');
});

it('an asynchronous endpoint that is scaled needs a quota of twice its most instances', () => {
  const { data } = pipeline({ asynchronous: { scaling: { min: 0, max: 3 } } });

  expect(quotaNeeds(data ? [data] : [], 1).filter(({ quota }) => quota.endsWith('endpoint usage'))).toMatchObject([
    { needed: 6 },
  ]);
});
