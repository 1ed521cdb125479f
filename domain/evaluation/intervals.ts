import { studentQuantile } from '#domain/statistics/normal';
import type { Scale } from '#domain/statistics/scale';

/** Two-sided 95 % intervals of metrics whose bootstrap percentiles cover too little. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}
export interface IntervalInput {
  readonly value: number;
  /** Its values in the resamples that define it. */
  readonly draws: Float64Array;
  readonly rows: number;
  /** On which its error is nearly normal. */
  readonly scale: Scale;
}

const mean = (draws: Float64Array): number => draws.reduce((sum, draw) => sum + draw / draws.length, 0);

/** Standard deviation of the resamples: 0 where they agree, whatever rounding does. */
export function deviationOf(draws: Float64Array): number {
  if (draws.every((draw) => draw === draws[0])) return 0;
  const middle = mean(draws);
  return Math.sqrt(draws.reduce((sum, draw) => sum + (draw - middle) ** 2, 0) / Math.max(draws.length - 1, 1));
}

/** The factor of a standard error to both sides, by Student's distribution: resamples of n rows vary by n - 1 of n parts. */
const reach = (rows: number): number =>
  studentQuantile(0.975, Math.max(rows - 1, 1)) * Math.sqrt(rows / Math.max(rows - 1, 1));

/**
 * The interval on a scale on which the metric's error is nearly normal, from its standard error over the resamples: for the area under the
 * ROC curve the logit interval (Qin & Hotilovac 2008, "Comparison of non-parametric confidence intervals for the area under the ROC
 * curve of a continuous-scale diagnostic test").
 */
export function scaledInterval({ value, draws, rows, scale }: IntervalInput): Interval {
  const at = scale.to(value);
  const error = reach(rows) * scale.slope(value) * deviationOf(draws);
  return { low: Math.min(value, scale.from(at - error)), high: Math.max(value, scale.from(at + error)) };
}

/**
 * How much more than in resamples chance raises a maximum in a sample. Near its place the gap is a parabola and its noise a Brownian
 * motion, so that the excess grows with the noise's variance to the power 2/3 (Kim & Pollard 1990, "Cube Root Asymptotics"). A resample
 * has twice the variance: it shows the excess of the sample times 2^(2/3) - 1.
 */
const excess = 1 / (2 ** (2 / 3) - 1);

/**
 * The interval of a maximum over thresholds. Chance only raises it: the lower end starts below the value, by the bias that the resamples show
 * times {@link excess}, and is the lower one of those with and without the scale.
 */
export function maximumInterval({ value, draws, rows, scale }: IntervalInput): Interval {
  const far = reach(rows);
  const least = value - excess * (mean(draws) - value) - far * deviationOf(draws);
  const scaled = draws.map((draw) => scale.to(draw));
  const at = scale.to(value);
  const leastScaled = scale.from(at - excess * (mean(scaled) - at) - far * deviationOf(scaled));
  const most = value + far * deviationOf(draws);
  return { low: Math.max(0, Math.min(least, leastScaled, value)), high: Math.min(1, most) };
}
