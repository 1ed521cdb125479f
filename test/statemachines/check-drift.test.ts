import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const counted = { prefix: 'loan-default/drift-sketches/r1/', count: 3 };
const measured = { pipeline: 'loan-default', alarm: true, notify: true, action: 'retrain' };
const decision = { severity: 'warning', reason: 'the estimate of auc is 0.7' };
const check = {
  ...measured,
  decision,
  step: { action: 'retrain', start: 'retrain', reason: 'a retrain has been started', drop: 'loan-default/2026-01-31/' },
};
const nothing = { action: 'alert', start: 'nothing', reason: 'check the data' };
const rollBack = { action: 'roll-back', start: 'roll-back', reason: 'a roll-back has been started', version: 1 };
/** What MeasureDrift answers, and what DecideDrift makes of it. */
const answers = (decided: object = check) => ({ MeasureDrift: () => measured, DecideDrift: () => decided });

/** A Task by its name: the machine that is run and waited for is `count-captures`. */
const nameOf = (resource: string): string =>
  taskName(resource) === 'states:startExecution.sync:2' ? 'CountCaptures' : taskName(resource);

async function checkDrift(answers: Record<string, (args: Record<string, unknown>, attempt: number) => unknown>) {
  const result = await runDefinition({
    definition: loadMachine('check-drift'),
    input: { pipeline: 'loan-default' },
    tasks: ({ resource, arguments: args, attempt }) => {
      const answer = answers[nameOf(resource)]?.(args as Record<string, unknown>, attempt);
      return answer ?? (nameOf(resource) === 'CountCaptures' ? { Output: { counted } } : {});
    },
  });
  return { ...result, tasks: result.calls.map((c) => nameOf(c.resource)) };
}

