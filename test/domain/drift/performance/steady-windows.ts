import { crossFittedDeviation } from '#domain/drift/joint/classifier';
import { measureOverlap } from '#domain/drift/performance/overlap';
import { createRandom } from '#domain/random';
import { matrixOf, pairs } from '../joint/support.ts';

/** Windows without a change: the mean square of their standardised AUCs, which is 1 where the deviation is right, and how many were weighed. */
export function steadyWindows({ rows, reference, windows }: { rows: number; reference: number; windows: number }) {
  const random = createRandom(rows);
  let [squares, weighed] = [0, 0];
  for (let i = 0; i < windows; i++) {
    const before = matrixOf(reference, pairs(2, 0.5), random);
    const { auc, share } = measureOverlap(before, matrixOf(rows, pairs(2, 0.5), random));
    squares += ((auc - 0.5) / crossFittedDeviation(reference, rows)) ** 2 / windows;
    if (share < 1) weighed += 1;
  }
  return { squares, weighed };
}
