import { NoSuchKey } from '@aws-sdk/client-s3';
import {
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  DeleteEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand, type InvokeEndpointAsyncCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostingOf, ROW } from './hosting.ts';
import { BUCKET, createWorld, eventually, get, put, type World } from './support.ts';

let world: World;
let hosting: ReturnType<typeof hostingOf>;
let denied: (action: string, resource: string) => boolean;

const output = { S3OutputPath: `s3://${BUCKET}/answers/`, S3FailurePath: `s3://${BUCKET}/failures` };
const configure = (name: string, more: Partial<CreateEndpointConfigCommandInput> = {}) =>
  world.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [hosting.variant('AllTraffic', 'champion')],
      AsyncInferenceConfig: { OutputConfig: output, ClientConfig: { MaxConcurrentInvocationsPerInstance: 2 } },
      ...more,
    }),
  );
const enqueue = (more: Partial<InvokeEndpointAsyncCommandInput> = {}) =>
  world.runtime.send(
    new InvokeEndpointAsyncCommand({
      EndpointName: 'patient',
      InputLocation: `s3://${BUCKET}/requests/row`,
      ContentType: 'text/csv',
      ...more,
    }),
  );
const keyOf = (uri = '') => uri.replace(`s3://${BUCKET}/`, '');
/** The text of an object, or undefined while there is none. */
const look = async (uri: string | undefined): Promise<string | undefined> => {
  try {
    return Buffer.from(await get(world, keyOf(uri))).toString();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
};
const answered = (uri: string | undefined) => eventually(() => look(uri));
const scale = (DesiredInstanceCount: number, EndpointName = 'patient') =>
  world.sagemaker.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount }],
    }),
  );
const values = (metric: string) => world.metrics.filter(({ name }) => name === metric).map(({ value }) => value);

const start = async () => {
  denied = () => false;
  world = await createWorld({ denies: ({ action, resource }) => denied(action, resource) });
  hosting = hostingOf(world);
  await hosting.prepare();
  await configure('queued');
  await hosting.create('patient', 'queued');
  await put(world, 'requests/row', ROW);
};

describe('an asynchronous endpoint', () => {
  beforeEach(start);
  afterEach(() => world.close());

  it('answers into S3, names the places at once, and is described with its queue', async () => {
    const queued = await enqueue({ InferenceId: 'mine' });

    expect(queued.$metadata.httpStatusCode).toBe(202);
    expect(queued.InferenceId).toBe('mine');
    expect(keyOf(queued.OutputLocation)).toMatch(/^answers\/[0-9a-f-]{36}\.out$/);
    expect(keyOf(queued.FailureLocation)).toMatch(/^failures\/[0-9a-f-]{36}-error\.out$/);
    expect(Number(await answered(queued.OutputLocation))).toBeGreaterThan(0);
    expect(await look(queued.FailureLocation)).toBeUndefined();
    expect((await hosting.described('patient')).AsyncInferenceConfig).toEqual({
      OutputConfig: output,
      ClientConfig: { MaxConcurrentInvocationsPerInstance: 2 },
    });
    const metrics = new Set(world.metrics.map(({ name }) => name));
    expect(metrics).toContain('ModelLatency');
    await eventually(() => (values('InvocationsProcessed').length > 0 ? true : undefined));
    expect([metrics.has('Invocations'), metrics.has('OverheadLatency')]).toEqual([false, false]);
  });

  it('puts what the model said of a bad request where failures go', async () => {
    await put(world, 'requests/bad', 'no,number,at,all');
    const { OutputLocation, FailureLocation } = await enqueue({ InputLocation: `s3://${BUCKET}/requests/bad` });

    expect(await answered(FailureLocation)).toMatch(
      /^Received (client|server) error \(\d+\) from primary with message/,
    );
    expect(await look(OutputLocation)).toBeUndefined();
    expect(values('InvocationFailures')).toEqual([1]);
  });

  it('needs its role to read the request', async () => {
    denied = (action, resource) => action === 's3:GetObject' && resource.endsWith('/requests/row');
    const { FailureLocation } = await enqueue();

    expect(await answered(FailureLocation)).toMatch(/^Failed to download the request from s3:.*403/);
    expect(values('RequestDownloadFailures')).toEqual([1]);
  });

  it('keeps requests while it has no instances, also over a restart, and answers them then', async () => {
    await scale(0);
    const first = await enqueue();
    await world.restart();
    const second = await enqueue();
    await world.context.clock.advance(60_000);
    expect([await look(first.OutputLocation), await look(second.OutputLocation)]).toEqual([undefined, undefined]);
    expect(values('HasBacklogWithoutCapacity')).toContain(1);
    expect(values('ApproximateBacklogSize')).toContain(2);
    expect(values('ApproximateBacklogSizePerInstance')).toEqual([]);

    await scale(1);

    for (const { OutputLocation } of [first, second]) expect(Number(await answered(OutputLocation))).toBeGreaterThan(0);
  });

  it('takes up its work when an update brings instances', async () => {
    await scale(0);
    const { OutputLocation } = await enqueue();
    await configure('next', { ProductionVariants: [hosting.variant('AllTraffic', 'challenger')] });
    await hosting.update('patient', 'next');

    // the challenger answers with whole numbers
    expect(Number.isInteger(Number(await answered(OutputLocation)))).toBe(true);
  });

  it('drops requests that are too old', async () => {
    await scale(0);
    const { OutputLocation } = await enqueue({ RequestTTLSeconds: 60 });
    await world.context.clock.advance(61_000);
    await scale(1);

    await eventually(() => (values('ExpiredRequests').length > 0 ? true : undefined));
    expect(await look(OutputLocation)).toBeUndefined();
  });

  it('forgets its queue when it is deleted', async () => {
    await scale(0);
    const { OutputLocation } = await enqueue();
    await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'patient' }));
    await eventually(() =>
      hosting.described('patient').then(
        () => undefined,
        () => true,
      ),
    );
    await hosting.create('patient', 'queued');
    const later = await enqueue();

    await answered(later.OutputLocation);
    expect(await look(OutputLocation)).toBeUndefined();
  });
});

