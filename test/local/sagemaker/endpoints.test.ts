import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  type ProductionVariant,
  UpdateEndpointCommand,
  type UpdateEndpointCommandInput,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type InvokeEndpointCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BusEvent } from '#local/cloud/service';
import { packDirectory } from '#local/sagemaker/storage/tar';
import { python } from './python.ts';
import {
  BUCKET,
  createModel,
  createTrainedModel,
  createWorld,
  eventually,
  getText,
  keysBelow,
  put,
  type World,
} from './support.ts';

const ROW = '0.5,0.5,0,0';

describe.skipIf(!python)('endpoints', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
    await createTrainedModel(world, 'champion');
    // The same artifact answering labels too: told apart from the champion by its answer.
    const data = `s3://${BUCKET}/models/champion/output/model.tar.gz`;
    await createModel(world, 'challenger', data, { SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label' });
    const directory = mkdtempSync(join(tmpdir(), 'tidegate-broken-'));
    writeFileSync(join(directory, 'xgboost-model'), 'not a model');
    await packDirectory(directory, `${directory}.tar.gz`);
    await put(world, 'models/broken.tar.gz', readFileSync(`${directory}.tar.gz`));
    rmSync(directory, { recursive: true });
    rmSync(`${directory}.tar.gz`);
    await createModel(world, 'broken', `s3://${BUCKET}/models/broken.tar.gz`);
    for (const name of ['champion', 'challenger', 'broken']) await configure(name, [variant('AllTraffic', name)]);
  });
  afterAll(() => world.close());

  const variant = (name: string, model: string, weight = 1): ProductionVariant => ({
    VariantName: name,
    ModelName: model,
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 2,
    InitialVariantWeight: weight,
  });
  const configure = (name: string, variants: ProductionVariant[], capture = false) =>
    world.sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: variants,
        ...(capture
          ? {
              DataCaptureConfig: {
                EnableCapture: true,
                InitialSamplingPercentage: 50,
                DestinationS3Uri: `s3://${BUCKET}/captures`,
                CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
                CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
              },
            }
          : {}),
      }),
    );
  const described = (name: string) => world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
  const settled = (name: string): Promise<DescribeEndpointCommandOutput> =>
    eventually(async () => {
      const endpoint = await described(name);
      return ['InService', 'Failed'].includes(endpoint.EndpointStatus ?? '') ? endpoint : undefined;
    });
  const create = async (name: string, config: string) => {
    await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: config }));
    return settled(name);
  };
  const update = (name: string, config: string, more: Partial<UpdateEndpointCommandInput> = {}) =>
    world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: config, ...more }));
  const invoke = async (name: string, more: Partial<InvokeEndpointCommandInput> = {}) => {
    const answer = await world.runtime.send(
      new InvokeEndpointCommand({ EndpointName: name, ContentType: 'text/csv', Body: ROW, ...more }),
    );
    return { ...answer, text: Buffer.from(answer.Body ?? []).toString() };
  };
  /** How many of so many requests the challenger answers: its answer is a whole number. */
  const challenged = async (name: string, requests: number): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: requests }, () => invoke(name)));
    return answers.filter(({ text }) => Number.isInteger(Number(text))).length;
  };
  /** Requests are spread evenly, not at random: a share is met to within two requests. */
  const expectQuarter = (found: number) => {
    expect(found).toBeGreaterThanOrEqual(8);
    expect(found).toBeLessThanOrEqual(12);
  };
  const eventsOf = (name: string, type: string) =>
    world.context.events.filter(
      (event) =>
        event['detail-type'] === `SageMaker Endpoint ${type} Change` && event.resources?.[0]?.endsWith(`/${name}`),
    );
  const statuses = (events: readonly BusEvent[]) =>
    events.map((event) => (event.detail as { EndpointStatus: string }).EndpointStatus);

  it('comes into service, answers, and says so on the bus in screaming case', async () => {
    const endpoint = await create('basic', 'champion');
    expect(endpoint).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'champion',
      ProductionVariants: [{ VariantName: 'AllTraffic', CurrentInstanceCount: 2, CurrentWeight: 1 }],
    });
    const answer = await invoke('basic', { Body: `${ROW}\n${ROW}` });
    expect(answer.text).toMatch(/^0\.\d+,0\.\d+$/);
    expect(answer).toMatchObject({ InvokedProductionVariant: 'AllTraffic', ContentType: 'text/csv; charset=utf-8' });
    expect(JSON.parse((await invoke('basic', { Accept: 'application/json' })).text)).toEqual({
      predictions: [{ score: expect.any(Number) }],
    });
    expect(statuses(eventsOf('basic', 'State'))).toEqual(['CREATING', 'IN_SERVICE']);
    expect(eventsOf('basic', 'State').at(-1)?.detail).toMatchObject({
      EndpointName: 'basic',
      EndpointConfigName: 'champion',
      CreationTime: world.context.clock.now(),
    });
  });

  it('answers a bad request with the error of the model, naming row and column but no value', async () => {
    await expect(invoke('basic', { Body: '0.5,private,0,0' })).rejects.toMatchObject({
      name: 'ModelError',
      $metadata: { httpStatusCode: 424 },
      OriginalStatusCode: 415,
      OriginalMessage: expect.stringContaining('row 1, column 2 is not a number'),
      message: expect.not.stringContaining('private'),
    });
    await expect(invoke('basic', { Body: '1,2' })).rejects.toMatchObject({
      OriginalStatusCode: 400,
      message: expect.stringMatching(/^Received client error \(400\) from primary with message ".*the model takes 4"/),
    });
    await expect(invoke('basic', { Body: `${ROW}\n`.repeat(600_000) })).rejects.toMatchObject({
      OriginalStatusCode: 413,
    });
    await expect(invoke('basic', { ContentType: 'image/png' })).rejects.toMatchObject({ OriginalStatusCode: 415 });
  });

  it('does not find an endpoint of another name or case', async () => {
    await expect(invoke('Basic')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint Basic of account 123456789012 not found.',
    });
    await expect(described('nobody')).rejects.toThrow(/^Could not find endpoint "arn:.*endpoint\/nobody"\.$/);
    await expect(create('BASIC', 'champion')).rejects.toThrow(/^Cannot create already existing endpoint/);
  });

  it('divides traffic between variants by weight, and sends it where the caller asks', async () => {
    await configure('weighted', [variant('a', 'champion', 3), variant('b', 'challenger', 1)]);
    await create('weighted', 'weighted');
    expectQuarter(await challenged('weighted', 40));
    expect((await invoke('weighted', { TargetVariant: 'b' })).InvokedProductionVariant).toBe('b');
    await expect(invoke('weighted', { TargetVariant: 'c' })).rejects.toThrow(/Variant c is not found/);
  });

  it('is Failed when the container does not answer the ping', async () => {
    const endpoint = await create('unhealthy', 'broken');
    expect(endpoint).toMatchObject({
      EndpointStatus: 'Failed',
      FailureReason:
        'The primary container for production variant AllTraffic did not pass the ping health check. ' +
        'Please check CloudWatch logs for this endpoint.',
    });
    await expect(update('unhealthy', 'champion')).rejects.toThrow(/can only be deleted/);
    await expect(invoke('unhealthy')).rejects.toThrow(/not found/);
  });

  it('shifts traffic to the canary, bakes, and then shifts the rest', async () => {
    await create('canary', 'champion');
    await update('canary', 'challenger', {
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            WaitIntervalInSeconds: 300,
            CanarySize: { Type: 'CAPACITY_PERCENT', Value: 25 },
          },
          TerminationWaitInSeconds: 60,
        },
      },
    });
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    const baking = await described('canary');
    expect(baking).toMatchObject({ EndpointStatus: 'Updating', EndpointConfigName: 'champion' });
    expect(baking.PendingDeploymentSummary).toMatchObject({
      EndpointConfigName: 'challenger',
      ProductionVariants: [
        { VariantStatus: [{ Status: 'Baking', StatusMessage: expect.stringContaining('for 300 seconds') }] },
      ],
    });
    expectQuarter(await challenged('canary', 40));
    await expect(update('canary', 'champion')).rejects.toThrow(/^Cannot update in-progress endpoint/);

    await world.context.clock.advance(300_000);
    await eventually(async () => ((await challenged('canary', 4)) === 4 ? true : undefined));
    expect((await described('canary')).EndpointStatus).toBe('Updating');
    await world.context.clock.advance(60_000);
    expect(await settled('canary')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'challenger' });
    expect(statuses(eventsOf('canary', 'State'))).toEqual(['CREATING', 'IN_SERVICE', 'UPDATING', 'IN_SERVICE']);
    expect(eventsOf('canary', 'Deployment State').length).toBeGreaterThan(4);
  });

  it('goes on with an update that a restart interrupted', async () => {
    await create('resumed', 'champion');
    const step = { Type: 'CAPACITY_PERCENT' as const, Value: 50 };
    const routing = { Type: 'LINEAR' as const, WaitIntervalInSeconds: 30, LinearStepSize: step };
    await update('resumed', 'challenger', {
      DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing } },
    });
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    await world.restart();
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    expect((await described('resumed')).EndpointStatus).toBe('Updating');
    await world.context.clock.advance(30_000);
    expect(await settled('resumed')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'challenger' });
  });

  it('answers every request while it is updated all at once', async () => {
    await create('swap', 'champion');
    let answered = 0;
    let updating = true;
    const traffic = (async () => {
      while (updating) {
        await invoke('swap');
        answered += 1;
      }
    })();
    await update('swap', 'challenger');
    expect(await settled('swap')).toMatchObject({ EndpointConfigName: 'challenger' });
    updating = false;
    await traffic;
    expect(answered).toBeGreaterThan(3);
    expect(await challenged('swap', 3)).toBe(3);
  });

  it('rolls back silently to the old configuration when the new fleet does not come up', async () => {
    await create('rolled-back', 'champion');
    await update('rolled-back', 'broken');
    const endpoint = await settled('rolled-back');
    expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'champion' });
    expect(endpoint.PendingDeploymentSummary).toBeUndefined();
    expect(endpoint.FailureReason).toContain('did not pass the ping health check');
    expect(await challenged('rolled-back', 3)).toBe(0);
    expect(statuses(eventsOf('rolled-back', 'State'))).toEqual([
      'CREATING',
      'IN_SERVICE',
      'UPDATING',
      'ROLLING_BACK',
      'IN_SERVICE',
    ]);
  });

  it.each([
    [
      'a canary of more than half',
      'CANARY',
      { CanarySize: { Type: 'CAPACITY_PERCENT', Value: 60 } },
      /CanarySize must be at most 50 %/,
    ],
    [
      'a linear step of less than a tenth',
      'LINEAR',
      { LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 5 } },
      /LinearStepSize must be at least 10 %/,
    ],
    ['a canary without a size', 'CANARY', {}, /CanarySize is required/],
  ] as const)('refuses %s', async (_, Type, size, message) => {
    const routing = { Type, WaitIntervalInSeconds: 10, ...size };
    await expect(
      update('basic', 'challenger', {
        DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing } },
      }),
    ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
  });

  it('captures the configured share of requests and answers as JSON lines', async () => {
    await configure('captured', [variant('AllTraffic', 'champion')], true);
    await create('captured', 'captured');
    for (let i = 0; i < 6; i += 1) await invoke('captured', { InferenceId: `r${i}` });
    await update('captured', 'champion');
    await settled('captured');
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
    await configure('passing', [variant('AllTraffic', 'passing')]);
    await create('lasting', 'passing');
    const before = await invoke('lasting');
    await world.sagemaker.send(new DeleteModelCommand({ ModelName: 'passing' }));
    await world.restart();
    expect((await invoke('lasting')).text).toBe(before.text);
  });

  it('is gone after it has been deleted', async () => {
    await create('passing-by', 'champion');
    await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'passing-by' }));
    await eventually(() =>
      described('passing-by').then(
        () => undefined,
        () => true,
      ),
    );
    await expect(invoke('passing-by')).rejects.toThrow(/not found/);
  });
});
