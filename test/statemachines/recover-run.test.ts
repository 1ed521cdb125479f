import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retrain:x';
const event = (more: object = {}) => ({
  detail: { executionArn, status: 'ABORTED', input: '{"pipeline":"loan-default"}', error: null, cause: null, ...more },
});

async function recover(input: unknown, finish: (args: unknown) => unknown) {
  const result = await runDefinition({
    definition: loadMachine('recover-run'),
    input,
    tasks: ({ resource, arguments: args }) => (taskName(resource) === 'FinishRun' ? finish(args) : {}),
  });
  return { ...result, tasks: result.calls.map((c) => taskName(c.resource)) };
}

describe('the recover-run machine', () => {
  it('gives back the lease of an aborted run and tells the team', async () => {
    const { status, tasks, calls } = await recover(event(), () => ({
      error: 'ExecutionABORTED',
      message: 'stopped',
      executionArn,
    }));

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['FinishRun', 'Notify']);
    expect(calls[0]?.arguments).toEqual({
      executionArn,
      input: { pipeline: 'loan-default' },
      outcome: 'lost',
      error: { Error: 'ExecutionABORTED', Cause: 'The execution was stopped before it could finish.' },
    });
  });

  it('keeps the cause that the event gives', async () => {
    const { calls } = await recover(event({ status: 'FAILED', cause: 'too large' }), () => ({}));

    expect(calls[0]?.arguments).toMatchObject({ error: { Error: 'ExecutionFAILED', Cause: 'too large' } });
  });

  it('reports the error of a failed run that may not have been announced', async () => {
    const { calls, tasks } = await recover(
      event({ status: 'FAILED', error: 'Boom', cause: 'it broke' }),
      (args) => args,
    );

    expect(calls[0]?.arguments).toMatchObject({ error: { Error: 'Boom', Cause: 'it broke' } });
    expect(tasks).toEqual(['FinishRun', 'Notify']);
  });

  it('asks for hours: nobody else completes the ending', async () => {
    let asked = 0;
    const { status, tasks } = await recover(event(), () => {
      asked += 1;
      if (asked < 100) throw { error: 'TransientError', cause: 'throttled' };
      return {};
    });

    expect(status).toBe('SUCCEEDED');
    expect(tasks.at(-1)).toBe('Notify');
  });
});
