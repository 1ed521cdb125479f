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
  RunPipeline: () => ({ Status: 'SUCCEEDED', Output: { passed: true } }),
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
  it('admits a drop, runs its pipeline and records the outcome', async () => {
    const { status, output, notices, finish, path } = await retrain();

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run, outcome: 'registered' });
    expect(notices).toEqual([]);
    expect(finish).toEqual(['registered']);
    expect(path).toEqual(['AdmitDrop', 'DropAdmitted', 'RunPipeline', 'FinishRun']);
  });

  it('passes the champion on, and null when there is none', async () => {
    const champion = { pipeline: 'loan-default', runId: 'older' };
    const seen: unknown[] = [];
    const remember = (args: Record<string, unknown>) => {
      seen.push(args['Input']);
      return { Output: { passed: true } };
    };

    await retrain({ AdmitDrop: () => ({ ...admitted, champion }), RunPipeline: remember });
    await retrain({ RunPipeline: remember });
    await retrain({ AdmitDrop: () => ({ ...admitted, step: 'locate' }), RunPipeline: remember });

    const { shards, shardsKey } = admitted;
    expect(seen).toEqual([
      expect.objectContaining({ run, shards, shardsKey, champion, step: 'desensitize' }),
      expect.objectContaining({ run, shards, shardsKey, champion: null, step: 'desensitize' }),
      expect.objectContaining({ step: 'locate' }),
    ]);
  });

  it('ends well when the candidate is rejected', async () => {
    const { status, output, finish } = await retrain({ RunPipeline: () => ({ Output: { passed: false } }) });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run, outcome: 'rejected' });
    expect(finish).toEqual(['rejected']);
  });

  it.each(['outcomes', 'batch'])(
    'ends without a message for a file of %s, which another machine takes',
    async (cause) => {
      const skipped = { decision: 'skipped', pipeline: 'loan', drop: 'loan/d/', cause, reason: cause };

      const { status, output, notices, finish } = await retrain({ AdmitDrop: () => skipped });

      expect({ status, output, notices, finish }).toEqual({
        status: 'SUCCEEDED',
        output: skipped,
        notices: [],
        finish: [],
      });
    },
  );

  it('says why a drop is skipped and ends', async () => {
    const skipped = {
      decision: 'skipped',
      pipeline: 'loan-default',
      drop: 'loan-default/d/',
      cause: 'trained',
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

  it.each(['AdmitDrop', 'RunPipeline'])('takes the failure path when %s fails', async (task) => {
    const { status, error, cause, finish, notices } = await retrain({ [task]: failing('SchemaMismatchError') });

    expect(status).toBe('FAILED');
    expect({ error, cause }).toEqual({ error: 'Boom', cause: 'it broke' });
    expect(finish).toEqual(['failed']);
    expect(notices.at(-1)).toBe('run-failed');
  });

  it.each(['AdmitDrop', 'FinishRun'])('retries %s when the trouble may pass', async (task) => {
    const once = (args: Record<string, unknown>, attempt: number) =>
      attempt === 0 ? failing('TransientError')() : happy[task]?.(args, attempt);

    const { status, calls } = await retrain({ [task]: once });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((c) => c.resource.endsWith(task))).toHaveLength(2);
  });

  it('skips a drop though Slack is silent', async () => {
    const skipped = {
      decision: 'skipped',
      pipeline: 'loan-default',
      drop: 'loan-default/d/',
      cause: 'trained',
      reason: 'trained before',
    };
    const { status, output } = await retrain({ AdmitDrop: () => skipped, Notify: failing('SlackRejectedError') });

    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: skipped });
  });

  it('takes the failure path when the outcome cannot be recorded', async () => {
    const { status, finish } = await retrain({
      FinishRun: (args) => {
        if (args['outcome'] !== 'failed') throw { error: 'AccessDeniedException', cause: 'no' };
        return happy['FinishRun']?.(args, 0);
      },
    });

    expect({ status, finish }).toEqual({ status: 'FAILED', finish: ['registered', 'failed'] });
  });

  it('fails with its reason even when Slack is silent', async () => {
    const { status, error } = await retrain({
      RunPipeline: failing('DataQualityError'),
      Notify: failing('SlackRejectedError'),
    });

    expect(status).toBe('FAILED');
    expect(error).toBe('Boom');
  });

  it('ends with its own error when even the failure path fails; recover-run does the rest', async () => {
    const { status, error, notices } = await retrain({
      RunPipeline: failing('DataQualityError'),
      FinishRun: failing('AccessDeniedException'),
    });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DataQualityError' });
    expect(notices).not.toContain('run-failed');
  });

  it('runs the pipeline once more when the answer to starting it was lost and it has ended unseen', async () => {
    const names: unknown[] = [];
    const { status, output } = await retrain({
      RunPipeline: (args) => {
        names.push(args['Name']);
        if (names.length === 1) throw { error: 'StepFunctions.ExecutionAlreadyExistsException', cause: 'exists' };
        return happy['RunPipeline']?.(args, 0);
      },
    });

    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { run, outcome: 'registered' } });
    expect(names).toEqual([`${run.pipeline}-${run.runId}`, `${run.pipeline}-${run.runId}-again`]);
  });

  it('starts the pipeline under one name and with one input, however often starting it is tried', async () => {
    const seen: unknown[] = [];
    const { status } = await retrain({
      RunPipeline: (args, attempt) => {
        seen.push(args);
        if (attempt < 3) throw { error: 'StepFunctions.SdkClientException', cause: 'socket hang up' };
        return happy['RunPipeline']?.(args, attempt);
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map((args) => JSON.stringify(args))).size).toBe(1);
  });
});
