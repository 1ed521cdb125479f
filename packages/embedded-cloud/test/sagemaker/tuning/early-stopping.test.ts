import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionsOf } from '#src/sagemaker/tuning/definitions';
import { EarlyStopping, type Verdict } from '#src/sagemaker/tuning/early-stop';
import type { CreateTuningJob } from '#src/sagemaker/tuning/request';
import { bracketOf, brackets, REDUCTION, survives } from '#src/sagemaker/tuning/search/hyperband';
import { isWorseThanMedian } from '#src/sagemaker/tuning/search/median-rule';
import { uniformSequence } from '#src/sagemaker/tuning/search/uniform';
import { type TuningChange, tuningRequest } from './request.ts';

const budget = fc
  .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 400 }))
  .map(([min, factor]) => ({ min, max: min * factor }));

describe("Hyperband's brackets", () => {
  it('are those of the paper for R = 81 and η = 3', () => {
    expect(brackets(1, 81)).toEqual([
      { configurations: 81, rungs: [1, 3, 9, 27, 81] },
      { configurations: 34, rungs: [3, 9, 27, 81] },
      { configurations: 15, rungs: [9, 27, 81] },
      { configurations: 8, rungs: [27, 81] },
      { configurations: 5, rungs: [81] },
    ]);
  });

  it('never stop before the least nor continue after the most epochs, and each stops later than the one before', () => {
    fc.assert(
      fc.property(budget, ({ min, max }) => {
        const all = brackets(min, max);
        for (const { rungs, configurations } of all) {
          expect(rungs.at(-1)).toBe(max);
          expect(rungs[0]).toBeGreaterThanOrEqual(min);
          expect(rungs).toEqual(rungs.toSorted((a, b) => a - b));
          expect(configurations).toBeGreaterThan(0);
        }
        expect(all.map(({ rungs }) => rungs.length)).toEqual(all.map((_, i) => all.length - i));
      }),
    );
  });

  it('are filled one after the other, over and over', () => {
    const all = brackets(1, 9);
    const turn = all.reduce((sum, { configurations }) => sum + configurations, 0);
    const filled = Array.from({ length: 2 * turn }, (_, index) => bracketOf(index, all));
    expect(all.map((_, at) => filled.filter((own) => own === at).length)).toEqual(
      all.map((one) => 2 * one.configurations),
    );
  });
});

describe('successive halving', () => {
  it('keeps a third of those that reach a rung in any order of equal chance, and the best always', () => {
    const next = uniformSequence('rung');
    const costs = Array.from({ length: 900 }, next);
    const kept = costs.filter((cost, i) => survives(cost, costs.slice(0, i)));
    expect(kept.length / costs.length).toBeGreaterThan(0.28);
    expect(kept.length / costs.length).toBeLessThan(0.4);
    expect(kept).toContain(Math.min(...costs));
  });

  it('lets the best so far continue, and stops the worst once there are enough to compare', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (reached) => {
        expect(survives(-1, reached)).toBe(true);
        expect(survives(2, reached)).toBe(reached.length + 1 < REDUCTION);
      }),
    );
  });

  it('spends far fewer epochs than training every configuration to the end', () => {
    const [min, max] = [1, 81];
    const all = brackets(min, max);
    const next = uniformSequence('budget');
    const quality = Array.from({ length: 143 }, next);
    const rungs = new Map<string, number[]>();
    const spent = quality.map((cost, index) => {
      const own = bracketOf(index, all);
      for (const rung of all[own]?.rungs ?? []) {
        if (rung === max) return max;
        const reached = rungs.get(`${own}/${rung}`) ?? [];
        rungs.set(`${own}/${rung}`, [...reached, cost]);
        if (!survives(cost, reached)) return rung;
      }
      return max;
    });
    const total = spent.reduce((sum, epochs) => sum + epochs, 0);
    expect(total).toBeLessThan(0.35 * quality.length * max);
    // (s_max + 1) brackets of about (s_max + 1) R epochs each, by the paper; not waiting costs some more
    expect(total).toBeLessThan(2 * all.length ** 2 * max);
    for (const [index, epochs] of spent.entries()) {
      expect(epochs).toBeGreaterThanOrEqual(all[bracketOf(index, all)]?.rungs[0] ?? 0);
      expect(epochs).toBeLessThanOrEqual(max);
    }
    const best = quality.indexOf(Math.min(...quality));
    expect(spent[best]).toBe(max);
  });
});

