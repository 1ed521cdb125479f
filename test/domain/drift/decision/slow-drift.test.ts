import { describe, expect, it } from 'vitest';
import { averageRunLength, followSlowDrift, limitFor } from '#domain/drift/decision/slow-drift';
import { createRandom, type Random } from '#domain/random';
import type { SlowDrift } from '#schemas/records/drift-history';
import { day } from './support.ts';

const window = (value: number, i: number, series = 'columns') => ({ series, value, from: day(i), to: day(i + 1) });
const follow = (values: readonly number[], runLength = 500): SlowDrift[] => {
  const states: SlowDrift[] = [];
  for (const [i, value] of values.entries()) states.push(followSlowDrift(states.at(-1), window(value, i), runLength));
  return states;
};

/** The number of windows until the first alarm, at most `most`. */
function runLengthOf(random: Random, draw: (random: Random, i: number) => number, runLength: number, most: number) {
  let state: SlowDrift | undefined;
  for (let i = 0; i < most; i++) {
    state = followSlowDrift(state, window(draw(random, i), i), runLength);
    if (state.found) return i + 1;
  }
  return most;
}
const simulate = (times: number, draw: (random: Random, i: number) => number, runLength = 500, most = 20_000) =>
  Array.from({ length: times }, (_, seed) => runLengthOf(createRandom(seed), draw, runLength, most));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value) / values.length;
/** The average delay of the alarms after a change, and the share of alarms before it. */
function afterChange(lengths: readonly number[], start: number) {
  const late = lengths.filter((length) => length > start);
  return { delay: mean(late) - start, early: 1 - late.length / lengths.length };
}

describe('the limit', () => {
  it('has the run lengths of published tables within 2 %', () => {
    // one-sided, allowance 0.5 (Lucas and Crosier 1982, Technometrics 24: twice the 168 and 465 windows of two-sided charts)
    expect(Math.abs(averageRunLength(4) / 336 - 1)).toBeLessThan(0.02);
    expect(Math.abs(averageRunLength(5) / 930 - 1)).toBeLessThan(0.02);
    // a move of one standard deviation is found in 8.38 and 10.4 windows
    expect(Math.abs(averageRunLength(4, 1) / 8.38 - 1)).toBeLessThan(0.02);
    expect(Math.abs(averageRunLength(5, 1) / 10.4 - 1)).toBeLessThan(0.02);
    expect(averageRunLength(4, 0.5)).toBeCloseTo((4 + 1.166) ** 2, 9);
  });

  it.each([50, 370, 500, 100_000])('for a false alarm in %d windows has that run length', (windows) => {
    expect(averageRunLength(limitFor(windows))).toBeCloseTo(windows, 4);
  });
});

describe('the test for slow drift', () => {
  it.each([
    ['normal values', (random: Random) => random.normal()],
    ['another mean and deviation, which it does not know', (random: Random) => 0.07 + 0.001 * random.normal()],
  ])('alarms falsely about as seldom as it is told to, for %s', (_, draw) => {
    const average = mean(simulate(300, draw));
    // 300 runs have a standard error of 6 % of 500
    expect(average).toBeGreaterThan(410);
    expect(average).toBeLessThan(590);
  });

  it('alarms falsely up to a third more often for effects, which are skewed', () => {
    // the mean of eight chi-square variables with nine degrees of freedom: eight columns of ten bins
    const effects = (random: Random) => {
      let sum = 0;
      for (let i = 0; i < 72; i++) sum += random.normal() ** 2;
      return sum / 8;
    };
    const average = mean(simulate(100, effects));
    expect(average).toBeGreaterThan(260);
    expect(average).toBeLessThan(450);
  });

  it('finds a move that stays, which a single window does not show', () => {
    const step = (size: number) => (random: Random, i: number) => random.normal() + (i >= 50 ? size : 0);
    const one = afterChange(simulate(300, step(1), 500, 3000), 50);
    const two = afterChange(simulate(300, step(2), 500, 3000), 50);
    // 9.1 and 3.5 windows with a known mean
    expect(one.delay).toBeGreaterThan(9);
    expect(one.delay).toBeLessThan(18);
    expect(two.delay).toBeLessThan(5);
    expect(one.early).toBeLessThan(0.15);
  });

  it('finds a slow trend of a tenth of a deviation a window, after 20 windows or from the start', () => {
    const trend = (start: number) => (random: Random, i: number) => random.normal() + 0.1 * Math.max(0, i - start);
    expect(afterChange(simulate(300, trend(20), 500, 3000), 20).delay).toBeLessThan(18);
    expect(afterChange(simulate(300, trend(0), 500, 3000), 0).delay).toBeLessThan(25);
  });

  it('does not alarm for what gets better', () => {
    expect(follow(Array.from({ length: 300 }, (_, i) => -i + Math.sin(i))).some(({ found }) => found)).toBe(false);
  });

  it('says since when, and starts at zero after an alarm', () => {
    const quiet = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.4 : -0.4));
    const states = follow([...quiet, 1.2, 1.3, 1.4, 1.5, 1.6, 0]);
    const alarm = states.findIndex(({ found }) => found);
    expect(states[alarm]).toMatchObject({ since: day(20), windows: alarm + 1 });
    expect(alarm).toBeGreaterThan(20);
    expect(states[alarm]?.sum).toBeGreaterThan(states[alarm]?.limit ?? Number.POSITIVE_INFINITY);
    expect(states[alarm + 1]).toMatchObject({ since: day(alarm + 1), found: false });
    expect(states[19]).not.toHaveProperty('since');
  });

  it('keeps mean and squared deviations as they are of all values', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const last = follow(values).at(-1);
    expect(last?.mean).toBeCloseTo(mean(values), 12);
    expect(last?.squares).toBeCloseTo(
      values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0),
      12,
    );
  });

  it('passes over a window that overlaps the last one, and one where all before were equal', () => {
    const [first, second] = follow([1, 2]);
    const overlapping = followSlowDrift(second, { series: 'columns', value: 50, from: day(1), to: day(3) }, 500);
    expect(overlapping).toEqual({ ...second, found: false });
    const late = followSlowDrift(second, { series: 'columns', value: 50, from: day(1.95), to: day(3) }, 500);
    expect(late).toMatchObject({ windows: 3, until: day(3) });
    expect(follow([1, 1, 1, 5]).at(-1)).toMatchObject({ sum: 0, windows: 4 });
    expect(first).toMatchObject({ windows: 1, squares: 0 });
  });

  it('starts anew for another series', () => {
    const [, second] = follow([1, 2]);
    expect(followSlowDrift(second, window(0.1, 5, 'performance:auc'), 500)).toMatchObject({ windows: 1, mean: 0.1 });
  });
});
