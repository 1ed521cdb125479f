import { describe, expect, it } from 'vitest';
import { type FakeTaskRequest, runDefinition } from '#local/stepfunctions/run-definition';
import { createVirtualClock } from '#local/stepfunctions/virtual-clock';

const lambda = 'arn:aws:lambda:eu-central-1:123456789012:function:work';
const machine = (states: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
const types = (result: { events: readonly { type: string }[] }) => result.events.map(({ type }) => type);

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

  it('fails with States.NoChoiceMatched when no rule and no Default applies', async () => {
    const result = await runDefinition({
      definition: machine({
        C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'D' }] },
        D: { Type: 'Succeed' },
      }),
    });
    expect(result.error).toBe('States.NoChoiceMatched');
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
      definition: machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
    });
    expect(result.events).toHaveLength(25_000);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('Retry and Catch', () => {
  const failing = (errors: string[]) => (request: FakeTaskRequest) => {
    const error = errors[request.attempt];
    if (error !== undefined) throw { error, cause: `attempt ${request.attempt}` };
    return { attempt: request.attempt, seen: request.context['State'] };
  };

  it('backs off exponentially up to MaxDelaySeconds', async () => {
    const clock = createVirtualClock();
    const times: number[] = [];
    await runDefinition({
      clock,
      definition: machine({
        T: {
          Type: 'Task',
          Resource: lambda,
          Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 }],
          End: true,
        },
      }),
      tasks: (request) => {
        times.push(clock.now());
        return failing(['E', 'E', 'E', 'E'])(request);
      },
    });
    expect(times.slice(1).map((at, i) => (at - (times[i] ?? 0)) / 1000)).toEqual([2, 6, 10, 10]);
  });

  it('spreads the pause over its whole length with full jitter', async () => {
    const clock = createVirtualClock();
    const start = clock.now();
    await runDefinition({
      clock,
      random: () => 0.25,
      definition: machine({
        T: {
          Type: 'Task',
          Resource: lambda,
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 8, JitterStrategy: 'FULL' }],
          End: true,
        },
      }),
      tasks: failing(['E']),
    });
    expect(clock.now() - start).toBe(2000);
  });

  it('counts for each retrier by itself and shows the sum as RetryCount', async () => {
    const result = await runDefinition({
      definition: machine({
        T: {
          Type: 'Task',
          Resource: lambda,
          Retry: [
            { ErrorEquals: ['A'], MaxAttempts: 1 },
            { ErrorEquals: ['B'], MaxAttempts: 2 },
          ],
          End: true,
        },
      }),
      tasks: failing(['B', 'A', 'B']),
    });
    expect(result.output).toMatchObject({ attempt: 3, seen: { RetryCount: 3 } });
  });

  it('goes to the catcher once the first fitting retrier is used up', async () => {
    const result = await runDefinition({
      definition: machine({
        T: {
          Type: 'Task',
          Resource: lambda,
          Retry: [
            { ErrorEquals: ['A'], MaxAttempts: 1 },
            { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
          ],
          Catch: [
            { ErrorEquals: ['B'], Next: 'Never' },
            { ErrorEquals: ['States.TaskFailed'], Assign: { why: '{% $states.errorOutput.Error %}' }, Next: 'Caught' },
          ],
          Next: 'Never',
        },
        Never: { Type: 'Fail' },
        Caught: { Type: 'Pass', Output: '{% [$why, $states.input.Cause] %}', End: true },
      }),
      tasks: failing(['A', 'A']),
    });
    expect(result.output).toEqual(['A', 'attempt 1']);
  });

  it('catches a failed expression of the task', async () => {
    const result = await runDefinition({
      definition: machine({
        T: {
          Type: 'Task',
          Resource: lambda,
          Output: '{% $states.result.missing %}',
          Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: 'caught', Next: 'D' }],
          Next: 'D',
        },
        D: { Type: 'Succeed' },
      }),
      tasks: () => ({}),
    });
    expect(result.output).toBe('caught');
    expect(types(result)).toContain('EvaluationFailed');
  });

  it('never catches States.Runtime', async () => {
    const result = await runDefinition({
      definition: machine({
        T: { Type: 'Task', Resource: lambda, Catch: [{ ErrorEquals: ['States.Runtime'], Next: 'D' }], Next: 'D' },
        D: { Type: 'Succeed' },
      }),
      tasks: failing(['States.Runtime']),
    });
    expect(result.status).toBe('FAILED');
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
    expect(types(result).slice(-2)).toEqual(['WaitStateAborted', 'ExecutionTimedOut']);
  });

  it('waits until a timestamp with an offset', async () => {
    const result = await runDefinition({
      definition: machine({ W: { Type: 'Wait', Timestamp: '2026-01-01T02:00:10.5+02:00', End: true } }),
    });
    expect((result.events.at(-1)?.timestamp ?? 0) - Date.UTC(2026, 0, 1)).toBe(10_500);
  });
});

