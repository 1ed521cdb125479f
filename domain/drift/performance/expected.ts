import { metricKernel } from '#domain/metrics/kernel';
import type { Metric } from '#domain/metrics/metric';
import type { Random } from '#domain/random';

/** A classifier's answers. */
export interface ClassAnswers {
  readonly task: 'binary' | 'multiclass';
  /** Number of classes: 2 for binary. */
  readonly classes: number;
  /** One per row for binary, one per row and class for multiclass. */
  readonly scores: Float64Array;
  readonly threshold: number;
}

export type MetricValues = Readonly<Record<string, number>>;

/** Metrics of answers whose labels are not known, from the probability of each class in each row (row-major). */
export interface ExpectedMetrics {
  /** The metrics with each row counted as every class, weighted by its probability. */
  expect(probabilities: Float64Array): MetricValues;
  /** The metrics with labels drawn from the probabilities. */
  draw(probabilities: Float64Array, random: Random): MetricValues;
}

const kernelOf = (
  { task, classes, threshold }: ClassAnswers,
  scores: Float64Array,
  labels: Uint16Array,
  metrics: readonly Metric[],
) =>
  task === 'binary'
    ? metricKernel(task, { labels, scores, threshold }, metrics)
    : metricKernel(task, { labels, scores, classes }, metrics);

/** The metrics of answers whose labels are known. */
export const realisedMetrics = (answers: ClassAnswers, labels: Uint16Array, metrics: readonly Metric[]): MetricValues =>
  kernelOf(answers, answers.scores, labels, metrics).measure(new Float64Array(labels.length).fill(1));

/**
 * Prepares the metrics of unlabelled answers: every row stands there once for each class. Weights that are probabilities give the
 * expected counts of each cell of the confusion matrix, and expected pairs of ranks: confidence-based performance estimation (NannyML
 * documentation, "Confidence-based Performance Estimation (CBPE)"), for every metric of the registry alike.
 */
export function prepareExpected(answers: ClassAnswers, metrics: readonly Metric[]): ExpectedMetrics {
  const { task, classes, scores } = answers;
  const perRow = task === 'binary' ? 1 : classes;
  const rows = scores.length / perRow;
  const repeated = new Float64Array(rows * classes * perRow);
  const labels = new Uint16Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    for (let label = 0; label < classes; label++) {
      const entry = row * classes + label;
      labels[entry] = label;
      repeated.set(scores.subarray(row * perRow, (row + 1) * perRow), entry * perRow);
    }
  }
  const { measure } = kernelOf(answers, repeated, labels, metrics);
  return {
    expect: measure,
    draw(probabilities, random) {
      const drawn = new Float64Array(rows * classes);
      for (let row = 0; row < rows; row++) {
        let rest = random.float();
        let label = 0;
        while (label < classes - 1 && rest >= (probabilities[row * classes + label] as number)) {
          rest -= probabilities[row * classes + label] as number;
          label += 1;
        }
        drawn[row * classes + label] = 1;
      }
      return measure(drawn);
    },
  };
}
