import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const run = { pipeline: 'loan-default', runId: '20260101-120000-ab12' };
const admitted = { decision: 'admitted', run, shards: 2, shardsKey: 'loan-default/runs/x/shards.json' };
const input = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'raw' }, object: { key: 'loan-default/d/_SUCCESS' } },
};

type Answers = Record<string, (args: Record<string, unknown>, attempt: number) => unknown>;

const happy: Answers = {
  AdmitDrop: () => admitted,
  Notify: () => ({ sent: true }),
  PrepareData: () => ({ Status: 'SUCCEEDED', Output: { run } }),
  TrainCandidate: () => ({ Status: 'SUCCEEDED', Output: { passed: true } }),
  RegisterModel: () => ({ modelPackageArn: 'arn:package' }),
  FinishRun: (args) =>
    args['outcome'] === 'failed' ? { executionArn: 'e', error: 'Boom', message: 'it broke', ...run } : {},
};

/** Runs the machine with the happy answers but for those given; nested machines answer by their name. */
async function retrain(answers: Answers = {}) {
  const all = { ...happy, ...answers };
  const result = await runDefinition({
    definition: loadMachine('retrain'),
    input,
    tasks: ({ resource, arguments: args, attempt }) => {
      const given = args as Record<string, unknown>;
      const machine = String(given['StateMachineArn'] ?? '')
        .split(':')
        .at(-1);
      const name = machine || taskName(resource);
      const answer = all[name];
      if (!answer) throw new Error(`no answer for ${name}`);
      return answer(given, attempt);
    },
  });
  const notices = result.calls
    .filter((c) => c.resource.endsWith('Notify'))
    .map((c) => (c.arguments as { kind: string }).kind);
  const finish = result.calls
    .filter((c) => c.resource.endsWith('FinishRun'))
    .map((c) => (c.arguments as { outcome: string }).outcome);
  return { ...result, notices, finish };
}
const failing = (error: string) => () => {
  throw { error, cause: JSON.stringify({ errorType: error, errorMessage: 'what went wrong' }) };
};

describe('the retrain machine', () => {
  it('takes a drop through preparation, training, gates and registration', async () => {
    const { status, output, notices, finish, path } = await retrain();

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run, outcome: 'registered' });
    expect(notices).toEqual(['run-started', 'verdict', 'registered']);
    expect(finish).toEqual(['registered']);
    expect(path).toContain('RegisterModel');
  });

  it('passes the champion on, and null when there is none', async () => {
    const champion = { pipeline: 'loan-default', runId: 'older' };
    const seen: unknown[] = [];
    const remember = (args: Record<string, unknown>) => {
      seen.push((args['Input'] as { champion: unknown }).champion);
      return { Output: { passed: true } };
    };

    await retrain({ AdmitDrop: () => ({ ...admitted, champion }), PrepareData: remember, TrainCandidate: remember });
    await retrain({ PrepareData: remember, TrainCandidate: remember });

    expect(seen).toEqual([champion, champion, null, null]);
  });

  it('registers nothing when a gate fails, and still ends well', async () => {
    const { status, output, notices, finish, path } = await retrain({
      TrainCandidate: () => ({ Output: { passed: false } }),
    });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run, outcome: 'rejected' });
    expect(notices).toEqual(['run-started', 'verdict']);
    expect(finish).toEqual(['rejected']);
    expect(path).not.toContain('RegisterModel');
  });

  it('says why a drop is skipped and ends', async () => {
    const skipped = {
      decision: 'skipped',
      pipeline: 'loan-default',
      drop: 'loan-default/d/',
      reason: 'trained before',
    };

    const { status, output, notices, finish } = await retrain({ AdmitDrop: () => skipped });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(skipped);
    expect(notices).toEqual(['run-skipped']);
    expect(finish).toEqual([]);
  });

  it('waits for a burst to end, then asks again as settled', async () => {
    const settled: unknown[] = [];

    const { status } = await retrain({
      AdmitDrop: (args) => {
        settled.push(args['settled']);
        return args['settled'] ? admitted : { decision: 'settling', waitSeconds: 60 };
      },
    });

    expect(settled).toEqual([false, true]);
    expect(status).toBe('SUCCEEDED');
  });

  it.each(['AdmitDrop', 'PrepareData', 'TrainCandidate', 'RegisterModel'])(
    'takes the failure path when %s fails',
    async (task) => {
      const { status, error, cause, finish, notices } = await retrain({ [task]: failing('SchemaMismatchError') });

      expect(status).toBe('FAILED');
      expect({ error, cause }).toEqual({ error: 'Boom', cause: 'it broke' });
      expect(finish).toEqual(['failed']);
      expect(notices.at(-1)).toBe('run-failed');
    },
  );

  it.each(['AdmitDrop', 'RegisterModel', 'FinishRun'])('retries %s when the trouble may pass', async (task) => {
    const once = (args: Record<string, unknown>, attempt: number) =>
      attempt === 0 ? failing('TransientError')() : happy[task]?.(args, attempt);

    const { status, calls } = await retrain({ [task]: once });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((c) => c.resource.endsWith(task))).toHaveLength(2);
  });

  it('goes on when Slack is silent', async () => {
    const { status, output, finish } = await retrain({ Notify: failing('SlackRejectedError') });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run, outcome: 'registered' });
    expect(finish).toEqual(['registered']);
  });

  it('fails with its reason even when Slack is silent', async () => {
    const { status, error } = await retrain({
      PrepareData: failing('DataQualityError'),
      Notify: failing('SlackRejectedError'),
    });

    expect(status).toBe('FAILED');
    expect(error).toBe('Boom');
  });

  it('ends with its own error when even the failure path fails; recover-run does the rest', async () => {
    const { status, error, notices } = await retrain({
      PrepareData: failing('DataQualityError'),
      FinishRun: failing('AccessDeniedException'),
    });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DataQualityError' });
    expect(notices).not.toContain('run-failed');
  });

  describe.each([
    ['PrepareData', JSON.stringify({ run })],
    ['TrainCandidate', JSON.stringify({ passed: true })],
  ])('when the answer to starting %s is lost', (machine, Output) => {
    const describeNested = 'aws-sdk:sfn:describeExecution';
    const exists = failing('StepFunctions.ExecutionAlreadyExistsException');

    it('waits for the execution that was started and goes on with what it gave', async () => {
      let looks = 0;
      const { status, output, calls } = await retrain({
        [machine]: exists,
        [describeNested]: () => (looks++ === 0 ? { Status: 'RUNNING' } : { Status: 'SUCCEEDED', Output }),
      });

      expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { run, outcome: 'registered' } });
      const asked = calls.filter((c) => c.resource.includes('describeExecution')).map((c) => c.arguments);
      expect(asked[0]).toEqual({
        ExecutionArn: `arn:aws:states:eu-central-1:123456789012:execution:${machine}:${run.pipeline}-${run.runId}`,
      });
    });

    it('fails as it failed', async () => {
      const { status, finish, calls } = await retrain({
        [machine]: exists,
        [describeNested]: () => ({ Status: 'FAILED', Error: 'DataQualityError', Cause: 'one class' }),
      });

      expect({ status, finish }).toEqual({ status: 'FAILED', finish: ['failed'] });
      expect(calls.find((c) => c.resource.endsWith('FinishRun'))?.arguments).toMatchObject({
        error: { Error: 'DataQualityError', Cause: 'one class' },
      });
    });
  });
});
