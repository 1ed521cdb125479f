import { formatPercent } from '#domain/text/format-number';
import { byDrift } from './registry.ts';
import type { JudgedWindow } from './replay/judge.ts';

/** A cause of what a check found, in words. */
export interface DriftCause {
  readonly column: string;
  readonly text: string;
}

/**
 * What a check found, the likeliest cause first: columns that put rows outside of what the model was evaluated on, since there its answers are
 * not known to be good; then columns that drifted, by how far they moved; then all columns together, with the
 * columns and relations that they moved by; the scores, which follow from the columns, last.
 */
export function rankedCauses({
  columns,
  score,
  together,
  performance,
}: Pick<JudgedWindow, 'columns' | 'score' | 'together' | 'performance'>): DriftCause[] {
  const moved = columns.filter((column) => column.drifted).toSorted(byDrift());
  const reasons = new Map(moved.map(({ column, reason }) => [column, reason]));
  const first = performance.status === 'outside' ? performance.causes : [];
  const named = new Set(first.map(({ column }) => column));
  return [
    ...first.map(({ column, share }) => {
      const reason = reasons.get(column);
      const own = `${formatPercent(share)} of the rows have values unlike those of every holdout row.`;
      return { column, text: reason === undefined ? own : `${own} ${reason}` };
    }),
    ...moved.flatMap(({ column, reason }) => (named.has(column) ? [] : [{ column, text: reason }])),
    ...(together?.drifted ? [{ column: together.column, text: together.reason }] : []),
    ...(score?.drifted ? [{ column: 'scores of the model', text: score.reason }] : []),
  ];
}
