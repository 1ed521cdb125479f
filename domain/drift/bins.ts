import type { Histogram } from '#schemas/records/baseline';

/** Two samples counted in the same bins. */
export interface Bins {
  readonly before: readonly number[];
  readonly now: readonly number[];
  /** Rows of each sample. */
  readonly n: number;
  readonly m: number;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The bins of two histograms with rows on either side. "Missing" is one of them. */
export function binsOf(before: Histogram, now: Histogram): Bins {
  const [b, w] = [
    [...before.counts, before.missing],
    [...now.counts, now.missing],
  ];
  const used = (_: number, i: number): boolean => (b[i] as number) + (w[i] as number) > 0;
  return { before: b.filter(used), now: w.filter(used), n: total(b), m: total(w) };
}

/** Rows that a bin of the smaller sample is expected to have at least (Cochran 1954, "Some Methods for Strengthening the Common χ² Tests"). */
const expectedRows = 10;

/**
 * Joins rare bins to one, so that the chi-square limit of a statistic holds for small samples. Which bins are joined follows from the
 * rows of both samples together, so the choice favours neither.
 */
export function joinRare({ before, now, n, m }: Bins): Bins {
  const pooled = before.map((count, i) => ({ i, rows: count + (now[i] as number) })).sort((a, b) => a.rows - b.rows);
  const needed = (expectedRows * (n + m)) / Math.min(n, m);
  let rare = 0;
  let rows = 0;
  for (const bin of pooled) {
    if (bin.rows >= needed && (rows === 0 || rows >= needed)) break;
    rows += bin.rows;
    rare += 1;
  }
  const joined = new Set(pooled.slice(0, rare).map(({ i }) => i));
  const join = (counts: readonly number[]): number[] => [
    ...counts.filter((_, i) => !joined.has(i)),
    ...(rare > 0 ? [total(counts.filter((_, i) => joined.has(i)))] : []),
  ];
  return { before: join(before), now: join(now), n, m };
}

/**
 * What a likelihood ratio of two samples is divided by for small samples (Williams 1976, "Improved likelihood ratio tests for complete
 * contingency tables").
 */
export function williamsCorrection({ before, now, n, m }: Bins): number {
  const all = n + m;
  const inverse = before.reduce((sum, count, i) => sum + all / (count + (now[i] as number)), 0);
  const degrees = Math.max(before.length - 1, 1);
  return 1 + ((all / n + all / m - 1) * (inverse - 1)) / (6 * all * degrees);
}
