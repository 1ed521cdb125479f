import { binaryTally } from '#domain/tallies/binary';
import { multiclassTally } from '#domain/tallies/multiclass';
import { regressionTally } from '#domain/tallies/regression';
import type { Walk } from '#domain/tallies/walk';
import type { Holdouts, Measure, Metric, Tallies, Task } from './metric.ts';

/** A model's scores on the holdout, prepared for measuring its metrics repeatedly with different weights. */
export interface MetricKernel {
  readonly names: readonly string[];
  /** Every metric by name; NaN where the weights make it undefined (for example, AUC without a positive). */
  readonly measure: Walk<Readonly<Record<string, number>>>;
  /** The metrics whose intervals are not percentiles. */
  readonly intervals?: ReadonlyMap<string, Pick<Metric, 'range' | 'interval'>>;
  /** The number of rows that each share of rows is a share of. Other metrics are left out. */
  readonly trials?: (weights: Float64Array) => Readonly<Record<string, number>>;
}

const tallyOf: { readonly [T in Task]: (holdout: Holdouts[T]) => Walk<Tallies[T]> } = {
  binary: binaryTally,
  multiclass: multiclassTally,
  regression: regressionTally,
};

/** Prepares the metrics of the task: one pass for all that share the tally, and one for each of the others. */
export function metricKernel<T extends Task>(task: T, holdout: Holdouts[T], metrics: readonly Metric[]): MetricKernel {
  const walk: Walk<Tallies[T]> = tallyOf[task](holdout);
  const measures = metrics.flatMap(({ name, measure }) => {
    const own: Measure<T> | undefined = measure[task];
    if (own === undefined) return [];
    return [{ name, value: typeof own === 'function' ? own : ignoringTally(own.prepare(holdout)) }];
  });
  const shares = metrics.flatMap(({ name, trials }) => {
    const own: ((tally: Tallies[T]) => number) | undefined = trials?.[task];
    return own === undefined ? [] : [{ name, own }];
  });
  return {
    names: measures.map(({ name }) => name),
    intervals: new Map(metrics.map(({ name, range, interval }) => [name, { range, ...(interval && { interval }) }])),
    measure(rowWeights) {
      const tally = walk(rowWeights);
      return Object.fromEntries(measures.map(({ name, value }) => [name, value(tally, rowWeights)]));
    },
    trials(weights) {
      const sums = walk(weights);
      const squares = walk(weights.map((weight) => weight * weight));
      return Object.fromEntries(shares.map(({ name, own }) => [name, effective(own(sums), own(squares))]));
    },
  };
}

/** Kish's effective number of rows, (Σw)² / Σw² (Kish 1965, "Survey Sampling"): their number when all weigh the same. */
const effective = (sum: number, sumOfSquares: number): number => (sum === 0 ? 0 : (sum * sum) / sumOfSquares);

const ignoringTally =
  (walk: Walk<number>) =>
  (_tally: unknown, rowWeights: Float64Array): number =>
    walk(rowWeights);
