import { basename } from 'node:path';
import type { JudgedWindow } from '#domain/drift/backtest/judge';
import { alarmLines } from '#domain/drift/backtest/summary';
import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Estimate } from '#schemas/records/evaluation';
import { green, table, yellow } from '../output.ts';
import type { Backtest } from './backtest.ts';
import type { Subject } from './subject.ts';

const interval = ({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>): string =>
  `${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)})`;

/** The estimated performance of a window, in a cell. */
function estimateCell({ performance }: JudgedWindow): string {
  switch (performance.status) {
    case 'estimated':
      return interval(performance.judged);
    case 'outside':
      return 'outside';
    case 'none':
      return '';
    default:
      return performance satisfies never;
  }
}

const drifts = ({ tooSmall, driftedColumns, watched, drifted }: JudgedWindow): string => {
  if (tooSmall) return 'too few rows';
  const scores = drifted && driftedColumns.length === 0 ? ', and the scores' : '';
  return `${driftedColumns.length} of ${watched}${scores}`;
};

/** The windows, a line each. */
export const windowTable = ({ metric, windows }: Pick<Backtest, 'metric' | 'windows'>): string =>
  table(
    ['WINDOW', 'ROWS', 'DRIFTED', 'STRONGEST', `ESTIMATED ${metric.toUpperCase()}`, 'REALISED', 'ALARM'],
    windows.map((own) => [
      own.name,
      String(own.rows),
      drifts(own),
      own.strongest
        ? `${own.strongest.column} (${own.strongest.test} ${formatNumber(own.strongest.effect)} of ${formatNumber(own.strongest.limit)})`
        : '',
      estimateCell(own),
      own.realised ? interval(own.realised) : '',
      own.alarm ? yellow('yes') : green('no'),
    ]),
  );

/** What was left out of the comparison, and why, a sentence each. */
export function remarks({ files, timeless, unscored, unrealised }: Backtest, { differs, drift }: Subject): string[] {
  const malformed = files.filter((own) => own.malformed > 0);
  const isDrop = drift.source === 'newest-drop';
  return [
    ...(unscored === undefined
      ? []
      : [`Performance is neither estimated nor measured: there are no scores, because ${unscored}.`]),
    ...(unscored === undefined && isDrop
      ? ['A check of the newest drop has no scores, so columns decide here as they do there; the estimate is left out.']
      : []),
    ...(unrealised === undefined ? [] : [`The labels are not compared with the scores: ${unrealised}.`]),
    ...files.flatMap(({ file, unlabelled }) =>
      unlabelled === undefined ? [] : [`${basename(file)} was read without its label: ${unlabelled}`],
    ),
    ...malformed.map(({ file, malformed: rows }) => `${basename(file)}: ${counted(rows, 'malformed row')} left out.`),
    ...(timeless > 0 ? [`${counted(timeless, 'row')} without a time left out.`] : []),
    ...(differs
      ? [
          'Live checks of this model have other thresholds: they use those that it was trained with. "npx tidegate retrain" after an edit takes the new ones over.',
        ]
      : []),
  ];
}

/** The whole answer for people, a line each. */
export const backtestLines = (found: Backtest, subject: Subject): string[] => [
  windowTable(found),
  '',
  ...alarmLines(found.windows),
  ...remarks(found, subject),
];
