import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { predictResponseSchema } from '#schemas/events/predict';
import type { MemoryState } from '../fakes/memory-state.ts';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { encodedRun, models, publish, type Task, writeGolden } from './support/evaluated-run.ts';
import { championOf, context, endpointName, packageArn, setStage } from './support/stage.ts';
import { fakeStateTable } from './support/state-table.ts';

type Rows = readonly Record<string, unknown>[];
let predict: typeof import('#functions/predict').handler;
let state: MemoryState;
let buckets: FakeBuckets;
/** What the endpoint was sent, and how many rows of it are probes. */
let asked: string[];
const probes = 5;

const freshRuntime = () => mockClient(SageMakerRuntimeClient);
let runtime: ReturnType<typeof freshRuntime>;

/** Puts a run of a task in service. */
async function serve(task: Task, runId: string, rest: Record<string, unknown> = {}): Promise<void> {
  using run = await encodedRun(task, { runId, rest });
  await writeGolden(run, task);
  await publish(run, buckets);
  await state.put('loan', 'champion', championOf(2, runId, '2026-01-02T10:00:00.000Z'));
  answerAs(task);
}
/** Puts a model of a task behind the endpoint. */
function answerAs(task: Task): void {
  runtime.on(InvokeEndpointCommand).callsFake(({ Body, ContentType, Accept }) => {
    expect([ContentType, Accept]).toEqual(['text/csv', 'text/csv']);
    asked.push(String(Body));
    const answers = String(Body)
      .split('\n')
      .map((line) => models[task](Number(line.split(',')[0])));
    return { Body: new TextEncoder().encode(answers.map((a) => a.join(',')).join('\n')) };
  });
}
const ask = (rows: Rows, pipeline = 'loan') => predict({ pipeline, rows: rows as Record<string, unknown>[] }, context);

beforeAll(async () => {
  setStage();
  process.env['STATE_TABLE'] = 'tidegate-dev-state';
  ({ handler: predict } = await import('#functions/predict'));
});
beforeEach(() => {
  state = fakeStateTable();
  buckets = fakeBuckets();
  runtime = freshRuntime();
  asked = [];
});

describe('prediction', () => {
  it('encodes raw rows as training did, asks the endpoint once and says which model answered', async () => {
    await serve('binary', 'binary-run');

    const answer = await ask([{ x: 90, c: 'r' }, { x: '10' }, { id: 'i', y: 1, x: 60, c: 'unseen' }]);

    expect(predictResponseSchema.parse(answer)).toEqual({
      pipeline: 'loan',
      inferenceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      model: { version: 2, runId: 'binary-run', modelPackageArn: packageArn(2) },
      endpoint: endpointName,
      predictions: [
        { score: expect.closeTo(0.982), positive: true, label: '1' },
        { score: expect.closeTo(0.018), positive: false, label: '0', missing: ['c'] },
        { score: expect.closeTo(0.731), positive: true, label: '1', unknown: ['c'] },
      ],
    });
    expect(asked).toHaveLength(1);
    const sent = asked[0]?.split('\n').map((line) => line.split(',')[0]);
    expect(sent?.slice(0, 3)).toEqual(['90', '10', '60']);
    expect(sent).toHaveLength(3 + probes);
  });

  it('goes by the threshold the model was evaluated with', async () => {
    const evaluation = { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }], threshold: 0.9 };
    await serve('binary', 'threshold-run', { evaluation });
    expect((await ask([{ x: 60 }])).predictions).toMatchObject([{ label: '0' }]);
  });

  it('names the class of each row, with all probabilities', async () => {
    await serve('multiclass', 'multiclass-run');
    const { predictions } = await ask([{ x: 5 }, { x: 50 }, { x: 95 }]);
    expect(predictions.map((p) => ('label' in p ? p.label : ''))).toEqual(['low', 'mid', 'high']);
    expect(predictions[0]).toMatchObject({ probabilities: { low: expect.any(Number), high: expect.any(Number) } });
  });

  it('gives a value in a regression', async () => {
    await serve('regression', 'regression-run');
    expect((await ask([{ x: 20 }])).predictions).toEqual([{ value: 41, missing: ['c'] }]);
  });

  it('is by the new model once it is champion, and reads a run only once', async () => {
    await serve('binary', 'old-run');
    await ask([{ x: 1 }]);
    const reads = buckets.mock.calls().length;
    await ask([{ x: 1 }]);
    expect(buckets.mock.calls()).toHaveLength(reads);

    await serve('regression', 'new-run');
    expect(await ask([{ x: 20 }])).toMatchObject({ model: { runId: 'new-run' }, predictions: [{ value: 41 }] });
  });
});

