import { describe, expect, it } from 'vitest';
import { compareWindow } from '#domain/drift/compare';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { createRandom } from '#domain/random';
import { binomial, drawBaseline, drawWindow, MODELS, normal, normalBelow, table } from './support/simulation.ts';

const { falseAlarmRate, ...section } = driftSchema.parse({ schedule: 'rate(1 day)' });
const judge = { thresholds: thresholdsOf(section), falseAlarmRate, minRows: 1 };

/** `bench/drift-alarms.ts` has the whole table. */
describe('windows without drift', () => {
  it.each([
    [50, 5, 200],
    [200, 26, 50],
    [2000, 39, 30],
    [50_000, 26, 30],
  ])('of %d rows and %d columns alarm at most as often as stated', (rows, columns, windows) => {
    const random = createRandom(rows + columns);
    const models = table(columns);
    let alarms = 0;
    for (let i = 0; i < windows; i++) {
      // the baseline is a sample too
      const baseline = drawBaseline(models, 500, random, 200);
      if (compareWindow({ baseline, window: drawWindow(baseline, models, rows, random), ...judge }).drifted)
        alarms += 1;
    }
    expect(alarms / windows).toBeLessThanOrEqual(falseAlarmRate);
  });
});

describe('windows with drift', () => {
  it.each([
    [200, 0.8],
    [2000, 0.3],
    [50_000, 0.3],
  ])('of %d rows are found when one column of 26 moves by %d standard deviations', (rows, shift) => {
    const random = createRandom(rows);
    const models = table(26);
    const baseline = drawBaseline(models, 5000, random);
    const moved = [normal(shift), ...models.slice(1)];
    let found = 0;
    for (let i = 0; i < 20; i++) {
      const report = compareWindow({ baseline, window: drawWindow(baseline, moved, rows, random), ...judge });
      if (report.driftedColumns.includes('x0')) found += 1;
    }
    expect(found / 20).toBeGreaterThanOrEqual(0.8);
  });
});

describe('lower thresholds', () => {
  it('find smaller moves, and alarm as seldom without one', () => {
    const random = createRandom(77);
    const models = table(26);
    const baseline = drawBaseline(models, 10_000, random);
    const low = { ...judge, thresholds: { ...judge.thresholds, wasserstein: 0.1, ks: 0.04 } };
    const share = (
      first: typeof models,
      found: (report: ReturnType<typeof compareWindow>) => boolean,
      by: typeof judge = low,
    ) =>
      Array.from({ length: 40 }, () =>
        compareWindow({
          baseline,
          window: drawWindow(baseline, [...first, ...models.slice(first.length)], 1000, random),
          ...by,
        }),
      ).filter(found).length / 40;

    expect(share([normal(0.2)], ({ driftedColumns }) => driftedColumns.includes('x0'))).toBeGreaterThanOrEqual(0.8);
    expect(share([normal(0.2)], ({ driftedColumns }) => driftedColumns.includes('x0'), judge)).toBeLessThan(0.2);
    expect(share([], ({ drifted }) => drifted)).toBe(0);
  });
});

describe('the simulation', () => {
  it('draws windows as rows are distributed', () => {
    const random = createRandom(4);
    const baseline = drawBaseline(MODELS, 4000, random, 1000);
    const window = drawWindow(baseline, MODELS, 400_000, random);
    for (const [i, histogram] of window.columns.entries()) {
      const counts = [...histogram.counts, histogram.missing];
      const before = baseline.columns[i];
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(400_000);
      for (const [bin, count] of [...(before?.counts ?? []), before?.missing ?? 0].entries()) {
        const share = (counts[bin] as number) / 400_000;
        const error = Math.sqrt(Math.max(share * (1 - share), 1 / 4000) / 4000);
        expect(Math.abs(count / 4000 - share), `x${i}, bin ${bin}`).toBeLessThan(4.5 * error);
      }
    }
  });

  it('has binomial deviates of the right mean and variance, and the normal distribution', () => {
    const random = createRandom(5);
    const draws = Array.from({ length: 20_000 }, () => binomial(1000, 0.03, random));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(30, 0);
    expect(Math.abs(variance / 29.1 - 1)).toBeLessThan(0.05);
    expect([normalBelow(0), normalBelow(1.959963985), normalBelow(-9)]).toEqual([
      expect.closeTo(0.5, 12),
      expect.closeTo(0.975, 8),
      expect.closeTo(1.1285884059538408e-19, 25),
    ]);
  });
});
