import type { Baseline, Histogram, Window } from '#schemas/records/baseline';
import type { BinCounts, WindowCounts } from '#schemas/records/drift-record';

const countsOf = ({ column, counts, missing }: Histogram): BinCounts => ({ column, counts, missing });

/** The counts of a window without its bins: the ends of bins are values of training rows, and these stay with the run. */
export const windowCounts = ({ columns, score }: Window): WindowCounts => ({
  columns: columns.map(countsOf),
  ...(score ? { score: countsOf(score) } : {}),
});

/** A column or the scores of a window beside the baseline. */
export interface HistogramPair {
  readonly before: Histogram;
  readonly now: Histogram;
}

/** The columns and the scores of a window, each beside the baseline. */
export interface WindowPairs {
  readonly columns: ReadonlyMap<string, HistogramPair>;
  readonly score?: HistogramPair;
}

/** The bins of the baseline with the counts of the window; undefined where they are not the same bins. */
function pairOf(before: Histogram | undefined, now: BinCounts): HistogramPair | undefined {
  if (before === undefined || before.counts.length !== now.counts.length) return undefined;
  return { before, now: { ...before, counts: now.counts, missing: now.missing } };
}

/**
 * The histograms of a check, by column, in the order of its record. A check of drops was counted in the bins of the clean columns, which have
 * the label, any other in those of the model inputs, which have not.
 *
 * @returns `columns` without those that the baseline does not have, as that of another run
 */
export function pairCounts(baseline: Baseline, { columns, score }: WindowCounts): WindowPairs {
  const names = new Set(columns.map(({ column }) => column));
  const all = [baseline.clean, baseline].find((bins) => bins?.columns.every(({ column }) => names.has(column)));
  const before = new Map((all ?? baseline).columns.map((own) => [own.column, own]));
  const scores = score && pairOf(baseline.score, score);
  return {
    columns: new Map(
      columns.flatMap((own) => {
        const pair = pairOf(before.get(own.column), own);
        return pair === undefined ? [] : [[own.column, pair] as const];
      }),
    ),
    ...(scores ? { score: scores } : {}),
  };
}
