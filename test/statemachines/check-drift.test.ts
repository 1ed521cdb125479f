import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const counted = { prefix: 'loan-default/drift-sketches/r1/', count: 3 };
const check = { pipeline: 'loan-default', alarm: true, notify: true, action: 'retrain' };

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
    const { calls } = await checkDrift({ MeasureDrift: () => check });

    expect(calls[0]?.arguments).toMatchObject({
      Input: { pipeline: 'loan-default', checkedAt: expect.any(String), by: expect.any(String) },
    });
    const [started, measured] = calls.map((call) => call.arguments as Record<string, Record<string, unknown>>);
    expect(measured).toMatchObject({ pipeline: 'loan-default', checkedAt: started?.['Input']?.['checkedAt'], counted });
  });

  it('counts again under another name where the answer to an earlier start was lost', async () => {
    let starts = 0;
    const { status, calls } = await checkDrift({
      CountCaptures: () => {
        starts += 1;
        if (starts === 1) throw { error: 'StepFunctions.ExecutionAlreadyExistsException' };
        return { Output: { counted } };
      },
      MeasureDrift: () => ({ ...check, notify: false }),
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

  it('alerts and starts a retrain on the newest drop when the pipeline says so', async () => {
    const { status, output, calls, tasks } = await checkDrift({ MeasureDrift: () => check });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(check);
    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift', 'Notify', 'states:startExecution']);
    expect(calls[3]?.arguments).toMatchObject({ Input: { pipeline: 'loan-default', reason: 'drift', force: true } });
  });

  it('alerts only, where alert is the action', async () => {
    const { tasks } = await checkDrift({ MeasureDrift: () => ({ ...check, action: 'alert' }) });

    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift', 'Notify']);
  });

  it('is quiet when nothing moved', async () => {
    const { status, tasks } = await checkDrift({ MeasureDrift: () => ({ ...check, alarm: false, notify: false }) });

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['CountCaptures', 'MeasureDrift']);
  });

  it('retrains even when Slack is silent', async () => {
    const { tasks } = await checkDrift({
      MeasureDrift: () => check,
      Notify: () => {
        throw { error: 'SlackRejectedError' };
      },
    });

    expect(tasks.at(-1)).toBe('states:startExecution');
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

  it('retries the measurement when the trouble may pass', async () => {
    const { status } = await checkDrift({
      MeasureDrift: (_args, attempt) => {
        if (attempt === 0) throw { error: 'TransientError' };
        return { ...check, notify: false, alarm: false };
      },
    });

    expect(status).toBe('SUCCEEDED');
  });
});
