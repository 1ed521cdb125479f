import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { finishBatchSchema } from '#schemas/events/batch';
import { loadMachine, taskName } from './load-machine.ts';

const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-batch-score:x';
const failure = { pipeline: 'loan', executionArn, batchId: 'b1', error: 'ExecutionABORTED', message: 'stopped' };
/** The event of an execution that ended (Step Functions Developer Guide, "Execution status change events"): times are milliseconds. */
const event = (more: object = {}) => ({
  detail: {
    executionArn,
    status: 'ABORTED',
    startDate: Date.parse('2026-02-08T06:00:00.123Z'),
    input: '{"detail":{"object":{"key":"loan/batch/feb/_SUCCESS"}}}',
    error: null,
    cause: null,
    ...more,
  },
});

async function recover(input: unknown, finish: () => unknown = () => failure) {
  const result = await runDefinition({
    definition: loadMachine('recover-batch'),
    input,
    tasks({ resource, arguments: args }) {
      if (taskName(resource) === 'FinishBatch') {
        finishBatchSchema.parse(args);
        return finish();
      }
      noticeSchema.parse(args);
      return {};
    },
  });
  return { ...result, tasks: result.calls.map((c) => taskName(c.resource)) };
}

describe('the recover-batch machine', () => {
  it('ends a batch that was stopped, and tells the team', async () => {
    const { status, tasks, calls } = await recover(event());

    expect({ status, tasks }).toEqual({ status: 'SUCCEEDED', tasks: ['FinishBatch', 'Notify'] });
    expect(calls.map((call) => call.arguments)).toEqual([
      {
        key: 'loan/batch/feb/_SUCCESS',
        // the time that the machine itself had, so that the batch has the same id
        execution: { arn: executionArn, startedAt: '2026-02-08T06:00:00.123Z' },
        error: { Error: 'ExecutionABORTED', Cause: 'The execution was stopped before it could finish.' },
      },
      { kind: 'batch-scored', batch: { failure } },
    ]);
  });

  it('keeps the error and the cause that the event gives', async () => {
    const { calls } = await recover(event({ status: 'FAILED', error: 'Boom', cause: 'it broke' }));

    expect(calls[0]?.arguments).toMatchObject({ error: { Error: 'Boom', Cause: 'it broke' } });
  });

  it('asks for hours: nobody else completes the ending', async () => {
    let asked = 0;
    const { status, tasks } = await recover(event(), () => {
      asked += 1;
      if (asked < 100) throw { error: 'TransientError', cause: 'throttled' };
      return failure;
    });

    expect(status).toBe('SUCCEEDED');
    expect(tasks.at(-1)).toBe('Notify');
  });
});