describe('the check-drift machine', () => {
  it('counts what is new before it measures, and measures what was counted', async () => {
    const { calls } = await checkDrift({ ...answers() });

    expect(calls[0]?.arguments).toMatchObject({
      Input: { pipeline: 'loan-default', checkedAt: expect.any(String), by: expect.any(String) },
    });
    const [started, measurement] = calls.map((call) => call.arguments as Record<string, Record<string, unknown>>);
    expect(measurement).toMatchObject({
      pipeline: 'loan-default',
      checkedAt: started?.['Input']?.['checkedAt'],
      counted,
    });
  });

  it('counts again under another name where the answer to an earlier start was lost', async () => {
    let starts = 0;
    const { status, calls } = await checkDrift({
      CountCaptures: () => {
        starts += 1;
        if (starts === 1) throw { error: 'StepFunctions.ExecutionAlreadyExistsException' };
        return { Output: { counted } };
      },
      ...answers(),
    });

    expect(status).toBe('SUCCEEDED');
    const names = calls.slice(0, 2).map((call) => (call.arguments as { Name: string }).Name);
    expect(names[1]).toBe(`${names[0]}-again`);
    expect(calls[2]?.arguments).toMatchObject({ pipeline: 'loan-default', counted });
  });

  it('announces captures that could not be counted, and fails', async () => {
    const { status, error, tasks } = await checkDrift({
      CountCaptures: () => {
        throw { error: 'States.TaskFailed', cause: 'baseline.json does not exist' };
      },
    });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DriftCheckFailed' });
    expect(tasks).toEqual(['CountCaptures', 'Notify']);
  });

  it('decides about what was measured, alerts, and starts a retrain on the drop that was chosen', async () => {
    const { status, output, calls, tasks } = await checkDrift(answers());

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(check);
    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift', 'DecideDrift', 'Notify', 'states:startExecution']);
    expect(calls[2]?.arguments).toEqual({ check: measured });
    expect(calls[3]?.arguments).toEqual({ kind: 'drift', check });
    expect(calls[4]?.resource).toContain('startExecution');
    expect(calls[4]?.arguments).toEqual({
      StateMachineArn: expect.stringMatching(/:Retrain$/),
      Name: expect.stringMatching(/^drift-/),
      // no force: a drop that was trained meanwhile is not trained again
      Input: {
        pipeline: 'loan-default',
        drop: 'loan-default/2026-01-31/',
        reason: 'drift',
        AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: expect.any(String),
      },
    });
  });

  it('starts a roll-back as a person would request it, with the reason', async () => {
    const reason = 'x'.repeat(1500);
    const { output, calls, tasks } = await checkDrift(
      answers({ ...check, decision: { ...decision, reason }, step: rollBack }),
    );

    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift', 'DecideDrift', 'Notify', 'states:startExecution']);
    expect(calls[4]?.arguments).toMatchObject({
      StateMachineArn: expect.stringMatching(/:RecordDecision$/),
      Input: { rollBack: { pipeline: 'loan-default', version: 1, reason: `Drift: ${'x'.repeat(900)}` } },
    });
    expect(output).toMatchObject({ step: rollBack });
  });

  it('alerts only, where nothing is to be started', async () => {
    const { status, tasks } = await checkDrift(answers({ ...check, step: nothing }));

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift', 'DecideDrift', 'Notify']);
  });

  it('is quiet when nothing moved', async () => {
    const { status, tasks } = await checkDrift(answers({ ...check, alarm: false, notify: false, step: nothing }));

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift', 'DecideDrift']);
  });

  it('decides nothing about a retired pipeline', async () => {
    const skipped = { pipeline: 'loan-default', skipped: 'it was retired', notify: false };
    const { output, tasks } = await checkDrift({ MeasureDrift: () => skipped });

    expect(output).toEqual(skipped);
    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift']);
  });

  it.each([
    ['retrains', check],
    ['rolls back', { ...check, step: rollBack }],
  ])('%s even when Slack is silent', async (_, decided) => {
    const { status, tasks } = await checkDrift({
      ...answers(decided),
      Notify: () => {
        throw { error: 'SlackRejectedError' };
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(tasks.at(-1)).toBe('states:startExecution');
  });

  it('starts again what could not be started at once', async () => {
    const { status, tasks } = await checkDrift({
      ...answers(),
      'states:startExecution': (_args, attempt) => {
        if (attempt === 0) throw { error: 'StepFunctions.SfnException' };
        return {};
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(tasks.filter((task) => task === 'states:startExecution')).toHaveLength(2);
  });

  it('announces a check that could not be decided about, and fails', async () => {
    const { status, error, calls } = await checkDrift({
      MeasureDrift: () => measured,
      DecideDrift: () => {
        throw { error: 'ConfigurationError', cause: '{"errorMessage":"no drift section"}' };
      },
    });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DriftCheckFailed' });
    expect(calls.at(-1)?.arguments).toMatchObject({ kind: 'check-failed', error: { Error: 'ConfigurationError' } });
  });

  it('announces a check that could not be made, and fails', async () => {
    const cause = '{"errorMessage":"no model"}';
    const ended = await checkDrift({
      MeasureDrift: () => {
        throw { error: 'NotFoundError', cause };
      },
    });
    const { status, error, calls } = ended;

    expect({ status, error, cause: ended.cause }).toEqual({ status: 'FAILED', error: 'DriftCheckFailed', cause });
    expect(calls.at(-1)?.arguments).toMatchObject({
      kind: 'check-failed',
      pipeline: 'loan-default',
      error: { Error: 'NotFoundError' },
    });
  });

  it('fails with words when the check gives no cause', async () => {
    const { cause } = await checkDrift({
      MeasureDrift: () => {
        throw { error: 'States.Timeout' };
      },
    });

    expect(cause).toBe('No cause was given.');
  });

  it('retries the measurement and the decision when the trouble may pass', async () => {
    const { status } = await checkDrift({
      MeasureDrift: (_args, attempt) => {
        if (attempt === 0) throw { error: 'TransientError' };
        return measured;
      },
      DecideDrift: (_args, attempt) => {
        if (attempt === 0) throw { error: 'TransientError' };
        return { ...check, notify: false, alarm: false, step: nothing };
      },
    });

    expect(status).toBe('SUCCEEDED');
  });
});
