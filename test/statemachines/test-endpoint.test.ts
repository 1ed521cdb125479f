import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { testOutcome } from '#domain/endpoint-tests/outcome';
import { boundResult, resultBytes } from '#domain/endpoint-tests/payload';
import { noticeSchema } from '#domain/notices/registry';
import {
  loadEndpointTestsSchema,
  recordTestResultsSchema,
  runEndpointTestSchema,
  type Suite,
  suiteSchema,
} from '#schemas/events/endpoint-tests';
import { loadMachine, taskName } from './load-machine.ts';

const suite: Suite = {
  decision: 'test',
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: 'tidegate-dev-loan-20260102-080000-bbbb',
  trigger: 'update',
  tests: [{ id: 'a', version: 3 }, { id: 'b' }],
  resultBytes: 2000,
};
const transient = { error: 'TransientError', cause: 'later' };
type Answer = (args: unknown, attempt: number) => unknown;

/** What the functions answer when nothing goes wrong; each holds its input against its schema. */
const usual: Record<string, Answer> = {
  LoadEndpointTests: (args) => {
    loadEndpointTestsSchema.parse(args);
    return suite;
  },
  RunEndpointTest: (args) => {
    const { id, version } = runEndpointTestSchema.parse(args).test;
    const invalid = version === undefined;
    return { id, kind: invalid ? 'invalid' : 'golden', passed: !invalid, detail: '', durationMs: 1 };
  },
  RecordTestResults: (args) => {
    const { results, suite: tested } = recordTestResultsSchema.parse(args);
    return { ...testOutcome(results), ...tested, pipeline: 'loan' };
  },
  Notify: (args) => noticeSchema.parse(args),
};

async function test(answers: Record<string, Answer> = {}, trigger = 'update', only?: readonly string[]) {
  const all = { ...usual, ...answers };
  const result = await runDefinition({
    definition: loadMachine('test-endpoint'),
    input: { endpointName: 'tidegate-dev-loan', trigger, ...(only ? { only } : {}) },
    tasks: ({ resource, arguments: args, attempt }) => all[taskName(resource)]?.(args, attempt) ?? {},
  });
  const of = (name: string) => result.calls.filter((c) => taskName(c.resource) === name).map((c) => c.arguments);
  return { ...result, tasks: result.calls.map((c) => taskName(c.resource)), of };
}

describe('the test-endpoint machine', () => {
  it('runs every test, records the results and tells the team', async () => {
    const { status, output, tasks, of } = await test();

    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { passed: false, failed: ['b'], counts: { tests: 2, failed: 1 } },
    });
    expect(tasks).toEqual(['LoadEndpointTests', 'RunEndpointTest', 'RunEndpointTest', 'RecordTestResults', 'Notify']);
    expect(of('RecordTestResults')).toMatchObject([
      {
        results: [
          { id: 'a', passed: true },
          { id: 'b', passed: false },
        ],
      },
    ]);
    expect(of('Notify')).toMatchObject([{ kind: 'endpoint-tests', outcome: { pipeline: 'loan' } }]);
  });

  it('asks for the tests in the name of the execution, so that a retry gets the same answer', async () => {
    const { of } = await test({ LoadEndpointTests: (_, n) => (n === 0 ? Promise.reject(transient) : suite) });
    const [first, second] = of('LoadEndpointTests');

    expect(first).toMatchObject({ executionArn: expect.stringContaining(':execution:') });
    expect(second).toEqual(first);
  });

  it('passes the picked tests on, and none when there are none', async () => {
    const [all, some] = [await test(), await test({}, 'manual', ['a', 'b'])];

    expect(all.of('LoadEndpointTests')).toMatchObject([{ only: [] }]);
    expect(some.of('LoadEndpointTests')).toMatchObject([{ only: ['a', 'b'] }]);
  });

  it.each([500, 1000])(
    'runs %i tests, all of which fail at length, within its payloads',
    async (count) => {
      const tests = Array.from({ length: count }, (_, i) => ({ id: `${i}`.padStart(64, 'x'), version: 99_999_999 }));
      const large = suiteSchema.parse({ ...suite, tests, resultBytes: resultBytes(count) });
      const { status, output, of } = await test({
        LoadEndpointTests: () => large,
        RunEndpointTest: (args) => {
          const { resultBytes: room, test: listed } = runEndpointTestSchema.parse(args);
          const result = { ...listed, kind: 'contract', passed: false, detail: '"…'.repeat(2000), durationMs: 99_999 };
          return boundResult(result, room);
        },
      });

      expect({ status, output }).toMatchObject({ status: 'SUCCEEDED', output: { passed: false } });
      expect((output as { failed: string[] }).failed.at(-1)).toBe(`${count - 20} more`);
      expect((of('RecordTestResults')[0] as { results: unknown[] }).results).toHaveLength(count);
    },
    60_000,
  );

  it('records an endpoint without tests', async () => {
    const { status, output, tasks } = await test({ LoadEndpointTests: () => ({ ...suite, tests: [] }) });

    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { passed: true, failed: [], counts: { tests: 0, failed: 0 } },
    });
    expect(tasks).toEqual(['LoadEndpointTests', 'RecordTestResults', 'Notify']);
  });

  it('ends at once when there is nothing to test', async () => {
    const skipped = { decision: 'skip', reason: 'tested already' };
    const { status, output, tasks } = await test({ LoadEndpointTests: () => skipped });

    expect({ status, output, tasks }).toEqual({ status: 'SUCCEEDED', output: skipped, tasks: ['LoadEndpointTests'] });
  });

  it.each(['LoadEndpointTests', 'RunEndpointTest', 'RecordTestResults'])(
    'fails when %s has trouble of its own, and tries again when that may pass',
    async (task) => {
      const failed = await test({ [task]: () => Promise.reject({ error: 'AccessDeniedException', cause: 'no' }) });
      const later = await test({ [task]: (args, n) => (n < 2 ? Promise.reject(transient) : usual[task]?.(args, n)) });

      expect(failed).toMatchObject({ status: 'FAILED', error: 'AccessDeniedException' });
      expect(later).toMatchObject({
        status: 'SUCCEEDED',
        output: { passed: false, failed: ['b'], counts: { tests: 2, failed: 1 } },
      });
      expect(later.of(task)).toHaveLength(task === 'RunEndpointTest' ? 6 : 3);
    },
  );

  it('passes its outcome on though Slack is silent', async () => {
    const { status, output } = await test({ Notify: () => Promise.reject({ error: 'SlackRejectedError' }) });

    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { passed: false, failed: ['b'], counts: { tests: 2, failed: 1 } },
    });
  });

  it.each(['LoadEndpointTests', 'RunEndpointTest', 'RecordTestResults'])(
    'tells the team when %s fails, except in a deployment, which reports it itself',
    async (task) => {
      const failing = { [task]: () => Promise.reject({ error: 'AccessDeniedException', cause: 'no' }) };
      const [updated, deployed] = [await test(failing), await test(failing, 'deploy')];

      expect(updated.of('Notify')).toMatchObject([
        { kind: 'check-failed', endpointName: 'tidegate-dev-loan', error: { Error: 'AccessDeniedException' } },
      ]);
      expect(deployed).toMatchObject({ status: 'FAILED', error: 'AccessDeniedException' });
      expect(deployed.of('Notify')).toEqual([]);
    },
  );
});
