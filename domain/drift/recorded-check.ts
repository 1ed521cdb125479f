import type { DriftRecord } from '#schemas/records/drift-record';
import { noEstimate } from './performance/estimate.ts';
import { byDrift } from './registry.ts';
import type { JudgedWindow } from './replay/judge.ts';
import { strongestColumn } from './replay/judge.ts';

/** A check as its record has it. */
export interface RecordedCheck extends JudgedWindow {
  readonly from: string;
  readonly to: string;
}

/** A check as its record has it. A record of an earlier version, which knew no estimates, alarmed where columns drifted. */
export function recordedCheck(record: DriftRecord): RecordedCheck {
  const { from, to, rows, tooSmall, drifted, driftedColumns, columns, score, performance, alarm, decidedBy } = record;
  const { together, notTogether } = record;
  return {
    name: to,
    from,
    to,
    rows,
    tooSmall,
    drifted,
    watched: record.coverage?.watched ?? columns.length,
    driftedColumns,
    ...strongestColumn(columns, score),
    columns: columns.toSorted(byDrift()),
    ...(score ? { score } : {}),
    ...(together ? { together } : {}),
    ...(notTogether === undefined ? {} : { notTogether }),
    performance: performance ?? noEstimate('no estimate: the check was made before Tidegate estimated performance'),
    alarm: alarm ?? drifted,
    decidedBy: decidedBy ?? 'columns',
  };
}

const unit = { d: 86_400_000, h: 3_600_000 } as const;

/**
 * The instant at which a look back begins.
 *
 * @param since a length of time before `now`, as `30d` or `12h`, or a day, as `2026-01-31`
 * @param now ISO 8601
 * @returns ISO 8601; undefined when `since` is neither
 */
export function lookBack(since: string, now: string): string | undefined {
  const [, amount, of] = /^([1-9]\d{0,4})([dh])$/.exec(since) ?? [];
  if (amount !== undefined) {
    return new Date(Date.parse(now) - Number(amount) * unit[of as keyof typeof unit]).toISOString();
  }
  const day = /^\d{4}-\d{2}-\d{2}$/.test(since) ? Date.parse(`${since}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(day) ? undefined : new Date(day).toISOString();
}
