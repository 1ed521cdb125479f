import { isDeepStrictEqual } from 'node:util';
import { DeleteEndpointCommand, DeleteModelCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointWithResponseStreamCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostingOf, ROW } from './hosting.ts';
import { BUCKET, createModel, createWorld, eventually, getText, keysBelow, type World } from './support.ts';

describe('endpoints', () => {
  let world: World;
  let hosting: ReturnType<typeof hostingOf>;

  beforeAll(async () => {
    world = await createWorld();
    hosting = hostingOf(world);
    await hosting.prepare();
  });
  afterAll(() => world.close());

  it('comes into service, answers, and sends its status in capitals', async () => {
    const endpoint = await hosting.create('basic', 'champion');
    expect(endpoint).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'champion',
      ProductionVariants: [{ VariantName: 'AllTraffic', CurrentInstanceCount: 2, CurrentWeight: 1 }],
    });
    const answer = await hosting.invoke('basic', { Body: `${ROW}\n${ROW}` });
    expect(answer.text).toMatch(/^0\.\d+,0\.\d+$/);
    expect(answer).toMatchObject({ InvokedProductionVariant: 'AllTraffic', ContentType: 'text/csv; charset=utf-8' });
    expect(JSON.parse((await hosting.invoke('basic', { Accept: 'application/json' })).text)).toEqual({
      predictions: [{ score: expect.any(Number) }],
    });
    expect(hosting.statuses(hosting.eventsOf('basic', 'State'))).toEqual(['CREATING', 'IN_SERVICE']);
    expect(hosting.eventsOf('basic', 'State').at(-1)?.detail).toMatchObject({
      EndpointName: 'basic',
      EndpointConfigName: 'champion',
      CreationTime: world.context.clock.now(),
    });
  });

  it('answers a bad request with the error of the model, naming row and column but no value', async () => {
    await expect(hosting.invoke('basic', { Body: '0.5,private,0,0' })).rejects.toMatchObject({
      name: 'ModelError',
      $metadata: { httpStatusCode: 424 },
      OriginalStatusCode: 415,
      OriginalMessage: expect.stringContaining('row 1, column 2 is not a number'),
      message: expect.not.stringContaining('private'),
    });
    await expect(hosting.invoke('basic', { Body: '1,2' })).rejects.toMatchObject({
      OriginalStatusCode: 400,
      message: expect.stringMatching(/^Received client error \(400\) from primary with message ".*the model takes 4"/),
    });
    await expect(hosting.invoke('basic', { Body: `${ROW}\n`.repeat(600_000) })).rejects.toMatchObject({
      OriginalStatusCode: 413,
    });
    await expect(hosting.invoke('basic', { ContentType: 'image/png' })).rejects.toMatchObject({
      OriginalStatusCode: 415,
    });
  });

  it('measures every invocation, by variant and by the configuration that serves', async () => {
    const before = world.metrics.length;
    await hosting.invoke('basic');
    await expect(hosting.invoke('basic', { Body: '1,2' })).rejects.toMatchObject({ OriginalStatusCode: 400 });
    const put = world.metrics.slice(before);
    const ofVariant = { EndpointName: 'basic', VariantName: 'AllTraffic' };
    for (const dimensions of [ofVariant, { ...ofVariant, EndpointConfigName: 'champion' }]) {
      const valuesOf = (name: string) =>
        put
          .filter((metric) => metric.name === name && isDeepStrictEqual(metric.dimensions, dimensions))
          .map(({ value }) => value);
      expect(valuesOf('Invocations')).toEqual([1, 1]);
      expect(valuesOf('Invocation4XXErrors')).toEqual([0, 1]);
      expect(valuesOf('Invocation5XXErrors')).toEqual([0, 0]);
      // Microseconds: a model asked over HTTP takes more than a tenth of a millisecond.
      for (const value of valuesOf('ModelLatency')) expect(value).toBeGreaterThan(100);
      expect(valuesOf('OverheadLatency')).toEqual([expect.any(Number), expect.any(Number)]);
    }
    expect(put).toHaveLength(20);
    expect(new Set(put.map(({ namespace }) => namespace))).toEqual(new Set(['AWS/SageMaker']));
    expect(put.find(({ name }) => name === 'ModelLatency')?.unit).toBe('Microseconds');
  });

  it('does not find an endpoint of another name or case', async () => {
    await expect(hosting.invoke('Basic')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint Basic of account 123456789012 not found.',
    });
    await expect(hosting.described('nobody')).rejects.toThrow(/^Could not find endpoint "arn:.*endpoint\/nobody"\.$/);
    await expect(hosting.create('BASIC', 'champion')).rejects.toThrow(/^Cannot create already existing endpoint/);
  });

  it('refuses streamed invocations by their name', async () => {
    const streamed = new InvokeEndpointWithResponseStreamCommand({ EndpointName: 'basic', Body: ROW });
    await expect(world.runtime.send(streamed)).rejects.toThrow(/InvokeEndpointWithResponseStream is not available/);
  });

  it('divides traffic between variants by weight, or sends it to the requested variant', async () => {
    await hosting.configure('weighted', [hosting.variant('a', 'champion', 3), hosting.variant('b', 'challenger', 1)]);
    await hosting.create('weighted', 'weighted');
    hosting.expectQuarter(await hosting.challenged('weighted', 40));
    expect((await hosting.invoke('weighted', { TargetVariant: 'b' })).InvokedProductionVariant).toBe('b');
    await expect(hosting.invoke('weighted', { TargetVariant: 'c' })).rejects.toThrow(/Variant c is not found/);
  });

  it('is Failed when the container does not answer the ping', async () => {
    const endpoint = await hosting.create('unhealthy', 'broken');
    expect(endpoint).toMatchObject({
      EndpointStatus: 'Failed',
      FailureReason:
        'The primary container for production variant AllTraffic did not pass the ping health check. ' +
        'Please check CloudWatch logs for this endpoint.',
    });
    await expect(hosting.update('unhealthy', 'champion')).rejects.toThrow(/can only be deleted/);
    await expect(hosting.invoke('unhealthy')).rejects.toThrow(/not found/);
  });

  it('captures the configured share of requests and answers as JSON lines', async () => {
    await hosting.configure('captured', [hosting.variant('AllTraffic', 'champion')], true);
    await hosting.create('captured', 'captured');
    for (let i = 0; i < 6; i += 1) await hosting.invoke('captured', { InferenceId: `r${i}` });
    await hosting.update('captured', 'champion');
    await hosting.settled('captured');
    const keys = await eventually(async () => {
      const found = await keysBelow(world, 'captures/');
      return found.length > 0 ? found : undefined;
    });
    expect(keys[0]).toMatch(
      /^captures\/captured\/AllTraffic\/2026\/01\/01\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
    );
    const lines = (await getText(world, keys[0] ?? ''))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      captureData: {
        endpointInput: { observedContentType: 'text/csv', mode: 'INPUT', data: ROW, encoding: 'CSV' },
        endpointOutput: {
          observedContentType: 'text/csv; charset=utf-8',
          mode: 'OUTPUT',
          data: expect.stringMatching(/^0\.\d+$/),
          encoding: 'CSV',
        },
      },
      eventMetadata: {
        eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        inferenceId: 'r1',
        inferenceTime: expect.stringMatching(/^2026-01-01T\d\d:\d\d:\d\dZ$/),
      },
      eventVersion: '0',
    });
  });

  it('serves again after a restart, even when its model has been deleted', async () => {
    await createModel(world, 'passing', `s3://${BUCKET}/models/champion/output/model.tar.gz`);
    await hosting.configure('passing', [hosting.variant('AllTraffic', 'passing')]);
    await hosting.create('lasting', 'passing');
    const before = await hosting.invoke('lasting');
    await world.sagemaker.send(new DeleteModelCommand({ ModelName: 'passing' }));
    await world.restart();
    expect((await hosting.invoke('lasting')).text).toBe(before.text);
  });

  it('does not exist after its deletion', async () => {
    await hosting.create('passing-by', 'champion');
    await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'passing-by' }));
    await eventually(() =>
      hosting.described('passing-by').then(
        () => undefined,
        () => true,
      ),
    );
    await expect(hosting.invoke('passing-by')).rejects.toThrow(/not found/);
  });
});
