import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmsOf, paceOf, resolveRollOut, rollOutProblem } from '#domain/roll-outs/pace';
import { ROLL_OUTS, rollOutStrategy } from '#domain/roll-outs/registry';

const pace = { percent: 20, bakeSeconds: 600 };

it('all at once moves everything, and keeps the old fleet while the new one is watched', () => {
  expect(rollOutStrategy('all-at-once').policy({ percent: 100, bakeSeconds: 300 }, 3600)).toEqual({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
      TerminationWaitInSeconds: 300,
      MaximumExecutionTimeoutInSeconds: 3600,
    },
  });
});

it('a canary moves a share, then the rest, and both are watched', () => {
  expect(rollOutStrategy('canary').policy(pace, 3600)).toEqual({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        Type: 'CANARY',
        CanarySize: { Type: 'CAPACITY_PERCENT', Value: 20 },
        WaitIntervalInSeconds: 600,
      },
      TerminationWaitInSeconds: 600,
      MaximumExecutionTimeoutInSeconds: 3600,
    },
  });
});

it('a linear roll-out moves a share at a time', () => {
  expect(rollOutStrategy('linear').policy(pace, 3600)).toMatchObject({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        Type: 'LINEAR',
        LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 20 },
        WaitIntervalInSeconds: 600,
      },
    },
  });
});

it('a rolling update replaces batches of instances, and goes back at once', () => {
  expect(rollOutStrategy('rolling').policy(pace, 3600)).toEqual({
    RollingUpdatePolicy: {
      MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 20 },
      WaitIntervalInSeconds: 600,
      MaximumExecutionTimeoutInSeconds: 3600,
      RollbackMaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 100 },
    },
  });
});

it.each([
  ['all-at-once', 100, 1],
  ['canary', 10, 2],
  ['linear', 25, 4],
  ['linear', 30, 4],
  ['rolling', 50, 2],
] as const)('%s by %i percent waits %i times', (name, percent, waits) => {
  expect(rollOutStrategy(name).waits({ percent, bakeSeconds: 60 })).toBe(waits);
});

describe('a pace', () => {
  it.each([
    ['all-at-once', { percent: 100, bakeSeconds: 0 }],
    ['canary', { percent: 10, bakeSeconds: 600 }],
    ['linear', { percent: 25, bakeSeconds: 600 }],
    ['rolling', { percent: 50, bakeSeconds: 600 }],
  ] as const)('of %s has defaults', (strategy, expected) => {
    expect(paceOf({ strategy })).toEqual(expected);
  });

  it('is as the pipeline sets it', () => {
    expect(paceOf({ strategy: 'canary', percent: 5, bakeMinutes: 20 })).toEqual({ percent: 5, bakeSeconds: 1200 });
  });
});

describe('alarms', () => {
  it('watch errors and latency where there is a step to watch', () => {
    expect(alarmsOf({ strategy: 'canary' })).toEqual({ errors: 1, latency: 1000 });
    expect(alarmsOf({ strategy: 'all-at-once', bakeMinutes: 10 })).toEqual({ errors: 1, latency: 1000 });
    expect(alarmsOf({ strategy: 'all-at-once' })).toEqual({});
  });

  it('are those of the pipeline, if it names any, or none', () => {
    expect(alarmsOf({ strategy: 'canary', alarms: { cpu: 90 } })).toEqual({ cpu: 90 });
    expect(alarmsOf({ strategy: 'canary', alarms: {} })).toEqual({});
  });
});

describe('a roll-out as it is recorded', () => {
  it('has every default filled in', () => {
    expect(resolveRollOut({ strategy: 'canary' }, false)).toEqual({
      strategy: 'canary',
      percent: 10,
      bakeMinutes: 10,
      alarms: { errors: 1, latency: 1000 },
    });
    expect(
      resolveRollOut({ strategy: 'all-at-once', bakeMinutes: 5, alarms: { cpu: 90, memory: undefined } }, false),
    ).toEqual({ strategy: 'all-at-once', bakeMinutes: 5, alarms: { cpu: 90 } });
  });

  it('moves all at once when it must be quick, whatever the pipeline says', () => {
    const settings = { strategy: 'linear', percent: 10, bakeMinutes: 20, alarms: { cpu: 90 } };
    expect(resolveRollOut(settings, true)).toEqual({ strategy: 'all-at-once', bakeMinutes: 0, alarms: {} });
  });

  it('proceeds as its settings do', () => {
    const settings = { strategy: 'linear', percent: 20, bakeMinutes: 7 };
    expect(paceOf(resolveRollOut(settings, false))).toEqual(paceOf(settings));
    expect(alarmsOf(resolveRollOut(settings, false))).toEqual(alarmsOf(settings));
  });
});

describe('a problem is reported for', () => {
  const problem = (settings: Omit<Parameters<typeof rollOutProblem>[0], 'maxWaitMinutes'>, maxWaitMinutes = 60) =>
    rollOutProblem({ ...settings, maxWaitMinutes });

  it.each([
    [{ strategy: 'all-at-once', percent: 10 }, 'percent', 'all-at-once moves everything at once; leave percent out'],
    [{ strategy: 'canary', percent: 51 }, 'percent', 'canary takes 1 to 50 percent'],
    [{ strategy: 'linear', percent: 9 }, 'percent', 'linear takes 10 to 50 percent'],
    [{ strategy: 'rolling', percent: 4 }, 'percent', 'rolling takes 5 to 50 percent'],
    [
      { strategy: 'canary', bakeMinutes: 4 },
      'bakeMinutes',
      'alarms need at least 5 minutes to go off; set bakeMinutes, or alarms: {}',
    ],
    [
      { strategy: 'all-at-once', alarms: { errors: 1 } },
      'bakeMinutes',
      'alarms need at least 5 minutes to go off; set bakeMinutes, or alarms: {}',
    ],
    [{ strategy: 'linear', percent: 10 }, 'maxWaitMinutes', 'the roll-out waits 10 times 10 minutes; set at least 115'],
  ] as const)('%o', (settings, field, message) => {
    expect(problem(settings)).toEqual([field, message]);
  });

  it('nothing that SageMaker takes', () => {
    expect(problem({ strategy: 'canary', percent: 1 })).toBeUndefined();
    expect(problem({ strategy: 'canary', percent: 50, bakeMinutes: 5 })).toBeUndefined();
    expect(problem({ strategy: 'canary', bakeMinutes: 1, alarms: {} })).toBeUndefined();
    expect(problem({ strategy: 'linear', percent: 10 }, 115)).toBeUndefined();
    expect(problem({ strategy: 'linear', percent: 10 }, 114)).toBeDefined();
    expect(problem({ strategy: 'all-at-once' }, 5)).toBeUndefined();
  });
});

it('a name that no strategy has is a fault of the caller', () => {
  expect(() => rollOutStrategy('sideways')).toThrow(new RangeError('no roll-out is called sideways'));
});

it('every pace that is accepted is within what SageMaker takes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ROLL_OUTS.map(({ name }) => name)),
      fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      (strategy, percent, bakeMinutes) => {
        const settings = { strategy, percent, bakeMinutes };
        fc.pre(rollOutProblem({ ...settings, maxWaitMinutes: 480 }) === undefined);
        const { percent: share, bakeSeconds } = paceOf(settings);
        const { percent: range } = rollOutStrategy(strategy);
        expect(bakeSeconds).toBeLessThanOrEqual(3600);
        expect(share).toBeGreaterThanOrEqual(range?.min ?? 100);
        expect(share).toBeLessThanOrEqual(range?.max ?? 100);
      },
    ),
  );
});
