import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machineFiles, type Retrier, type State, type States, statesOf } from '../../scripts/machines/read-machine.ts';
import { loadMachine } from './load-machine.ts';

const machines = machineFiles();
const linesOf = (file: string): number =>
  readFileSync(new URL(`../../statemachines/${file}.asl.yml`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n').length;
const retriersOf = (name: string): Retrier[] => statesOf(loadMachine(name)).flatMap(([, { Retry = [] }]) => Retry);

/** Where a state may lead to. */
const nextOf = ({ Next, Default, Choices = [], Catch = [] }: State): string[] =>
  [Next, Default, ...Choices.map((c) => c.Next), ...Catch.map((c) => c.Next)].filter((next) => next !== undefined);

function reachable({ StartAt, States }: States): Set<string> {
  const found = new Set([StartAt]);
  for (const name of found) for (const next of nextOf(States[name] ?? { Type: 'none' })) found.add(next);
  return found;
}

/** Seconds from the first attempt to the last: with full jitter a pause is half of its limit on average. */
function patience({
  IntervalSeconds,
  BackoffRate,
  MaxAttempts,
  MaxDelaySeconds = Infinity,
  JitterStrategy,
}: Retrier): number {
  const pauses = Array.from({ length: MaxAttempts }, (_, used) =>
    Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** used),
  );
  return pauses.reduce((sum, pause) => sum + pause, 0) * (JitterStrategy === 'FULL' ? 0.5 : 1);
}

describe.each(machines)('the %s machine', (name) => {
  const machine = loadMachine(name);

  it('is short enough to be read at once', () => {
    expect(statesOf(machine).length).toBeLessThanOrEqual(12);
    expect(linesOf(name)).toBeLessThanOrEqual(150);
  });

  it('has no state that cannot be reached', () => {
    const groups = [machine, ...statesOf(machine).flatMap(([, { ItemProcessor }]) => ItemProcessor ?? [])];

    for (const group of groups) expect([...reachable(group)].toSorted()).toEqual(Object.keys(group.States).toSorted());
  });

  it('says of every task what it is for, how long it may take and what is retried', () => {
    for (const [task, state] of statesOf(machine).filter(([, { Type }]) => Type === 'Task')) {
      expect(state, task).toMatchObject({ Comment: expect.any(String), TimeoutSeconds: expect.any(Number) });
      expect(state.Retry?.length, task).toBeGreaterThan(0);
    }
  });

  it('retries as Step Functions allows it', () => {
    for (const { IntervalSeconds, MaxDelaySeconds = Infinity, BackoffRate } of retriersOf(name)) {
      expect(Number.isInteger(IntervalSeconds) && IntervalSeconds >= 1).toBe(true);
      expect(BackoffRate).toBeGreaterThanOrEqual(1);
      // API reference: "MaxDelaySeconds must be greater than IntervalSeconds and less than 31622400".
      expect(MaxDelaySeconds).toBeGreaterThan(IntervalSeconds);
    }
  });

  it('waits for a place of Lambda’s concurrency as long as it may run', () => {
    for (const retrier of retriersOf(name).filter((r) => r.ErrorEquals.includes('Lambda.TooManyRequestsException')))
      expect(patience(retrier)).toBeGreaterThan(Math.min(machine.TimeoutSeconds, 86_400));
  });
});

it('machines have less than 90 lines on average', () => {
  expect(machines.reduce((sum, name) => sum + linesOf(name), 0) / machines.length).toBeLessThan(90);
});

describe('a wait by retry', () => {
  const [looks] = retriersOf('train-candidate').filter((r) => r.ErrorEquals.includes('StillRunningError'));

  it('outlasts the longest job and the longest roll-out of an endpoint', () => {
    const longestJob = loadMachine('train-candidate').TimeoutSeconds;
    const longestRollOut = 480 * 60;

    expect(looks && patience(looks)).toBeGreaterThan(Math.max(longestJob, longestRollOut));
  });

  it('leaves room in the history of an execution, which ends at 25,000 events', () => {
    expect((looks?.MaxAttempts ?? Infinity) * 3).toBeLessThan(12_500);
  });
});
