import { type MetricDraws, toDifference, toEstimate } from '#domain/evaluation/bootstrap';
import { deviationOf } from '#domain/evaluation/intervals';
import { wilsonInterval } from '#domain/evaluation/wilson';
import { scaleOf } from '#domain/statistics/scale';
import type { SliceEstimate } from '#schemas/records/slices';

const known = (draws: Float64Array): Float64Array => draws.filter((draw) => Number.isFinite(draw));

/**
 * Standard error on the scale of the metric's range. A share of rows on which all resamples agree has that of the share with two rows of
 * each kind more (Agresti & Coull 1998, "Approximate is Better than Exact for Interval Estimation of Binomial Proportions").
 *
 * @returns undefined where the resamples agree and it is no share
 */
export function errorOf({ value, draws, rows = 1, trials, by }: MetricDraws): number | undefined {
  const scale = scaleOf(by?.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], rows);
  const deviation = deviationOf(known(draws));
  if (deviation > 0) return scale.slope(value) * deviation;
  if (trials === undefined || trials === 0) return undefined;
  const share = (value * trials + 2) / (trials + 4);
  return scale.slope(share) * Math.sqrt((share * (1 - share)) / trials);
}

/** A metric of a group with its interval and its standard error. A share of few rows has Wilson's interval. */
export function toSliceEstimate(draws: MetricDraws): SliceEstimate {
  const error = errorOf(draws);
  return { ...ownInterval(draws), ...(error === undefined ? {} : { error }) };
}

function ownInterval(draws: MetricDraws): SliceEstimate {
  const { value, trials } = draws;
  if (trials === undefined || trials === 0) return toEstimate(draws);
  const { low, high } = wilsonInterval(value * trials, trials);
  // rounding may leave a share a hair outside of what its interval allows
  return { value, low: Math.min(low, value), high: Math.max(high, value), interval: 'wilson' };
}

/** Candidate minus champion in one metric of a group. */
export function toSliceDifference(candidate: MetricDraws, champion: MetricDraws) {
  const { difference, low, high } = toDifference(candidate, champion, []);
  const draws = known(candidate.draws.map((value, i) => value - (champion.draws[i] as number)));
  return { difference, low, high, error: deviationOf(draws) };
}
