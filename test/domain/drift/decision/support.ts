import { type Decided, decide } from '#domain/drift/decision/decide';
import { driftSchema } from '#domain/drift/settings';
import type { ColumnDrift } from '#schemas/records/baseline';
import { type DriftCheck, driftCheckSchema } from '#schemas/records/drift-check';
import { type DriftHistory, driftHistorySchema } from '#schemas/records/drift-history';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';

/** Days of January 2026 and later. @param n may be below zero or a fraction */
export const day = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString();

/** An estimate of AUC, which was 0.8 on the holdout. */
export function estimated(
  value: number,
  { low = value - 0.02, high = value + 0.02, alarm = false } = {},
): PerformanceEstimate {
  const judged = { metric: 'auc', reference: 0.8, value, low, high };
  const facts = { rows: 500, outside: 0, expectedOutside: 0.01, overlap: 0.9, causes: [] };
  return { status: 'estimated', ...facts, judged, metrics: [judged], alarm, reason: `the estimate of auc is ${value}` };
}
/** An estimate that alarms: 0.7, surely below 0.8, but not surely by 5 %. */
export const worse = estimated(0.7, { low: 0.62, high: 0.78, alarm: true });
export const outside: PerformanceEstimate = {
  status: 'outside',
  rows: 500,
  outside: 0.6,
  expectedOutside: 0.01,
  overlap: 0.1,
  causes: [],
  alarm: true,
  reason: 'outside of what the model knows',
};
export const unknown: PerformanceEstimate = { status: 'none', alarm: false, reason: 'no estimate' };

export const column = (name: string, statistic: number, drifted = statistic > 0.2): ColumnDrift => ({
  column: name,
  kind: 'number',
  tests: { psi: { statistic, threshold: 0.2, p: drifted ? 0.0001 : 0.5, drifted } },
  drifted,
  reason: '',
});

/** What MeasureDrift answers for the day before `at`, as its own rule decides. */
export function measured(
  at: number,
  { columns = [], performance = unknown, ...rest }: Partial<DriftCheck> & { columns?: ColumnDrift[] } = {},
): DriftCheck {
  const drifted = columns.some((own) => own.drifted);
  const decides = performance.status !== 'none';
  return driftCheckSchema.parse({
    pipeline: 'loan',
    runId: 'r2',
    source: 'captures',
    window: { from: day(at - 1), to: day(at), rows: 500 },
    tooSmall: false,
    drifted,
    fellSilent: false,
    performance,
    alarm: decides ? performance.alarm : drifted,
    decidedBy: decides ? 'performance' : 'columns',
    notify: false,
    action: 'alert',
    driftedColumns: columns.filter((own) => own.drifted).map((own) => own.column),
    columns,
    reportKey: `loan/drift/${at}.json`,
    ...rest,
  });
}

export const driftSettings = (settings: object = {}) => driftSchema.parse({ schedule: 'rate(1 day)', ...settings });

/** The item that a decided check becomes. */
export const itemOf = (check: DriftCheck, decided: Decided, retrains: readonly string[] = []): DriftHistory =>
  driftHistorySchema.parse({
    version: 1,
    checkedAt: check.window.to,
    runId: check.runId,
    modelVersion: 2,
    source: check.source,
    window: check.window,
    tooSmall: check.tooSmall,
    fellSilent: check.fellSilent,
    watched: check.columns.length,
    driftedColumns: check.driftedColumns.length,
    columns: decided.columns,
    ...(decided.score ? { score: decided.score } : {}),
    ...(decided.together ? { together: decided.together } : {}),
    performance: { status: check.performance.status, reason: check.performance.reason },
    decidedBy: decided.decidedBy,
    decision: decided.decision,
    alarm: decided.alarm,
    step: { action: 'none', start: 'nothing', reason: '' },
    carried: { ...decided.carried, retrains: [...decided.carried.retrains, ...retrains] },
    reportKey: check.reportKey,
    expiresAt: 0,
  });

/** Decides about checks one after another, each with those before it. @param more what differs in all decisions */
export function decideAll(
  checks: readonly DriftCheck[],
  settings: object = {},
  { slices = [] as string[], promotedAt = day(-30) } = {},
): Decided[] {
  let history: DriftHistory[] = [];
  return checks.map((check) => {
    const decided = decide({ check, drift: driftSettings(settings), slices, history, promotedAt });
    history = [itemOf(check, decided), ...history];
    return decided;
  });
}