describe('the median rule', () => {
  // Running averages after two epochs: 0.4, 0.5, 0.8.
  const earlier = [
    [0.5, 0.3],
    [0.6, 0.4],
    [0.9, 0.7, 0.1],
  ];

  it('stops a job that is worse than the median of the running averages up to its epoch', () => {
    expect(isWorseThanMedian([0.4, 0.51], earlier)).toBe(true);
    expect(isWorseThanMedian([0.9, 0.5], earlier)).toBe(false);
  });

  it('waits until three jobs got as far', () => {
    expect(isWorseThanMedian([9, 9, 9], earlier)).toBe(false);
    expect(isWorseThanMedian([9], earlier.slice(1))).toBe(false);
    expect(isWorseThanMedian([9], earlier)).toBe(true);
  });

  it('never stops a job that is at least as good as all before it at every epoch', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })),
        (jobs) => {
          expect(isWorseThanMedian([0, 0, 0], jobs)).toBe(false);
        },
      ),
    );
  });
});

describe('following the trials of a tuning job', () => {
  /** Feeds each trial its values one by one until it is stopped; gives how far each came and why it was stopped. */
  const follow = (change: TuningChange, trials: readonly (readonly number[])[]) => {
    const request = tuningRequest('job', change) as CreateTuningJob;
    const [definition] = definitionsOf(request);
    const early = new EarlyStopping(request);
    if (!definition) throw new Error('the request has no definition');
    return trials.map((values, index) => {
      let verdict: Verdict | undefined;
      const listener = early.follow(`t${index}`, definition, { definition: 0, index }, (found) => {
        verdict = found;
      });
      for (const value of values) {
        // Other metrics of the job are ignored.
        listener('train:auc', 0);
        if (verdict === undefined) listener('validation:auc', value);
      }
      return [early.end(`t${index}`, verdict === undefined).length, verdict];
    });
  };

  it('turns a metric that is maximized, and stops what the median rule stops', () => {
    expect(
      follow({ TrainingJobEarlyStoppingType: 'Auto' }, [
        [0.7, 0.8, 0.9],
        [0.6, 0.7, 0.8],
        [0.5, 0.6, 0.7],
        [0.6, 0.6, 0.9],
        [0.65, 0.7, 0.9],
      ]),
    ).toEqual([
      [3, undefined],
      [3, undefined],
      [3, undefined],
      [2, 'eliminated'],
      [3, undefined],
    ]);
  });

  it('stops the worse at the rungs of their bracket, and any that continues after the most epochs', () => {
    const StrategyConfig = { HyperbandStrategyConfig: { MinResource: 2, MaxResource: 6 } };
    const flat = (value: number) => new Array<number>(8).fill(value);
    // Two brackets: three configurations with rungs at 2 and 6, then two that are never cut.
    expect(follow({ Strategy: 'Hyperband', StrategyConfig }, [0.9, 0.8, 0.7, 0.1, 0.2].map(flat))).toEqual([
      [7, 'exhausted'],
      [7, 'exhausted'],
      [2, 'eliminated'],
      [7, 'exhausted'],
      [7, 'exhausted'],
    ]);
  });

  it('stops nothing without either setting', () => {
    const request = tuningRequest('job', {}) as CreateTuningJob;
    expect(new EarlyStopping(request).isOn).toBe(false);
  });
});
