import type { DriftCheck } from '#schemas/records/drift-check';
import type { DriftHistory, DriftStep } from '#schemas/records/drift-history';
import type { Decided } from './decide.ts';

/** How long a check stays in the history, in days. */
const keptDays = 400;
/** Retrains that are remembered. */
const mostRetrains = 100;

/**
 * A decided check as an item of the history.
 *
 * @param modelVersion of the model that was checked, where it still serves
 */
export function historyOf(
  check: DriftCheck,
  { decision, alarm, decidedBy, columns, score, together, carried }: Decided,
  step: DriftStep,
  modelVersion: number | undefined,
): DriftHistory {
  const { runId, source, window, tooSmall, fellSilent, coverage, driftedColumns, performance, reportKey } = check;
  const { status, reason } = performance;
  const retrains = step.start === 'retrain' ? [...carried.retrains, window.to] : carried.retrains;
  return {
    version: 1,
    checkedAt: window.to,
    runId,
    ...(modelVersion === undefined ? {} : { modelVersion }),
    source,
    window,
    tooSmall,
    fellSilent,
    watched: coverage?.watched ?? columns.length,
    driftedColumns: driftedColumns.length,
    columns: [...columns],
    ...(score ? { score } : {}),
    ...(together ? { together } : {}),
    performance: {
      status,
      reason,
      ...(performance.status === 'estimated' ? { judged: performance.judged, metrics: performance.metrics } : {}),
      ...(performance.status === 'none' ? {} : { outside: performance.outside, overlap: performance.overlap }),
    },
    decidedBy,
    decision,
    alarm,
    step,
    carried: { ...carried, retrains: retrains.slice(-mostRetrains) },
    reportKey,
    expiresAt: Math.floor(Date.parse(window.to) / 1000) + keptDays * 86_400,
  };
}