describe('Parallel and Map', () => {
  it('starts all branches, then chains the success to the one that ended last', async () => {
    const branch = (name: string, seconds: number) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds: seconds, Output: name, End: true } },
    });
    const result = await runDefinition({
      definition: machine({ P: { Type: 'Parallel', Branches: [branch('Slow', 5), branch('Fast', 1)], End: true } }),
    });
    expect(result.output).toEqual(['Slow', 'Fast']);
    expect(result.events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'ParallelStateEntered'],
      [3, 2, 'ParallelStateStarted'],
      [4, 3, 'WaitStateEntered'],
      [5, 3, 'WaitStateEntered'],
      [6, 5, 'WaitStateExited'],
      [7, 4, 'WaitStateExited'],
      [8, 7, 'ParallelStateSucceeded'],
      [9, 7, 'ParallelStateExited'],
      [10, 9, 'ExecutionSucceeded'],
    ]);
  });

  it('ends a Parallel by the error of the branch that failed and aborts the others', async () => {
    const result = await runDefinition({
      definition: machine({
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 50, End: true } } },
            { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'Broken', Cause: 'by design' } } },
          ],
          End: true,
        },
      }),
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'by design' });
    expect(types(result).slice(-3)).toEqual(['WaitStateAborted', 'ParallelStateFailed', 'ExecutionFailed']);
  });

  it('writes the abortion of all iterations when one times out, as recorded from AWS', async () => {
    const result = await runDefinition({
      definition: machine({
        M: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'T',
            States: { T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: 5, End: true } },
          },
          End: true,
        },
      }),
      input: [{}, {}],
      tasks: (request) => request.sleep(Number.POSITIVE_INFINITY),
    });
    const from = types(result).indexOf('MapIterationFailed');
    expect(types(result).slice(from)).toEqual([
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
    expect(new Set(result.events.slice(from, -1).map(({ previousEventId }) => previousEventId)).size).toBe(1);
    expect(result).toMatchObject({ error: 'States.Timeout' });
  });

  it('runs at most MaxConcurrency iterations at once and keeps the order of the items', async () => {
    let open = 0;
    let most = 0;
    const result = await runDefinition({
      definition: machine({
        M: {
          Type: 'Map',
          Items: '{% [1..7] %}',
          MaxConcurrency: 3,
          ItemSelector: { n: '{% $states.context.Map.Item.Value %}', i: '{% $states.context.Map.Item.Index %}' },
          ItemProcessor: { StartAt: 'T', States: { T: { Type: 'Task', Resource: lambda, End: true } } },
          End: true,
        },
      }),
      tasks: async (request) => {
        open += 1;
        most = Math.max(most, open);
        const { n, i } = request.arguments as { n: number; i: number };
        await request.sleep((10 - n) * 100);
        open -= 1;
        return n * 10 + i;
      },
    });
    expect(most).toBe(3);
    expect(result.output).toEqual([10, 21, 32, 43, 54, 65, 76]);
  });

  it('retries a failed Map as a whole', async () => {
    let calls = 0;
    const result = await runDefinition({
      definition: machine({
        M: {
          Type: 'Map',
          Items: [1],
          Retry: [{ ErrorEquals: ['E'] }],
          ItemProcessor: { StartAt: 'T', States: { T: { Type: 'Task', Resource: lambda, End: true } } },
          End: true,
        },
      }),
      tasks: () => {
        calls += 1;
        if (calls === 1) throw { error: 'E' };
        return 'done';
      },
    });
    expect(result.output).toEqual(['done']);
    expect(types(result).filter((type) => type.startsWith('MapState'))).toEqual([
      'MapStateEntered',
      'MapStateStarted',
      'MapStateFailed',
      'MapStateStarted',
      'MapStateSucceeded',
      'MapStateExited',
    ]);
  });
});
