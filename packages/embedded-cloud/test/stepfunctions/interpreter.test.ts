import { describe, expect, it } from 'vitest';
import { runDefinition } from '#src/stepfunctions/run-definition';
import { createVirtualClock } from '#src/stepfunctions/virtual-clock';
import { lambda, machine, types } from './support/definitions.ts';

describe('variables and expressions', () => {
  it('assigns from the values before the state, all at once', async () => {
    const result = await runDefinition({
      definition: machine({
        A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'C' },
        C: { Type: 'Pass', Output: '{% [$x, $y, $states.input] %}', End: true },
      }),
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: [2, 1, 1] });
  });

  it('lets branches read outer variables and keeps what they assign to themselves', async () => {
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Pass', Assign: { [`in${name}`]: 1 }, Output: '{% $outer %}', End: true } },
    });
    const result = await runDefinition({
      definition: machine({
        Set: { Type: 'Pass', Assign: { outer: 'seen' }, Next: 'Both' },
        Both: { Type: 'Parallel', Branches: [branch('A'), branch('B')], Next: 'Look' },
        Look: { Type: 'Pass', Output: '{% {"results": $states.input, "leaked": $exists($inA)} %}', End: true },
      }),
    });
    expect(result.output).toEqual({ results: ['seen', 'seen'], leaked: false });
  });

  it('gives the context object, with its time from the clock', async () => {
    const result = await runDefinition({
      definition: machine({ P: { Type: 'Pass', Output: '{% [$states.context, $millis(), $now()] %}', End: true } }),
      input: { a: 1 },
      name: 'run-1',
    });
    expect(result.output).toEqual([
      {
        Execution: {
          Id: 'arn:aws:states:eu-central-1:123456789012:execution:machine:run-1',
          Input: { a: 1 },
          Name: 'run-1',
          RoleArn: 'arn:aws:iam::123456789012:role/machine',
          StartTime: '2026-01-01T00:00:00.000Z',
          RedriveCount: 0,
        },
        StateMachine: { Id: 'arn:aws:states:eu-central-1:123456789012:stateMachine:machine', Name: 'machine' },
        State: { Name: 'P', EnteredTime: '2026-01-01T00:00:00.000Z', RetryCount: 0 },
      },
      Date.UTC(2026, 0, 1),
      '2026-01-01T00:00:00.000Z',
    ]);
  });

  it('fails a Choice whose Condition is no boolean', async () => {
    const result = await runDefinition({
      definition: machine({
        C: { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'D' }] },
        D: { Type: 'Succeed' },
      }),
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(result.cause).toContain(`Expected 'boolean', but was 'string' for value: "yes"`);
  });

  it('fails with States.Runtime when no rule and no Default applies, as AWS does', async () => {
    const result = await runDefinition({
      definition: machine({
        C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'D' }] },
        D: { Type: 'Succeed' },
      }),
    });
    expect(result).toMatchObject({
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.",
    });
    expect(types(result)).toEqual(['ExecutionStarted', 'ChoiceStateEntered', 'ExecutionFailed']);
  });

  it('refuses outputs above 262,144 bytes, which States.ALL does not catch', async () => {
    const result = await runDefinition({
      definition: machine({
        T: { Type: 'Task', Resource: lambda, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'D' }], Next: 'D' },
        D: { Type: 'Succeed' },
      }),
      tasks: () => 'x'.repeat(262_143),
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(types(result)).toContain('LambdaFunctionFailed');
  });

  it('ends an endless machine at 25,000 events', async () => {
    const result = await runDefinition({
      definition: machine({
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Condition: false, Next: 'Never' }], Default: 'A' },
        Never: { Type: 'Succeed' },
      }),
    });
    expect(result.events).toHaveLength(25_000);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('time', () => {
  it('times a task out by an expression and aborts its work', async () => {
    const clock = createVirtualClock();
    const start = clock.now();
    let aborted = false;
    const result = await runDefinition({
      definition: machine({
        T: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: {},
          TimeoutSeconds: '{% $states.input.limit %}',
          End: true,
        },
      }),
      input: { limit: 7 },
      clock,
      tasks: async (request) => {
        request.signal.addEventListener('abort', () => {
          aborted = true;
        });
        await request.sleep(Number.POSITIVE_INFINITY);
      },
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(result.cause).toBeUndefined();
    expect(types(result)).toContain('TaskTimedOut');
    expect(clock.now() - start).toBe(7000);
    expect(aborted).toBe(true);
  });

  it('lets a missed heartbeat be caught as States.HeartbeatTimeout', async () => {
    const result = await runDefinition({
      definition: machine({
        T: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
          HeartbeatSeconds: 10,
          TimeoutSeconds: 1000,
          Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'D' }],
          Next: 'D',
        },
        D: { Type: 'Succeed' },
      }),
      tasks: async (request) => {
        await request.sleep(8000);
        request.heartbeat();
        await request.sleep(8000);
        request.heartbeat();
        await request.sleep(Number.POSITIVE_INFINITY);
      },
    });
    expect(result.output).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect((result.events.at(-1)?.timestamp ?? 0) - Date.UTC(2026, 0, 1)).toBe(26_000);
    expect(result.calls[0]?.arguments).toMatchObject({ Payload: expect.stringMatching(/.+/) });
  });

  it('times the whole execution out', async () => {
    const result = await runDefinition({
      definition: machine({ W: { Type: 'Wait', Seconds: 100, End: true } }, { TimeoutSeconds: 60 }),
    });
    expect(result).toMatchObject({ status: 'TIMED_OUT' });
    expect([result.error, result.cause]).toEqual([undefined, undefined]);
    expect(types(result)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut']);
    expect(result.events.at(-1)).toMatchObject({
      previousEventId: 0,
      details: { executionTimedOutEventDetails: { error: 'States.Timeout' } },
    });
  });

  it('waits until a timestamp with an offset', async () => {
    const result = await runDefinition({
      definition: machine({ W: { Type: 'Wait', Timestamp: '2026-01-01T02:00:10.5+02:00', End: true } }),
    });
    expect((result.events.at(-1)?.timestamp ?? 0) - Date.UTC(2026, 0, 1)).toBe(10_500);
  });
});