describe('the embedded cloud', () => {
  beforeAll(start);
  afterAll(() => world.close());

  it('refuses real-time requests, and a real-time endpoint queued ones and no instances', async () => {
    await expect(hosting.invoke('patient')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint patient is asynchronous: call InvokeEndpointAsync.',
    });
    await hosting.create('basic', 'champion');
    await expect(enqueue({ EndpointName: 'basic' })).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(scale(0, 'basic')).rejects.toThrow(/only an asynchronous endpoint may have no instances/);
    await expect(enqueue({ EndpointName: 'nobody' })).rejects.toThrow(/nobody of account 123456789012 not found/);
  });

  it.each([
    [{ InputLocation: undefined }, /needs InputLocation/],
    [{ InputLocation: 'https://elsewhere' }, /needs InputLocation/],
    [{ RequestTTLSeconds: 59 }, /from 60 to 21600/],
    [{ RequestTTLSeconds: 21_601 }, /from 60 to 21600/],
    [{ InvocationTimeoutSeconds: 900 }, /does not support InvocationTimeoutSeconds/],
    [{ Filename: 'a' }, /does not support Filename/],
    [{ S3OutputPathExtension: 'a' }, /does not support S3OutputPathExtension/],
  ])('refuses a request with %o', async (more, message) => {
    await expect(enqueue(more)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['no place for answers', { AsyncInferenceConfig: { OutputConfig: {} } }, /needs .*S3OutputPath/],
    [
      'notices',
      {
        AsyncInferenceConfig: {
          OutputConfig: {
            ...output,
            NotificationConfig: { SuccessTopic: 'arn:aws:sns:eu-central-1:123456789012:done' },
          },
        },
      },
      /notificationConfig' is not supported/,
    ],
    [
      'too many requests at once',
      {
        AsyncInferenceConfig: { OutputConfig: output, ClientConfig: { MaxConcurrentInvocationsPerInstance: 1001 } },
      },
      /less than or equal to 1000/,
    ],
    [
      'data capture',
      {
        DataCaptureConfig: {
          InitialSamplingPercentage: 100,
          DestinationS3Uri: `s3://${BUCKET}/captures`,
          CaptureOptions: [{ CaptureMode: 'Input' as const }],
        },
      },
      /DataCaptureConfig is not supported for asynchronous/,
    ],
    [
      'two variants',
      {
        ProductionVariants: ['a', 'b'].map((VariantName) => ({
          VariantName,
          ModelName: 'champion',
          InstanceType: 'ml.m5.large' as const,
          InitialInstanceCount: 1,
        })),
      },
      /one variant only/,
    ],
  ])('refuses a queue with %s', async (_, more, message) => {
    await expect(configure('refused', more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });
});