describe('prediction is refused', () => {
  it('while a model serves that no deployment put there', async () => {
    await serve('binary', 'refused-run');
    answerAs('regression');
    await expect(ask([{ x: 1 }])).rejects.toMatchObject({
      name: 'PredictionError',
      problem: 'unknown-model',
      message: expect.stringMatching(/run refused-run.*changed by hand/),
    });
    expect(asked).toHaveLength(3);
  });

  it('while the endpoint is gone', async () => {
    await serve('binary', 'gone-run');
    const message = `Endpoint ${endpointName} of account 123456789012 not found.`;
    runtime.on(InvokeEndpointCommand).rejects(Object.assign(new Error(message), { name: 'ValidationError' }));
    await expect(ask([{ x: 1 }])).rejects.toMatchObject({
      name: 'PredictionError',
      problem: 'not-serving',
      message: expect.stringContaining('serves nothing'),
    });
  });

  it('for a pipeline without a model', async () => {
    await expect(ask([{ x: 1 }], 'flights')).rejects.toMatchObject({
      name: 'PredictionError',
      message: expect.stringContaining('Pipeline flights has no model in service'),
    });
  });

  it('when the model answers another number of rows, or no numbers', async () => {
    await serve('binary', 'broken-run');
    runtime.on(InvokeEndpointCommand).resolves({ Body: new TextEncoder().encode('0.1\n0.2') as never });
    await expect(ask([{ x: 1 }])).rejects.toMatchObject({ name: 'EvaluationError' });
    runtime.on(InvokeEndpointCommand).resolves({ Body: new TextEncoder().encode('oops') as never });
    await expect(ask([{ x: 1 }])).rejects.toThrow(endpointName);
  });

  it('when the model fails, without the text of its container', async () => {
    await serve('binary', 'failing-run');
    const message = 'Received client error (400) from primary with message "jane@example.com is no number"';
    runtime
      .on(InvokeEndpointCommand)
      .rejects(new ModelError({ message, $metadata: { httpStatusCode: 424 }, OriginalStatusCode: 400 }));
    const error = await ask([{ x: 1 }]).catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ name: 'PredictionError' });
    expect(String(error)).toContain('failed with status 400');
    expect(`${error}${(error as Error).cause}`).not.toContain('jane');
  });

  it('for now, when the endpoint is throttled', async () => {
    await serve('binary', 'throttled-run');
    const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    runtime.on(InvokeEndpointCommand).rejects(throttled);
    await expect(ask([{ x: 1 }])).rejects.toMatchObject({ name: 'TransientError' });
  });

  it('for more rows than a request may have, naming the limit and the way out', async () => {
    const rows = Array.from({ length: 1001 }, () => ({ x: 1 }));
    await expect(ask(rows)).rejects.toThrow(
      /rows: at most 1000 rows a request: send several requests, or use "tidegate predict --rows"/,
    );
  });

  it.each([[[]], [[1]], [['x']], [undefined], [Array.from({ length: 1001 }, () => ({ x: 1 }))]])(
    'for an input that is no rows (case %#)',
    async (rows) => {
      await expect(ask(rows as unknown as Rows)).rejects.toMatchObject({ name: 'InvalidInputError' });
    },
  );
});

it('never quotes a value of a row, whatever is wrong with it', async () => {
  await serve('binary', 'secret-run');
  const secret = fc.constantFrom('jane.doe@example.com', 'DE89 jane.doe', "jane.doe'; DROP", '{"a":"jane.doe"}');
  const value = fc.oneof(
    secret,
    secret.map((text) => [text]),
    secret.map((text) => ({ [text]: text })),
    fc.constantFrom(null, 5, true, Number.NaN),
  );
  const row = fc.record({ x: value, c: value, full_name: value, y: value }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(row, secret), { minLength: 1, maxLength: 3 }), async (rows) => {
      const told = await ask(rows as Rows).catch((e: Error) => {
        expect(['PredictionError', 'InvalidInputError']).toContain(e.name);
        return `${e.message} ${e.stack} ${String(e.cause)}`;
      });
      expect(JSON.stringify(told)).not.toContain('jane.doe');
    }),
    { numRuns: 60 },
  );
  for (const body of asked) expect(body).not.toContain('jane.doe');
});
