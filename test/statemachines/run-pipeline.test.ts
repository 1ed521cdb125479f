import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { loadMachine, taskName } from './load-machine.ts';

const run = { pipeline: 'loan-default', runId: '20260101-120000-ab12' };
const champion = { pipeline: 'loan-default', runId: '20251201-120000-cd34' };
const input = { run, shardsKey: 'loan-default/runs/x/shards.json', shards: 2, champion };

type Answers = Record<string, (args: Record<string, unknown>, attempt: number) => unknown>;

const happy: Answers = {
  Notify: (args) => noticeSchema.parse(args),
  PrepareData: () => ({ Status: 'SUCCEEDED', Output: { run } }),
  TrainCandidate: () => ({ Status: 'SUCCEEDED', Output: { passed: true } }),
  RegisterModel: () => ({ modelPackageArn: 'arn:package' }),
};

/** Runs the machine with the happy answers but for those given; nested machines answer by their name. */
async function runPipeline(answers: Answers = {}, given: object = input) {
  const all = { ...happy, ...answers };
  const result = await runDefinition({
    definition: loadMachine('run-pipeline'),
    input: given,
    name: 'loan-default-20260101-120000-ab12',
    tasks: ({ resource, arguments: args, attempt }) => {
      const passed = args as Record<string, unknown>;
      const machine = String(passed['StateMachineArn'] ?? '')
        .split(':')
        .at(-1);
      const name = machine || taskName(resource);
      const answer = all[name];
      if (!answer) throw new Error(`no answer for ${name}`);
      return answer(passed, attempt);
    },
  });
  const notices = result.calls
    .filter((c) => c.resource.endsWith('Notify'))
    .map((c) => (c.arguments as { kind: string }).kind);
  return { ...result, notices };
}
const failing = (error: string) => () => {
  throw { error, cause: JSON.stringify({ errorType: error, errorMessage: 'what went wrong' }) };
};

describe('the run-pipeline machine', () => {
  it('prepares the data, trains a candidate and registers it, and announces each step', async () => {
    const { status, output, notices, path } = await runPipeline();

    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { passed: true } });
    expect(notices).toEqual(['run-started', 'verdict', 'registered']);
    expect(path).toEqual([
      'NotifyRunStarted',
      'PrepareData',
      'TrainCandidate',
      'NotifyVerdict',
      'GatesPassed',
      'RegisterModel',
      'NotifyRegistered',
      'Judged',
    ]);
  });

  it('gives the nested machines what they work on', async () => {
    const seen: Record<string, unknown> = {};
    await runPipeline({
      PrepareData: (args) => {
        seen['prepare'] = args['Input'];
        return {};
      },
      TrainCandidate: (args) => {
        seen['train'] = args['Input'];
        return { Output: { passed: true } };
      },
    });

    const startedBy = { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: expect.stringContaining(':execution:') };
    expect(seen).toEqual({
      prepare: { ...input, step: 'desensitize', ...startedBy },
      train: { run, champion, ...startedBy },
    });
  });

  it('tells the data machine to locate the parts of large files first, where there are any', async () => {
    let step: unknown;
    const PrepareData = (args: Record<string, unknown>) => {
      step = (args['Input'] as Record<string, unknown>)['step'];
      return {};
    };
    await runPipeline({ PrepareData }, { ...input, step: 'locate' });

    expect(step).toBe('locate');
  });

  it('registers nothing when a gate fails, and still ends well', async () => {
    const { status, output, notices, path } = await runPipeline({
      TrainCandidate: () => ({ Output: { passed: false } }),
    });

    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { passed: false } });
    expect(notices).toEqual(['run-started', 'verdict']);
    expect(path).not.toContain('RegisterModel');
  });

  it('goes on when Slack is silent', async () => {
    const { status, output, path } = await runPipeline({ Notify: failing('SlackRejectedError') });

    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { passed: true } });
    expect(path).toContain('RegisterModel');
  });

  it.each(['PrepareData', 'TrainCandidate', 'RegisterModel'])('fails as %s fails', async (task) => {
    const { status, error, cause } = await runPipeline({ [task]: failing('SchemaMismatchError') });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'SchemaMismatchError' });
    expect(cause).toContain('what went wrong');
  });

  it('retries RegisterModel when the trouble may pass', async () => {
    const { status, calls } = await runPipeline({
      RegisterModel: (_args, attempt) => (attempt === 0 ? failing('TransientError')() : {}),
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((c) => c.resource.endsWith('RegisterModel'))).toHaveLength(2);
  });

  describe.each(['PrepareData', 'TrainCandidate'])('when the answer to starting %s is lost', (machine) => {
    it('starts it once more under the same name, which finds the execution that runs', async () => {
      const names: unknown[] = [];
      const { status } = await runPipeline({
        [machine]: (args, attempt) => {
          names.push(args['Name']);
          if (attempt < 2) throw { error: 'StepFunctions.SdkClientException', cause: 'socket hang up' };
          return happy[machine]?.(args, attempt);
        },
      });

      expect(status).toBe('SUCCEEDED');
      expect(names).toEqual(Array(3).fill('loan-default-20260101-120000-ab12'));
    });

    it('runs it once more under another name when it has ended unseen', async () => {
      const names: unknown[] = [];
      const { status, output } = await runPipeline({
        [machine]: (args, attempt) => {
          names.push(args['Name']);
          if (names.length === 1) throw { error: 'StepFunctions.ExecutionAlreadyExistsException', cause: 'exists' };
          return happy[machine]?.(args, attempt);
        },
      });

      expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { passed: true } });
      expect(names).toEqual(['loan-default-20260101-120000-ab12', 'loan-default-20260101-120000-ab12-again']);
    });
  });
});
