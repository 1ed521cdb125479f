import { describe, expect, it } from 'vitest';
import { crossFittedDeviation } from '#domain/drift/joint/classifier';
import { measureOverlap } from '#domain/drift/performance/overlap';
import { createRandom } from '#domain/random';
import { matrixOf, pairs } from '../joint/support.ts';

describe('overlap where nothing changed', () => {
  // 5,000 rows: overlap.data.ts
  it.each([
    [50, 200, 60],
    [500, 500, 20],
  ])('is found whole in windows of %i rows, as often as stated', (rows, reference, windows) => {
    const random = createRandom(rows);
    let [squares, weighed] = [0, 0];
    for (let i = 0; i < windows; i++) {
      const before = matrixOf(reference, pairs(2, 0.5), random);
      const { auc, share } = measureOverlap(before, matrixOf(rows, pairs(2, 0.5), random));
      squares += ((auc - 0.5) / crossFittedDeviation(reference, rows)) ** 2 / windows;
      if (share < 1) weighed += 1;
    }
    // the variance of the folds is at most what the deviation says; without what the folds add, it is about twice as much
    expect(squares).toBeLessThan(1.6);
    expect(squares).toBeGreaterThan(0.3);
    // 1 % of the windows, and what chance adds to it once in a thousand tests
    expect(weighed).toBeLessThanOrEqual(4);
  });

  it('is judged by the folds that have rows of the window', () => {
    const random = createRandom(4);
    const { auc, weights } = measureOverlap(matrixOf(100, pairs(2, 0.5), random), matrixOf(3, pairs(2, 0.5), random));
    expect(auc).toBeGreaterThanOrEqual(0);
    expect(auc).toBeLessThanOrEqual(1);
    expect(weights).toHaveLength(100);
  });
});
