import { describe, expect, it } from 'vitest';
import { measureOverlap } from '#domain/drift/performance/overlap';
import { createRandom } from '#domain/random';
import { matrixOf, pairs } from '../joint/support.ts';
import { steadyWindows } from './steady-windows.ts';

describe('overlap where nothing changed', () => {
  // windows of 500 and 5,000 rows: overlap.data.ts
  it('is found whole in windows of 50 rows, as often as stated', () => {
    const { squares, weighed } = steadyWindows({ rows: 50, reference: 60, windows: 15 });
    expect(squares).toBeGreaterThan(0.2);
    expect(squares).toBeLessThan(1.6);
    expect(weighed).toBeLessThanOrEqual(2);
  });

  it('is judged by the folds that have rows of the window', () => {
    const random = createRandom(4);
    const { auc, weights } = measureOverlap(matrixOf(60, pairs(2, 0.5), random), matrixOf(3, pairs(2, 0.5), random));
    expect(auc).toBeGreaterThanOrEqual(0);
    expect(auc).toBeLessThanOrEqual(1);
    expect(weights).toHaveLength(60);
  });
});
