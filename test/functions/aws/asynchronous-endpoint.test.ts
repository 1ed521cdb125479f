import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { answerQueued, type QueueClients, scoreQueued } from '#functions/aws/asynchronous-endpoint';
import { memoryObjects } from '../../fakes/memory-objects.ts';

const runtime = mockClient(SageMakerRuntimeClient);
let clean: ReturnType<typeof memoryObjects>;
let time: number;
/** What happens in each pause, in order. */
let pauses: (() => Promise<void> | void)[];
let slept: number[];

beforeEach(() => {
  runtime.reset();
  runtime.on(InvokeEndpointAsyncCommand).resolves({
    OutputLocation: 's3://clean/_asynchronous/loan/answers/1.out',
    FailureLocation: 's3://clean/_asynchronous/loan/failures/1-error.out',
  });
  clean = memoryObjects('clean', {});
  time = 0;
  pauses = [];
  slept = [];
});
const clients = (): QueueClients => ({
  runtime: new SageMakerRuntimeClient({}),
  clean,
  newId: () => 'id-1',
  now: () => time,
  sleep: async (ms) => {
    slept.push(ms);
    time += ms;
    await pauses.shift()?.();
  },
});
const answer = () => clean.writeText('_asynchronous/loan/answers/1.out', '0.5\n', 'text/csv');
const fail = () => clean.writeText('_asynchronous/loan/failures/1-error.out', 'bad row 41,52000', 'text/plain');
const rows = { pipeline: 'loan', endpointName: 'shop', csv: '1,2' };
const format = {
  input: { contentType: 'text/csv' },
  output: { contentType: 'text/plain' },
} as Parameters<typeof scoreQueued>[2];
const score = (until = 10_000) => scoreQueued(clients(), rows, format, until);
const request = { pipeline: 'loan', endpointName: 'shop', body: '1,2', contentType: 'text/csv', accept: 'text/csv' };

describe('a request through the queue', () => {
  it('is written, queued by its place, and answered when the answer is there', async () => {
    pauses = [() => {}, () => {}, answer];

    expect(await score()).toBe('0.5\n');
    expect(await clean.readText('_asynchronous/loan/requests/id-1')).toBe('1,2');
    expect(runtime.calls().map(({ args }) => args[0].input)).toEqual([
      {
        EndpointName: 'shop',
        InputLocation: 's3://clean/_asynchronous/loan/requests/id-1',
        ContentType: 'text/csv',
        Accept: 'text/plain',
      },
    ]);
    expect(slept).toEqual([100, 150, 225]);
  });

  it('is looked for every two seconds at most, until its time is over, and stays in the queue', async () => {
    await expect(score(10_000)).rejects.toMatchObject({
      name: 'PredictionError',
      problem: 'queued',
      message: expect.stringContaining('shop has not answered yet'),
    });
    expect(time).toBe(10_000);
    expect(Math.max(...slept)).toBe(2_000);
  });

  it('is looked for once when its time is over already', async () => {
    await answer();

    expect(await score(-1)).toBe('0.5\n');
    expect(slept).toEqual([]);
  });

  it('fails without the text of the model, which may repeat the rows', async () => {
    pauses = [fail];
    const refusal = await score().catch((error: unknown) => error);

    expect(refusal).toMatchObject({ name: 'PredictionError', problem: 'model-failed' });
    expect(String(refusal)).not.toContain('52000');
  });

  it('finds no endpoint where none is up, and passes other errors on', async () => {
    const failure = (name: string, message: string) => Object.assign(new Error(message), { name });
    runtime
      .on(InvokeEndpointAsyncCommand)
      .rejectsOnce(failure('ValidationError', 'Endpoint shop of account 1 not found.'))
      .rejects(failure('AccessDeniedException', 'no'));

    await expect(score()).rejects.toMatchObject({ name: 'PredictionError', problem: 'not-serving' });
    await expect(score()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('a request of a test', () => {
  const ask = (until = 10_000) => answerQueued(clients(), request, until);

  it('is an answer with the time that it took', async () => {
    pauses = [answer];

    expect(await ask()).toEqual({ status: 200, contentType: 'text/csv', body: '0.5\n', latencyMs: 100 });
  });

  it('is an answer too when the model fails', async () => {
    pauses = [fail];

    expect(await ask()).toMatchObject({ status: 424, body: 'bad row 41,52000' });
  });

  it('has no answer in time', async () => {
    await expect(ask(50)).rejects.toMatchObject({ name: 'PredictionError', problem: 'queued' });
  });

  it.each([
    ['ValidationError', 'RequestRefusedError'],
    ['ServiceUnavailable', 'TransientError'],
    ['AccessDeniedException', 'AccessDeniedException'],
  ])('that SageMaker ends with %s is a %s', async (thrown, name) => {
    runtime.on(InvokeEndpointAsyncCommand).rejects(Object.assign(new Error('no'), { name: thrown }));

    await expect(ask()).rejects.toMatchObject({ name });
  });
});
