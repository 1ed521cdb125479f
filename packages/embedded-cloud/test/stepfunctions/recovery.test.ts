import { describe, expect, it } from 'vitest';
import { type FakeTaskRequest, runDefinition } from '#src/stepfunctions/run-definition';
import { createVirtualClock } from '#src/stepfunctions/virtual-clock';
import { lambda, machine, types } from './support/definitions.ts';

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

  it('goes to the catcher once the first matching retrier is exhausted', async () => {
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
