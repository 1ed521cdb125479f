import type { JudgedWindow } from '#domain/drift/replay/judge';
import { formatNumber } from '#domain/text/format-number';
import type { Estimate } from '#schemas/records/evaluation';
import { green, yellow } from './output.ts';

/** Cells of tables of drift checks, those of history and those of a backtest. */

/** A value with its interval; empty without one. */
export const intervalCell = (estimate: Pick<Estimate, 'value' | 'low' | 'high'> | undefined): string =>
  estimate === undefined
    ? ''
    : `${formatNumber(estimate.value)} (${formatNumber(estimate.low)} to ${formatNumber(estimate.high)})`;

function performanceCell({ performance }: JudgedWindow): string {
  switch (performance.status) {
    case 'estimated':
      return intervalCell(performance.judged);
    case 'outside':
      return 'outside';
    case 'none':
      return '';
    default:
      return performance satisfies never;
  }
}

function columnsCell({ tooSmall, driftedColumns, watched, score, together }: JudgedWindow): string {
  if (tooSmall) return 'too few rows';
  const scores = score?.drifted && driftedColumns.length === 0 ? ', and the scores' : '';
  const all = together?.drifted ? ', and all together' : '';
  return `${driftedColumns.length} of ${watched}${scores}${all}`;
}

function strongestCell({ strongest }: JudgedWindow): string {
  if (strongest === undefined) return '';
  const { column, test, effect, limit } = strongest;
  return `${column} (${test} ${formatNumber(effect)} of ${formatNumber(limit)})`;
}

/** Rows, columns that drifted, the strongest finding, and the estimated performance. */
export const driftCells = (own: JudgedWindow): string[] => [
  String(own.rows),
  columnsCell(own),
  strongestCell(own),
  performanceCell(own),
];

export const alarmCell = ({ alarm }: Pick<JudgedWindow, 'alarm'>): string => (alarm ? yellow('yes') : green('no'));
