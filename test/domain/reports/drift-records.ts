import type { ColumnDrift } from '#schemas/records/baseline';
import { type DriftRecord, driftRecordSchema } from '#schemas/records/drift-record';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';

/** Columns of the records, with how far they move when they drift. */
const effects = { income: 0.6, age: 0.5, home: 0.4 } as const;

const known = {
  rows: 4000,
  outside: 0.012,
  expectedOutside: 0.01,
  overlap: 0.8,
  causes: [{ column: 'income', share: 0.01 }],
};

/** An estimate of auc, 0.78 on the holdout. */
export const estimate = (value: number, alarm = false): PerformanceEstimate => {
  const judged = { metric: 'auc', reference: 0.78, value, low: value - 0.02, high: value + 0.02 };
  const reason = `the estimate of auc is ${value}, and it was 0.78 on the holdout`;
  return { status: 'estimated', ...known, judged, metrics: [judged, { ...judged, metric: 'f1' }], alarm, reason };
};

export const outside: PerformanceEstimate = {
  status: 'outside',
  ...known,
  outside: 0.25,
  causes: [
    { column: 'home', share: 0.2 },
    { column: 'age', share: 0.05 },
  ],
  alarm: true,
  reason: 'outside of what the model knows, no estimate: 25 % of the rows are unlike every holdout row',
};

function columnOf(column: string, effect: number, drifted: boolean, kind: ColumnDrift['kind'] = 'number'): ColumnDrift {
  const statistic = drifted ? effect : effect / 10;
  return {
    column,
    kind,
    tests: { psi: { statistic, threshold: 0.2, p: drifted ? 0.00001 : 0.4, drifted } },
    drifted,
    reason: drifted
      ? `PSI ${effect} is over 0.2; most of it: values below 30,000 went from 10 % to 25 % of the rows.`
      : `PSI ${statistic} is within 0.2.`,
  };
}

/** A daily check over a week, which ends on a day of February. */
export function aRecord({
  day = 8,
  drifted = [],
  scoreDrifted = false,
  ...own
}: { readonly day?: number; readonly drifted?: readonly string[]; readonly scoreDrifted?: boolean } & Partial<
  Omit<DriftRecord, 'drifted'>
>): DriftRecord {
  const at = (offset: number) => new Date(Date.UTC(2026, 1, day + offset, 6)).toISOString();
  return driftRecordSchema.parse({
    rows: 5200,
    tooSmall: false,
    columns: Object.entries(effects).map(([column, effect]) =>
      columnOf(column, effect, drifted.includes(column), column === 'home' ? 'category' : 'number'),
    ),
    score: columnOf('score', 0.3, scoreDrifted),
    drifted: drifted.length > 0 || scoreDrifted,
    driftedColumns: drifted,
    coverage: { watched: 3, notWatched: [{ reason: 'an id differs from row to row', count: 1, columns: ['id'] }] },
    performance: estimate(0.78),
    alarm: false,
    decidedBy: 'performance',
    from: at(-7),
    to: at(0),
    skipped: 0,
    runId: '20260131-101500-4f2a',
    ...own,
  });
}
