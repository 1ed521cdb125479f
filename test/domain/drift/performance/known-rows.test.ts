import { describe, expect, it } from 'vitest';
import { findNovelty } from '#domain/drift/performance/novelty';
import { measureOverlap } from '#domain/drift/performance/overlap';
import { createRandom, type Random } from '#domain/random';

/** Normal rows; the columns are added to each value. */
const normal = (rows: number, random: Random, ...shifts: readonly number[]) => ({
  rows,
  width: shifts.length,
  values: Float64Array.from(
    { length: rows * shifts.length },
    (_, i) => random.normal() + (shifts[i % shifts.length] as number),
  ),
});

describe('novelty', () => {
  const random = createRandom(2);
  const reference = normal(800, random, 0, 0, 0);
  const find = findNovelty(reference);

  it('counts about as many rows outside as among the reference itself, where nothing changed', () => {
    const { share, nominal } = find(normal(2000, random, 0, 0, 0));
    expect(nominal).toBeLessThan(0.03);
    expect(Math.abs(share - nominal)).toBeLessThan(0.015);
  });

  it('sees no row outside that the reference has', () => {
    const own = { ...reference, rows: 100, values: reference.values.slice(0, 300) };
    expect(find(own).share).toBeLessThan(0.03);
  });

  it('names the column that puts rows outside', () => {
    const { share, causes } = find(normal(500, random, 0, 9, 0));
    expect(share).toBe(1);
    expect(causes[0]).toMatchObject({ at: 1 });
  });

  it('finds rows between two groups, although each value occurs', () => {
    const groups = normal(800, random, 0, 0);
    for (let row = 0; row < 800; row++) {
      for (const at of [0, 1])
        groups.values[2 * row + at] = (groups.values[2 * row + at] as number) / 5 + (row % 2) * 8;
    }
    const mixed = { rows: 2, width: 2, values: Float64Array.of(0, 8, 8, 8) };
    expect([...findNovelty(groups)(mixed).outside]).toEqual([1, 0]);
  });

  it('takes a missing value for known only where some are missing', () => {
    const holes = { ...reference, values: reference.values.map((value, i) => (i % 30 === 0 ? Number.NaN : value)) };
    const missing = { rows: 1, width: 3, values: Float64Array.of(Number.NaN, 0, 0) };
    expect(findNovelty(holes)(missing).share).toBe(0);
    expect(find(missing).share).toBe(1);
  });

  it('has nothing to say of an empty window', () => {
    expect(find({ rows: 0, width: 3, values: new Float64Array(0) })).toMatchObject({ share: 0, causes: [] });
  });
});

describe('overlap', () => {
  const random = createRandom(3);
  const reference = normal(800, random, 0, 0);

  it('is whole where nothing changed, and weighs all rows alike', () => {
    const { share, weights } = measureOverlap(reference, normal(400, random, 0, 0));
    expect(share).toBeGreaterThan(0.85);
    expect(weights.reduce((sum, weight) => sum + weight, 0) / 800).toBeCloseTo(1, 9);
  });

  it('weighs rows as the ratio of the densities does', () => {
    // of N(0.5, 1) over N(0, 1): exp(x / 2 - 1 / 8)
    const { weights } = measureOverlap(reference, normal(2000, random, 0.5, 0));
    const ratio = Float64Array.from({ length: 800 }, (_, row) =>
      Math.exp((reference.values[2 * row] as number) / 2 - 1 / 8),
    );
    const mean = (list: Float64Array): number => list.reduce((sum, value) => sum + value, 0) / list.length;
    const [a, b] = [mean(weights), mean(ratio)];
    const covariance = mean(weights.map((weight, row) => (weight - a) * ((ratio[row] as number) - b)));
    const spread = (list: Float64Array, centre: number): number =>
      Math.sqrt(mean(list.map((value) => (value - centre) ** 2)));
    expect(covariance / (spread(weights, a) * spread(ratio, b))).toBeGreaterThan(0.8);
  });

  it('shrinks as the window moves away', () => {
    const shares = [0, 0.7, 1.5, 3].map((shift) => measureOverlap(reference, normal(800, random, shift, 0)).share);
    expect(shares.toSorted((a, b) => b - a)).toEqual(shares);
    expect(shares[3]).toBeLessThan(0.25);
  });

  it('is none for a window without rows', () => {
    expect(measureOverlap(reference, normal(0, random, 0, 0)).share).toBe(0);
  });
});
