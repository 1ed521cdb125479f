import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedDifferences, type ScoredRows } from '#domain/comparison/differences';
import { evaluate } from '#domain/evaluation/evaluate';
import type { Task } from '#schemas/records/task';

const n = 200;
const labels = Float64Array.from({ length: n }, (_, i) => i % 2);
const noisy = (noise: number) =>
  Float64Array.from(labels, (y, i) => 0.5 + (y - 0.5) * 0.3 + 0.5 * noise * (((i * 7919) % 13) / 13 - 0.5));
const bootstrap = { resamples: 200, seed: 1 };
const model = (scores: Float64Array, threshold = 0.5) => ({ scores, threshold });
const binary = (own: Partial<ScoredRows>): ScoredRows => ({
  task: 'binary',
  classes: 2,
  labels,
  models: [],
  bootstrap,
  ...own,
});

describe('paired differences', () => {
  it('equal those of an evaluation beside a champion', () => {
    const [first, second] = [noisy(0.9), noisy(0.5)];
    const [found] = pairedDifferences(binary({ models: [model(first), model(second)] }));
    const { champion } = evaluate({
      task: 'binary',
      labels,
      candidate: second,
      champion: first,
      threshold: 0.5,
      bootstrap,
    });
    for (const [name, { difference, low, high }] of found ?? []) {
      expect({ name, difference, low, high }).toEqual({ name, ...only(champion?.differences[name]) });
    }
    expect(found?.size).toBe(Object.keys(champion?.differences ?? {}).length);
  });

  it('judge each model at the threshold of its own pipeline', () => {
    const scores = noisy(0.9);
    const [found] = pairedDifferences(binary({ models: [model(scores), model(scores, 0.8)] }));
    expect(found?.get('auc')?.difference).toBe(0);
    expect(found?.get('recall')?.difference).toBeLessThan(-0.5);
  });

  it.each([
    ['multiclass', 3],
    ['regression', 0],
  ] as const)('are measured for %s', (task: Task, classes: number) => {
    const rows = Float64Array.from({ length: 60 }, (_, i) => i % 3);
    const scored = (right: number) =>
      task === 'regression'
        ? rows.map((y) => y + (1 - right))
        : Float64Array.from({ length: 180 }, (_, i) => (i % 3 === rows[Math.floor(i / 3)] ? right : (1 - right) / 2));
    const [found] = pairedDifferences({
      task,
      classes,
      labels: rows,
      models: [model(scored(0.5)), model(scored(0.9))],
      bootstrap,
    });
    const metric = task === 'regression' ? 'rmse' : 'log_loss';
    expect(found?.get(metric)?.difference).toBeCloseTo(task === 'regression' ? -0.4 : Math.log(0.5) - Math.log(0.9), 9);
  });

  it('are zero between a model and itself, and swap their sign with the models', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (noise) => {
        const [one, other] = [model(noisy(noise)), model(noisy(0.3))];
        const [there] = pairedDifferences(binary({ models: [one, other], bootstrap: { resamples: 20, seed: 3 } }));
        const [back, same] = pairedDifferences(
          binary({ models: [other, one, other], bootstrap: { resamples: 20, seed: 3 } }),
        );
        for (const [name, { difference }] of there ?? []) {
          expect(back?.get(name)?.difference).toBeCloseTo(-difference, 12);
          expect(same?.get(name)).toMatchObject({ difference: 0, low: 0, high: 0 });
        }
      }),
      { numRuns: 20 },
    );
  });
});

const only = (own: { difference: number; low: number; high: number } | undefined) =>
  own && { difference: own.difference, low: own.low, high: own.high };
