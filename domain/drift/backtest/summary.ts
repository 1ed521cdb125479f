import { counted } from '#domain/text/numbers';
import type { JudgedWindow } from './judge.ts';

/** When a check at the end of a window would have raised its alarm: a day or an hour where the windows have times, else the window's name. */
const momentOf = ({ name, to }: JudgedWindow): string =>
  to === undefined ? name : to.endsWith('T00:00:00.000Z') ? to.slice(0, 10) : `${to.slice(0, 16)}Z`;

/** What decided about an alarm, in a few words. */
function cause({ decidedBy, driftedColumns, performance }: JudgedWindow): string {
  if (decidedBy === 'performance') return performance.reason;
  const [first, ...others] = driftedColumns;
  if (first === undefined) return 'the scores drifted';
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
