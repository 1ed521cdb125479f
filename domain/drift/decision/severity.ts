import { SEVERITIES, type Severity } from '#schemas/records/drift-history';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';
import { isUnsure, lossOf } from '../performance/decision.ts';

/** Whether one severity is at least another. */
export const atLeast = (severity: Severity, other: Severity): boolean =>
  SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(other);

/** Whether a severity may alarm. */
export const isBad = (severity: Severity): boolean => atLeast(severity, 'warning');

/** What one window shows. */
export interface WindowFindings {
  readonly tooSmall: boolean;
  /** Whether a column or the scores drifted. */
  readonly drifted: boolean;
  readonly performance: PerformanceEstimate;
}

/**
 * The severity of one window, by what drift does to the performance:
 *
 * - `critical`: the whole interval of the estimate is worse than the holdout by more than `maxDrop`;
 * - `warning`: the estimate is, and its whole interval is worse than the holdout; or rows are outside of what the model knows; or columns
 *   drifted and there is no estimate, or one whose interval does not rule out that much;
 * - `note`: columns drifted, or the estimate fell, without reaching that;
 * - `none`: nothing moved, or the window is too small to tell.
 *
 * @param decides `drift.performance.decides`: without it, drifted columns are a warning and the estimate is a note
 * @param maxDrop `drift.performance.maxDrop`
 */
export function severityOf(
  { tooSmall, drifted, performance }: WindowFindings,
  { decides, maxDrop }: { readonly decides: boolean; readonly maxDrop: number },
): Severity {
  if (tooSmall) return 'none';
  const loss = lossOf(performance);
  const noted = drifted || performance.alarm || (loss !== undefined && loss.least > 0) ? 'note' : 'none';
  if (!decides || performance.status === 'none') return drifted ? 'warning' : noted;
  if (!performance.alarm) return isUnsure(drifted, performance, maxDrop) ? 'warning' : noted;
  return loss !== undefined && loss.least > maxDrop ? 'critical' : 'warning';
}
