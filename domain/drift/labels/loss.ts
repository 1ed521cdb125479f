import { drawMetrics } from '#domain/drift/replay/realised';
import { type MetricDraws, toDifference } from '#domain/evaluation/bootstrap';
import { findMetric } from '#domain/metrics/registry';
import type { LabelComparison, LabelledSample } from './label-check.ts';

/** How much worse a metric is than on the holdout: above zero is worse, whatever the metric. */
export interface Loss {
  /** In units of the metric. */
  readonly lost: number;
  /** As shares of the metric's size on the holdout; the ends of the 95 % interval of the difference. */
  readonly share: number;
  readonly least: number;
  readonly most: number;
  /** Standard deviation of `lost` over the resamples of both sides. */
  readonly deviation: number;
}

/** The metrics of a sample with their resamples. @param rows which of its rows; all by default */
export function drawSample(
  { task, classes, threshold, bootstrap }: LabelComparison,
  { labels, scores }: LabelledSample,
  names: readonly string[],
  {
    rows,
    resamples = bootstrap.resamples,
    seed = bootstrap.seed,
  }: { readonly rows?: Uint32Array; readonly resamples?: number; readonly seed?: number } = {},
): ReadonlyMap<string, MetricDraws> {
  const perRow = task === 'multiclass' ? classes : 1;
  const picked = rows
    ? {
        labels: Float64Array.from(rows, (row) => labels[row] as number),
        scores: Float64Array.from(
          { length: rows.length * perRow },
          (_, i) => scores[(rows[Math.floor(i / perRow)] as number) * perRow + (i % perRow)] as number,
        ),
      }
    : { labels, scores };
  return drawMetrics({ task, classes, threshold, ...picked }, names, { resamples, seed });
}

/**
 * The loss of a metric between two sets of rows, each resampled by itself: both count with their chance.
 *
 * @param now of the window; before: of the holdout, drawn as often with another seed
 * @returns undefined where no two resamples define the metric on both sides
 */
export function lossBetween(metric: string, now: MetricDraws, before: MetricDraws): Loss | undefined {
  const direction = (findMetric(metric)?.higherIsBetter ?? true) ? 1 : -1;
  const draws = Math.min(now.draws.length, before.draws.length);
  const cut = ({ value, draws: own }: MetricDraws): MetricDraws => ({
    value: direction * value,
    draws: own.slice(0, draws).map((one) => direction * one),
  });
  const values = before.draws
    .slice(0, draws)
    .map((one, i) => one - (now.draws[i] as number))
    .filter((one) => Number.isFinite(one));
  if (values.length === 0) return undefined;
  const { difference, low, high } = toDifference(cut(before), cut(now), []);
  const mean = values.reduce((sum, own) => sum + own, 0) / values.length;
  const variance = values.reduce((sum, own) => sum + (own - mean) ** 2, 0) / Math.max(values.length - 1, 1);
  // a metric of zero has no shares: its loss is told in units of the metric
  const size = Math.abs(before.value) || 1;
  return {
    lost: difference,
    share: difference / size,
    least: low / size,
    most: high / size,
    deviation: Math.sqrt(variance),
  };
}
