import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainTrees } from '#domain/drift/performance/boosted-trees';
import { createRandom } from '#domain/random';

const random = createRandom(5);
const rows = 1000;
const values = Float64Array.from({ length: 2 * rows }, () => random.normal());
const matrix = { rows, width: 2, values };
const all = Array.from({ length: rows }, (_, row) => row);
const mean = (list: Iterable<number>): number => [...list].reduce((sum, value) => sum + value, 0) / rows;

describe('boosted trees', () => {
  it('learn a number that depends on two inputs together', () => {
    const target = Float64Array.from(
      all,
      (row) => Math.sign(values[2 * row] as number) * (values[2 * row + 1] as number),
    );
    const predicted = trainTrees(matrix, target, 'squared-error', all)(matrix);
    const error = mean(predicted.map((value, row) => (value - (target[row] as number)) ** 2));
    expect(error).toBeLessThan(0.15 * mean(target.map((value) => value ** 2)));
  });

  it('learn a chance', () => {
    const chance = (row: number): number => ((values[2 * row] as number) > 0 ? 0.9 : 0.2);
    const target = Float64Array.from(all, (row) => (random.float() < chance(row) ? 1 : 0));
    const predicted = trainTrees(matrix, target, 'log-loss', all)(matrix);
    expect(mean(predicted.map((p, row) => Math.abs(p - chance(row))))).toBeLessThan(0.08);
    expect(mean(predicted)).toBeCloseTo(mean(target), 2);
  });

  it('read a missing value as a value of its own', () => {
    const gaps = Float64Array.from(all, (row) => (row % 3 === 0 ? Number.NaN : row % 7));
    const target = Float64Array.from(all, (row) => (row % 3 === 0 ? 5 : 1));
    const predict = trainTrees({ rows, width: 1, values: gaps }, target, 'squared-error', all);
    const [missing, present] = predict({ rows: 2, width: 1, values: Float64Array.of(Number.NaN, 3) });
    expect(missing).toBeCloseTo(5, 1);
    expect(present).toBeCloseTo(1, 1);
  });

  it('learn from the included rows alone', () => {
    const target = Float64Array.from(all, (row) => (row < 500 ? 1 : 100));
    const predict = trainTrees(matrix, target, 'squared-error', all.slice(0, 500));
    expect(Math.max(...predict(matrix))).toBeCloseTo(1, 9);
  });

  it('never predict a number beyond the targets they learnt from', () => {
    const cell = fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, fc.double({ min: 0, max: 9, noNaN: true })), { minLength: 1 }), (given) => {
        const own = { rows: given.length, width: 1, values: Float64Array.from(given, ([value]) => value) };
        const targets = Float64Array.from(given, ([, target]) => target);
        const predicted = trainTrees(own, targets, 'squared-error', [...targets.keys()])(own);
        for (const value of predicted) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...targets) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(...targets) + 1e-9);
        }
      }),
    );
  });
});
