import { describe, expect, it } from 'vitest';
import { runDefinition } from '#src/stepfunctions/run-definition';
import { lambda, machine, types } from './support/definitions.ts';

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
      'MapStateStarted',
      'MapStateSucceeded',
      'MapStateExited',
    ]);
  });
});
