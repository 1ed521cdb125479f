import {
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  type ProductionVariantServerlessConfig,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostingOf } from './hosting.ts';
import { createWorld, eventually, type World } from './support.ts';

describe('serverless endpoints', () => {
  let world: World;
  let hosting: ReturnType<typeof hostingOf>;

  const configure = (
    name: string,
    serverless: ProductionVariantServerlessConfig,
    more: Partial<CreateEndpointConfigCommandInput> = {},
  ) =>
    world.sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'champion', ServerlessConfig: serverless }],
        ...more,
      }),
    );
  const small = { MemorySizeInMB: 2048, MaxConcurrency: 2 };

  beforeAll(async () => {
    world = await createWorld();
    hosting = hostingOf(world);
    await hosting.prepare();
    await configure('small', small);
    await hosting.create('lazy', 'small');
  });
  afterAll(() => world.close());

  it('answer, and are described by memory and concurrency instead of instances', async () => {
    expect(Number((await hosting.invoke('lazy')).text)).toBeGreaterThan(0);
    const [variant] = (await hosting.described('lazy')).ProductionVariants ?? [];
    expect(variant).toMatchObject({ CurrentServerlessConfig: small, DesiredServerlessConfig: small });
    expect(variant?.CurrentInstanceCount).toBeUndefined();
  });

  it('scale to zero when idle, and start again for the next request, which is measured', async () => {
    await hosting.invoke('lazy');
    const setups = () => world.metrics.filter(({ name }) => name === 'ModelSetupTime').length;
    expect(setups()).toBe(0);

    await world.context.clock.advance(300_000);
    expect(Number((await hosting.invoke('lazy')).text)).toBeGreaterThan(0);

    // Once by variant, once by configuration too.
    expect(setups()).toBe(2);
  });

  it('throttle beyond their concurrency only', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => hosting.invoke('lazy')));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(10);
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'ThrottlingException' });
    await hosting.invoke('lazy');
  });

  it.each([
    ['memory in parts of a GB', { MemorySizeInMB: 1500, MaxConcurrency: 1 }, {}, /one of 1024, 2048/],
    [
      'too much memory',
      { MemorySizeInMB: 7168, MaxConcurrency: 1 },
      {},
      /memorySizeInMB' .* less than or equal to 6144/,
    ],
    [
      'too much concurrency',
      { MemorySizeInMB: 1024, MaxConcurrency: 201 },
      {},
      /maxConcurrency' .* less than or equal to 200/,
    ],
    [
      'more provisioned than possible concurrency',
      { ...small, ProvisionedConcurrency: 3 },
      {},
      /ProvisionedConcurrency 3 must not be greater than MaxConcurrency 2/,
    ],
    [
      'data capture',
      small,
      {
        DataCaptureConfig: {
          InitialSamplingPercentage: 100,
          DestinationS3Uri: 's3://artifacts/captures',
          CaptureOptions: [{ CaptureMode: 'Input' }],
        },
      },
      /DataCaptureConfig is not supported for serverless/,
    ],
    [
      'asynchronous inference',
      small,
      { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://artifacts/answers' } } },
      /AsyncInferenceConfig is not supported for serverless/,
    ],
    [
      'a second variant',
      small,
      {
        ProductionVariants: [
          { VariantName: 'a', ModelName: 'champion', ServerlessConfig: small },
          { VariantName: 'b', ModelName: 'champion', ServerlessConfig: small },
        ],
      },
      /one production variant only/,
    ],
  ] satisfies [string, ProductionVariantServerlessConfig, Partial<CreateEndpointConfigCommandInput>, RegExp][])(
    'refuse %s',
    async (_, serverless, more, message) => {
      await expect(configure('refused', serverless, more)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(message),
      });
    },
  );

  it('refuse deployment guardrails, and to take the place of instances', async () => {
    const routing = { Type: 'ALL_AT_ONCE' as const, WaitIntervalInSeconds: 0 };
    const guarded = { DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing } } };
    await expect(hosting.update('lazy', 'small', guarded)).rejects.toThrow(/no deployment guardrails/);
    await hosting.create('on-instances', 'champion');
    await expect(hosting.update('on-instances', 'small')).rejects.toThrow(/cannot be updated to be serverless/);
  });

  it('are refused beyond the concurrency that is left in the account', async () => {
    await configure('large', { MemorySizeInMB: 1024, MaxConcurrency: 9 });
    await expect(hosting.create('one-too-many', 'large')).rejects.toMatchObject({
      name: 'ResourceLimitExceeded',
      message: expect.stringMatching(
        /serverless endpoints' is 10 Units, with current utilization of 2 Units and a request delta of 9 Units/,
      ),
    });
  });

  it('stay warm while requests come in', async () => {
    const before = world.metrics.filter(({ name }) => name === 'ModelSetupTime').length;
    await world.context.clock.advance(200_000);
    await hosting.invoke('lazy');
    await world.context.clock.advance(200_000);
    await hosting.invoke('lazy');
    expect(world.metrics.filter(({ name }) => name === 'ModelSetupTime').length).toBe(before);
    await eventually(() => world.context.clock.sleepers > 0 || undefined);
  });
});
