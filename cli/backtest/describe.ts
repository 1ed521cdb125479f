import { alarmLines, missedLine, quietLine } from '#domain/drift/replay/summary';
import { counted } from '#domain/text/numbers';
import { alarmCell, driftCells, intervalCell } from '../drift-cells.ts';
import { table } from '../output.ts';
import type { Backtest } from './backtest.ts';
import { shownName } from './shown-name.ts';
import type { Subject } from './subject.ts';

/** The windows, a line each. */
export const windowTable = ({ metric, windows }: Pick<Backtest, 'metric' | 'windows'>): string =>
  table(
    ['WINDOW', 'ROWS', 'DRIFTED', 'STRONGEST', `ESTIMATED ${metric.toUpperCase()}`, 'REALISED', 'ALARM'],
    windows.map((own) => [own.name, ...driftCells(own), intervalCell(own.realised), alarmCell(own)]),
  );

/** What was left out of the comparison, and why, a sentence each. */
export function remarks({ files, timeless, unscored, unrealised }: Backtest, { differs, drift }: Subject): string[] {
  const nameOf = (file: string) =>
    shownName(
      file,
      files.map((own) => own.file),
    );
  const malformed = files.filter((own) => own.malformed > 0);
  const isDrop = drift.source !== 'captures';
  return [
    ...(unscored === undefined
      ? []
      : [`Performance is neither estimated nor measured: there are no scores, because ${unscored}.`]),
    ...(unscored === undefined && isDrop
      ? ['A check of the newest drop has no scores, so columns decide here as they do there; the estimate is left out.']
      : []),
    ...(unrealised === undefined ? [] : [`The labels are not compared with the scores: ${unrealised}.`]),
    ...files.flatMap(({ file, unlabelled }) =>
      unlabelled === undefined ? [] : [`${nameOf(file)} was read without its label: ${unlabelled}`],
    ),
    ...malformed.map(({ file, malformed: rows }) => `${nameOf(file)}: ${counted(rows, 'malformed row')} left out.`),
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
  ...[quietLine(found.windows), missedLine(found.windows, found.metric)].filter((line) => line !== undefined),
  ...remarks(found, subject),
];
