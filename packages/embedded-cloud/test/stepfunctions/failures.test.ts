import { describe, expect, it } from 'vitest';
import { runDefinition } from '#src/stepfunctions/run-definition';
import { machine } from './support/definitions.ts';

const chain = (result: { events: readonly { type: string; previousEventId: number }[] }) =>
  result.events.map(({ type, previousEventId }) => [type, previousEventId]);
const failing = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E' } } };
const noMatch = {
  StartAt: 'C',
  States: { C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'S' }] }, S: { Type: 'Succeed' } },
};
const task = { Type: 'Task', Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:work', End: true };

/** Orders and ids as other projects measured them on AWS. */
describe('a failure inside Parallel and Map', () => {
  it('is reported once, after the last retry', async () => {
    const P = { Type: 'Parallel', Branches: [failing], End: true };
    const result = await runDefinition({
      definition: machine({ P: { ...P, Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }] } }),
    });
    expect(chain(result)).toEqual([
      ['ExecutionStarted', 0],
      ['ParallelStateEntered', 0],
      ['ParallelStateStarted', 2],
      ['FailStateEntered', 3],
      ['ParallelStateStarted', 4],
      ['FailStateEntered', 5],
      ['ParallelStateFailed', 6],
      ['ExecutionFailed', 7],
    ]);
  });

  it('comes before the exit by a catcher', async () => {
    const P = { Type: 'Parallel', Branches: [failing], End: true };
    const result = await runDefinition({
      definition: machine({ P: { ...P, Catch: [{ ErrorEquals: ['E'], Next: 'S' }] }, S: { Type: 'Succeed' } }),
    });
    expect(chain(result).slice(3, 6)).toEqual([
      ['FailStateEntered', 3],
      ['ParallelStateFailed', 4],
      ['ParallelStateExited', 5],
    ]);
  });

  it('is reported twice when the catcher fails too', async () => {
    const P = { Type: 'Parallel', Branches: [failing], End: true };
    const result = await runDefinition({
      definition: machine({
        P: { ...P, Catch: [{ ErrorEquals: ['E'], Next: 'S', Output: '{% $states.input.none %}' }] },
        S: { Type: 'Succeed' },
      }),
    });
    expect(chain(result).slice(4)).toEqual([
      ['ParallelStateFailed', 4],
      ['EvaluationFailed', 4],
      ['ParallelStateFailed', 6],
      ['ExecutionFailed', 7],
    ]);
  });

  it('of an ItemSelector is one of the iteration', async () => {
    const result = await runDefinition({
      definition: machine({
        M: {
          Type: 'Map',
          Items: [1],
          ItemSelector: '{% $states.input.none %}',
          ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } },
          End: true,
        },
      }),
    });
    expect(chain(result).slice(3)).toEqual([
      ['MapIterationStarted', 3],
      ['EvaluationFailed', 4],
      ['MapIterationFailed', 5],
      ['MapStateFailed', 5],
      ['ExecutionFailed', 7],
    ]);
  });

  it('is reported with 256 characters of error and 32,768 of cause', async () => {
    const F = { Type: 'Fail', Error: 'E'.repeat(300), Cause: 'c'.repeat(40_000) };
    const { error, cause } = await runDefinition({ definition: machine({ F }) });
    expect([error?.length, cause?.length]).toEqual([256, 32_768]);
  });

  it('of their own Output is one of the state, and its retriers take it', async () => {
    const M = { Type: 'Map', Items: [1], ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } } };
    const result = await runDefinition({
      definition: machine({ M: { ...M, Output: '{% $states.input.none %}', End: true } }),
    });
    expect(
      chain(result)
        .slice(-3)
        .map(([type]) => type),
    ).toEqual(['EvaluationFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  it.each([
    ['Parallel', { Type: 'Parallel', Branches: [noMatch], End: true }],
    ['Map', { Type: 'Map', Items: [1], ItemProcessor: noMatch, End: true }],
  ])('ends the execution at once when it is States.Runtime in a %s', async (_, state) => {
    const result = await runDefinition({
      definition: machine({
        O: { ...state, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'D' }] },
        D: { Type: 'Succeed' },
      }),
    });
    expect(result.error).toBe('States.Runtime');
    expect(result.events.slice(-2).map(({ type }) => type)).toEqual(['ChoiceStateEntered', 'ExecutionFailed']);
  });
});

describe('seconds', () => {
  it.each([
    ['1.6', 'The TimeoutSeconds field cannot be parsed as an integer: 1.6'],
    ['-1', 'TimeoutSeconds must be between 0 and 99999999 but was: -1'],
    ['100000000', 'TimeoutSeconds must be between 0 and 99999999 but was: 100000000'],
  ])('are whole and in range: %s', async (value, text) => {
    const result = await runDefinition({
      definition: machine({ T: { ...task, TimeoutSeconds: `{% ${value} %}` } }),
      tasks: () => null,
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(result.cause?.endsWith(text)).toBe(true);
  });

  it('of a Wait are checked alike', async () => {
    const result = await runDefinition({
      definition: machine({ W: { Type: 'Wait', Seconds: '{% 0.5 %}', End: true } }),
    });
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toContain('The Seconds field cannot be parsed as an integer: 0.5');
  });
});

/** Developer guide, "Passing data between states with variables": 256 KiB an Assign, 10 MiB an execution. */
describe('the size of variables', () => {
  const text = (bytes: number) => `{% $join([1..${bytes / 8}].('01234567')) %}`;

  it('is limited for all variables of one Assign together', async () => {
    const half = text(131_072);
    const result = await runDefinition({
      definition: machine({ A: { Type: 'Pass', Assign: { a: half, b: half }, End: true } }),
    });
    expect(result).toMatchObject({
      error: 'States.DataLimitExceeded',
      cause: 'The Assign field exceeds the maximum variable assignment size by 4 bytes.',
    });
  });

  it('is limited for the execution, where a variable counts once and only while it lives', async () => {
    const grow = (count: number, name: string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `${name}${index}`,
          {
            Type: 'Pass',
            Assign: { [`${name}${index % 41}`]: '{% $states.input.text %}' },
            ...(index + 1 < count ? { Next: `${name}${index + 1}` } : { End: true }),
          },
        ]),
      );
    const text256k = 'x'.repeat(262_100);
    const ok = await runDefinition({ definition: machine(grow(40, 'v')), input: { text: text256k } });
    expect(ok.status).toBe('SUCCEEDED');
    const tooMuch = await runDefinition({ definition: machine(grow(41, 'v')), input: { text: text256k } });
    expect(tooMuch.error).toBe('States.DataLimitExceeded');
    expect(tooMuch.cause).toContain("Execution total variable size limit exceeded. State 'v40' assigned");
    const branch = { StartAt: 'b0', States: grow(30, 'b') };
    const twice = await runDefinition({
      definition: machine({
        P: { Type: 'Parallel', Branches: [branch], Output: '{% $states.input %}', Next: 'c0' },
        ...grow(30, 'c'),
      }),
      input: { text: text256k },
    });
    expect(twice.status).toBe('SUCCEEDED');
  });
});
