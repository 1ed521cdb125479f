import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { defaultTests } from '#domain/endpoint-tests/defaults';
import { testOutcome } from '#domain/endpoint-tests/outcome';
import { ENDPOINT_TESTS, type EndpointTest, endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import type { TestSession } from '#domain/endpoint-tests/session';
import { TransientError } from '#domain/errors';
import {
  loadEndpointTestsSchema,
  recordTestResultsSchema,
  runEndpointTestSchema,
  type Suite,
} from '#schemas/events/endpoint-tests';
import { answer, fakeSession, inputs, type Model, serve } from '../fakes/test-session.ts';
import { loadMachine, taskName } from './load-machine.ts';

/** The model that the golden answers come from: it falls with income and does not read the phone. */
const sound: Model = ([income = 0]) => [1 - income / 1000];
const lines = ['100,1,0,1', '200,0,1,0'];
const golden = {
  valuesPerRow: 1,
  cases: lines.map((body) => ({ body, predictions: [...sound(body.split(',').map(Number))] })),
};
const uri = 's3://artifacts/golden.json';

/** Every default test, and a load test. */
const ladder: readonly EndpointTest[] = [
  ...defaultTests(
    {
      evaluation: { task: 'binary' },
      dataset: { label: {}, columns: { income: { monotone: 'decreasing' }, phone: { invariant: 0 } } },
    },
    uri,
  ),
  endpointTestSchema.parse({
    id: 'load-own',
    kind: 'load',
    request: { s3Uri: uri },
    rate: 10,
    seconds: 1,
    p99Ms: 50,
  }),
];

/** A session with a model, whose pipeline declares what `ladder` tests. */
const endpoint = (model: Model, own: Partial<TestSession> = {}): TestSession =>
  fakeSession(model, {
    readGolden: async () => golden,
    inputs: async () => ({
      ...inputs,
      monotone: [{ column: 'income', direction: 'decreasing' }],
      invariant: [{ column: 'phone', tolerance: 0 }],
    }),
    observed: async (column) => (column === 'income' ? [100, 300, 500] : [true, false]),
    ...own,
  });
const reply = serve(sound);

/** An endpoint that is as it should be but for one rung. */
const broken: Readonly<Record<EndpointTest['kind'], () => TestSession>> = {
  contract: () => endpoint(sound, { ask: async (...sent) => ({ ...reply(...sent), contentType: 'text/html' }) }),
  // half the answer: still falling, still without the phone
  golden: () => endpoint((fields) => sound(fields).map((value) => value / 2)),
  // the golden rows have the phones that change nothing
  invariance: () =>
    endpoint(([income = 0, phone]) => [1 - income / 1000 + (phone === Number(income === 200) ? 0.01 : 0)]),
  monotonicity: () => endpoint(([income = 0]) => [income === 500 ? 0.95 : 1 - income / 1000]),
  robustness: () =>
    endpoint(sound, {
      ask: async (body, contentType) => (body.includes('word') ? answer('0.5') : reply(body, contentType)),
    }),
  latency: () => endpoint(sound, { ask: async (...sent) => ({ ...reply(...sent), latencyMs: 9_000 }) }),
  load: () => endpoint(sound, { askOnce: () => Promise.reject(new TransientError('ThrottlingException')) }),
};

/** Runs the machine over the ladder, each rung against the session. */
async function climb(session: TestSession) {
  const suite: Suite = {
    decision: 'test',
    endpointName: 'tidegate-dev-loan',
    endpointConfigName: 'tidegate-dev-loan-20260102-080000-bbbb',
    trigger: 'deploy',
    tests: ladder.map(({ id }) => ({ id })),
    resultBytes: 2000,
  };
  const tasks: Record<string, (args: unknown) => unknown> = {
    LoadEndpointTests: (args) => loadEndpointTestsSchema.parse(args) && suite,
    RunEndpointTest: async (args) => {
      const { id } = runEndpointTestSchema.parse(args).test;
      const test = ladder.find((own) => own.id === id) as EndpointTest;
      return { id, kind: test.kind, durationMs: 1, ...(await runTest(test, session)) };
    },
    RecordTestResults: (args) => {
      const { results, suite: tested } = recordTestResultsSchema.parse(args);
      return { ...testOutcome(results), ...tested, pipeline: 'loan' };
    },
  };
  const { status, output, calls } = await runDefinition({
    definition: loadMachine('test-endpoint'),
    input: { endpointName: 'tidegate-dev-loan', trigger: 'deploy' },
    tasks: ({ resource, arguments: args }) => tasks[taskName(resource)]?.(args) ?? {},
  });
  const run = calls.filter(({ resource }) => taskName(resource) === 'RunEndpointTest');
  return { status, output, run: run.length };
}

describe('the ladder of endpoint tests', () => {
  it('has a rung of each kind, and a sound endpoint climbs it', async () => {
    expect(ladder.map(({ kind }) => kind)).toEqual(ENDPOINT_TESTS.map(({ name }) => name));
    expect(await climb(endpoint(sound))).toEqual({
      status: 'SUCCEEDED',
      output: { passed: true, failed: [], counts: { tests: ladder.length, failed: 0 } },
      run: ladder.length,
    });
  });

  it.each(ladder.map(({ kind, id }) => [kind, id] as const))(
    'fails at the rung %s alone, and the others are run all the same',
    async (kind, id) => {
      expect(await climb(broken[kind]())).toEqual({
        status: 'SUCCEEDED',
        output: { passed: false, failed: [id], counts: { tests: ladder.length, failed: 1 } },
        run: ladder.length,
      });
    },
  );
});
