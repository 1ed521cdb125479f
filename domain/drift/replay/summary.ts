import { findMetric } from '#domain/metrics/registry';
import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { JudgedWindow } from './judge.ts';

/** When a check at the end of a window would have raised its alarm: a day or an hour where the windows have times, else the window's name. */
const momentOf = ({ name, to }: JudgedWindow): string =>
  to === undefined ? name : to.endsWith('T00:00:00.000Z') ? to.slice(0, 10) : `${to.slice(0, 16)}Z`;

/** What decided about an alarm, in a few words. */
function cause({ decidedBy, driftedColumns, together, performance, decision }: JudgedWindow): string {
  if (decision && decidedBy === 'slow-drift') return decision.reason;
  if (decidedBy === 'performance') return performance.reason;
  const [first, ...others] = driftedColumns;
  if (first === undefined) return `${together?.drifted ? together.column : 'the scores'} drifted`;
  return `${first}${others.length === 0 ? '' : ` and ${counted(others.length, 'other column')}`} drifted`;
}

/** The alarms that the windows would have raised, a line each, after a line with their number. */
export function alarmLines(windows: readonly JudgedWindow[]): string[] {
  const judged = windows.filter(({ tooSmall }) => !tooSmall);
  const small = windows.length - judged.length;
  const alarms = judged.filter(({ alarm }) => alarm);
  const left = small === 0 ? '' : `; ${counted(small, 'window')} with too few rows to judge`;
  return [
    `${counted(alarms.length, 'alarm')} in ${counted(judged.length, 'window')}${left}${alarms.length === 0 ? '.' : ':'}`,
    ...alarms.map((own) => `  ${momentOf(own)}  ${cause(own)}`),
  ];
}

/** Windows with a warning that did not alarm, and why the first of them did not. @returns undefined where there are none */
export function quietLine(windows: readonly JudgedWindow[]): string | undefined {
  const quiet = windows.filter(({ decision }) => decision?.quiet !== undefined);
  const [first] = quiet;
  if (first === undefined) return undefined;
  return `${counted(quiet.length, 'window')} with a warning and no alarm, the first ${first.name}: ${first.decision?.quiet}.`;
}

/** The metric on the holdout, where the performance of a window was estimated. */
const holdoutOf = ({ performance }: JudgedWindow): number | undefined =>
  performance.status === 'estimated' ? performance.judged.reference : undefined;

/** Whether the labels of a window show that the model was worse than on the holdout, the whole interval included. */
function isWorse(window: JudgedWindow, higherIsBetter: boolean): boolean {
  const [holdout, realised] = [holdoutOf(window), window.realised];
  if (holdout === undefined || realised === undefined) return false;
  return higherIsBetter ? realised.high < holdout : realised.low > holdout;
}

/**
 * What the alarms missed by the labels: windows in which the model did worse than on the holdout, and nothing alarmed.
 *
 * @param metric the metric that the alarm is on
 * @returns undefined where there are none
 */
export function missedLine(windows: readonly JudgedWindow[], metric: string): string | undefined {
  const higherIsBetter = findMetric(metric)?.higherIsBetter ?? true;
  const missed = windows.filter((own) => !own.alarm && !own.tooSmall && isWorse(own, higherIsBetter));
  const [first] = missed;
  if (first === undefined) return undefined;
  const holdout = formatNumber(holdoutOf(first) as number);
  const more = missed.some(({ drifted }) => drifted)
    ? ' Columns drifted in some: with --set performance.decides=false these alarm.'
    : ' Send outcomes to see this live: docs/outcomes.md.';
  return `Without an alarm, ${metric} was worse than on the holdout (${holdout}) in ${counted(missed.length, 'window')}, from ${first.name} on: what the inputs mean for the label may have changed, which no estimate without labels sees.${more}`;
}
