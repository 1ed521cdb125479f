import { compareBy } from '#domain/drift/compare';
import { decideAlarm } from '#domain/drift/performance/decision';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { byDrift, strongestOf } from '#domain/drift/registry';
import type { DriftSettings } from '#domain/drift/settings';
import type { Baseline, ColumnDrift, JointDrift, Window } from '#schemas/records/baseline';
import type { DriftDecision, DriftHistory } from '#schemas/records/drift-history';
import type { Estimate } from '#schemas/records/evaluation';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';
import type { JointRows } from '../joint/rows.ts';

/** A window of history, counted in the baseline's bins. */
export interface HistoricWindow {
  /** What it is: its file, or where it begins. */
  readonly name: string;
  /** ISO 8601; absent where the rows have no times. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly baseline: Baseline;
  readonly window: Window;
  /** Rows of both to compare all columns together, or why there are none. */
  readonly together?: JointRows | string | undefined;
  readonly performance: PerformanceEstimate;
  /** What the labels show of the metric that the alarm is on; absent where there are none, or no scores. */
  readonly realised?: Estimate | undefined;
}

/** What a check of the window would have come to. */
export interface JudgedWindow {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
  readonly rows: number;
  readonly tooSmall: boolean;
  readonly drifted: boolean;
  readonly watched: number;
  /** The one that moved most first. */
  readonly driftedColumns: readonly string[];
  /** The column or score whose finding is the strongest. */
  readonly strongest?: {
    readonly column: string;
    readonly test: string;
    readonly effect: number;
    readonly limit: number;
  };
  readonly columns: readonly ColumnDrift[];
  readonly score?: ColumnDrift;
  readonly together?: JointDrift;
  /** Why all columns together were not compared. */
  readonly notTogether?: string;
  readonly performance: PerformanceEstimate;
  readonly realised?: Estimate;
  readonly alarm: boolean;
  readonly decidedBy: DriftHistory['decidedBy'];
  /** With the windows before it; absent where it was judged alone. */
  readonly decision?: DriftDecision;
}

/** The column or score that moved most, by its strongest finding. */
export function strongestColumn(
  columns: readonly ColumnDrift[],
  score: ColumnDrift | undefined,
): Pick<JudgedWindow, 'strongest'> {
  const [first] = [...columns, ...(score ? [score] : [])].toSorted(byDrift());
  const found = first && strongestOf(first);
  if (first === undefined || found === undefined) return {};
  const { label: test, statistic: effect, threshold: limit } = found;
  return { strongest: { column: first.column, test, effect, limit } };
}

/** Compares a window and decides about an alarm by the rules of a check. */
export function judgeHistory(
  { name, from, to, baseline, window, together: samples, performance, realised }: HistoricWindow,
  drift: DriftSettings,
): JudgedWindow {
  const report = compareBy(drift, { baseline, window, together: samples });
  const { rows, tooSmall, drifted, driftedColumns, score, together, notTogether } = report;
  const columns = report.columns.toSorted(byDrift());
  return {
    name,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    rows,
    tooSmall,
    drifted,
    watched: Math.max(window.columns.length, columns.length),
    driftedColumns,
    ...strongestColumn(columns, score),
    columns,
    ...(score ? { score } : {}),
    ...(together ? { together } : {}),
    ...(notTogether === undefined ? {} : { notTogether }),
    performance,
    ...(realised ? { realised } : {}),
    ...decideAlarm(drifted, performance, performanceSettingsSchema.parse(drift.performance ?? {})),
  };
}
