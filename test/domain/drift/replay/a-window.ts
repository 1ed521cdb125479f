import { buildBaseline, buildWindow, type RowsInput } from '#domain/drift/baseline';
import { noEstimate } from '#domain/drift/performance/estimate';
import type { HistoricWindow } from '#domain/drift/replay/judge';
import { createRandom } from '#domain/random';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';

/** Rows of two columns and a score: amounts, moved by `shift`, and homes. */
export function someRows(rows: number, { seed, shift = 0 }: { seed: number; shift?: number }): RowsInput {
  const random = createRandom(seed);
  return {
    rows,
    columns: [
      { column: 'amount', kind: 'number', values: Float64Array.from({ length: rows }, () => random.normal() + shift) },
      { column: 'home', kind: 'category', values: Array.from({ length: rows }, () => `h${random.below(3)}`) },
    ],
    scores: { task: 'binary', values: Float64Array.from({ length: rows }, () => random.float()) },
  };
}

export const someBaseline = buildBaseline(someRows(4000, { seed: 1 }));

/** An estimate of auc, whose holdout value is 0.8. */
export const estimateOf = (value: number, alarm: boolean): PerformanceEstimate => {
  const judged = { metric: 'auc', reference: 0.8, value, low: value - 0.02, high: value + 0.02 };
  return {
    status: 'estimated',
    rows: 1000,
    outside: 0.01,
    expectedOutside: 0.01,
    overlap: 0.9,
    causes: [],
    judged,
    metrics: [judged],
    alarm,
    reason: `the estimate of auc is ${value}, and it was 0.8 on the holdout`,
  };
};

/** A week of history; give what differs. */
export const aWindow = (own: Partial<HistoricWindow> & { shift?: number; rows?: number } = {}): HistoricWindow => {
  const { shift = 0, rows = 1000, ...rest } = own;
  return {
    name: '2026-02-01',
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-02-08T00:00:00.000Z',
    baseline: someBaseline,
    window: buildWindow(someBaseline, someRows(rows, { seed: 2, shift })),
    performance: noEstimate('no estimate: there are no scores'),
    ...rest,
  };
};
