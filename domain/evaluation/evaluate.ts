import { EvaluationError } from '#domain/errors';
import { metricKernel } from '#domain/metrics/kernel';
import type { Holdouts, Metric, Task } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { predictClasses } from '#domain/tallies/probability';
import type { Difference, Estimate, Evaluation, Importance } from '#schemas/records/evaluation';
import {
  affordableResamples,
  type BootstrapDraws,
  type BootstrapOptions,
  bootstrap,
  INTERVAL_CONFIDENCE,
  type MetricDraws,
  toDifference,
  toEstimate,
} from './bootstrap.ts';
import { classCurves } from './class-curves.ts';
import { binaryConfusion, classMetrics, multiclassConfusion } from './confusion.ts';
import { calibrationCurve, rankingCurves, scoreHistogram } from './curves.ts';
import {
  requireClasses,
  requireFinite,
  requireLength,
  requireProbabilities,
  requireRows,
  requireWeights,
} from './holdout.ts';
import { regressionCurves, residualCurves } from './residuals.ts';

interface CommonInput {
  /** Binary: 0 or 1; multiclass: class number; regression: the target. One per row. */
  readonly labels: Float64Array;
  /** Scores of the candidate on the same rows: one per row; multiclass: n × k probabilities, row by row. */
  readonly candidate: Float64Array;
  /** Scores of the champion on the same rows, in the same shape. */
  readonly champion?: Float64Array | undefined;
  /** Sample weights, one per row. */
  readonly weights?: Float64Array | undefined;
  readonly bootstrap: BootstrapOptions;
  /** One-sided confidence levels that the gates need (`gateConfidences`). */
  readonly confidences?: readonly number[] | undefined;
  /** From `permutationImportance`; stored with the result. */
  readonly importances?: readonly Importance[] | undefined;
  /** Columns that `importances` leaves out, because there are too many. */
  readonly importanceNotMeasured?: number | undefined;
}
export interface BinaryInput extends CommonInput {
  readonly task: 'binary';
  /** Scores at or above it count as positive. */
  readonly threshold: number;
  /** The same for the champion, which has its own. */
  readonly championThreshold?: number | undefined;
  /** Names of classes 0 and 1 for the confusion matrix and messages. */
  readonly classes?: readonly [string, string] | undefined;
}
export interface MulticlassInput extends CommonInput {
  readonly task: 'multiclass';
  /** Names of classes 0 … k - 1. */
  readonly classes: readonly string[];
}
export interface RegressionInput extends CommonInput {
  readonly task: 'regression';
}
export type EvaluationInput = BinaryInput | MulticlassInput | RegressionInput;

/**
 * Evaluates a candidate, and the champion if there is one, on one holdout: every metric of the task with its bootstrap
 * interval, paired differences, and the data of the report's plots. Deterministic.
 *
 * @param metrics those of the task are measured
 * @throws EvaluationError when lengths differ, a label or score is out of range, or the holdout is empty or lacks a class
 */
export function evaluate(input: EvaluationInput, metrics: readonly Metric[] = METRICS): Evaluation {
  const rows = input.labels.length;
  requireRows(rows, input.task === 'regression' ? 2 : 1);
  if (input.weights) requireWeights(input.weights, rows);
  switch (input.task) {
    case 'binary':
      return evaluateBinary(input, metrics);
    case 'multiclass':
      return evaluateMulticlass(input, metrics);
    case 'regression':
      return evaluateRegression(input, metrics);
  }
}

function evaluateBinary(input: BinaryInput, metrics: readonly Metric[]): Evaluation {
  const { labels: given, candidate, champion, threshold, championThreshold = threshold, weights } = input;
  const names = [...(input.classes ?? ['negative', 'positive'])];
  eachModel(input, (what, scores) => {
    requireLength(what, scores.length, given.length);
    requireProbabilities(what, scores, 1, 'binary:logistic');
  });
  const { labels, support } = requireClasses(given, names, weights);
  const measured = measure(input, 'binary', metrics, (scores, of) => ({
    labels,
    scores,
    threshold: of === 'candidate' ? threshold : championThreshold,
  }));
  return {
    ...commonResult(input, measured.resamples),
    task: 'binary',
    positives: support[1] as number,
    threshold,
    metrics: measured.metrics,
    ...(champion && measured.champion
      ? {
          champion: {
            ...measured.champion,
            threshold: championThreshold,
            curves: {
              ...rankingCurves(labels, champion, weights),
              calibration: calibrationCurve(labels, champion),
            },
          },
        }
      : {}),
    confusion: { labels: names, matrix: binaryConfusion(labels, candidate, threshold) },
    curves: {
      ...rankingCurves(labels, candidate, weights),
      calibration: calibrationCurve(labels, candidate),
      scores: scoreHistogram(labels, candidate),
    },
  };
}

function evaluateMulticlass(input: MulticlassInput, metrics: readonly Metric[]): Evaluation {
  const { labels: given, candidate, champion, classes, weights } = input;
  const k = classes.length;
  eachModel(input, (what, scores) => {
    requireLength(what, scores.length, given.length * k, `scores (rows × ${k} classes)`);
    requireProbabilities(what, scores, k, 'multi:softprob');
    requireRowSums(what, scores, k);
  });
  const { labels } = requireClasses(given, classes, weights);
  const measured = measure(input, 'multiclass', metrics, (scores) => ({ labels, scores, classes: k }), k);
  const matrix = multiclassConfusion(labels, predictClasses(candidate, k), k);
  return {
    ...commonResult(input, measured.resamples),
    task: 'multiclass',
    metrics: measured.metrics,
    ...(measured.champion && champion
      ? { champion: { ...measured.champion, classCurves: classCurves(labels, champion, classes, weights) } }
      : {}),
    confusion: { labels: [...classes], matrix },
    perClass: classMetrics(matrix, classes),
    classCurves: classCurves(labels, candidate, classes, weights),
  };
}

function evaluateRegression(input: RegressionInput, metrics: readonly Metric[]): Evaluation {
  const { labels, candidate, champion } = input;
  requireFinite('labels', labels);
  eachModel(input, (what, scores) => {
    requireLength(what, scores.length, labels.length);
    requireFinite(what, scores);
  });
  const measured = measure(input, 'regression', metrics, (predicted) => ({ actual: labels, predicted }));
  const curves = regressionCurves(labels, candidate);
  return {
    ...commonResult(input, measured.resamples),
    task: 'regression',
    metrics: measured.metrics,
    ...(measured.champion && champion
      ? { champion: { ...measured.champion, curves: residualCurves(labels, champion, curves.residuals.edges) } }
      : {}),
    curves,
  };
}

function eachModel(input: EvaluationInput, check: (what: string, scores: Float64Array) => void): void {
  check('candidate scores', input.candidate);
  if (input.champion) check('champion scores', input.champion);
}

/** Class probabilities are float32 texts, so a row sums to 1 only within about 1e-6. */
function requireRowSums(what: string, scores: Float64Array, k: number): void {
  for (let start = 0; start < scores.length; start += k) {
    let sum = 0;
    for (let index = 0; index < k; index++) sum += scores[start + index] as number;
    if (!(Math.abs(sum - 1) <= 1e-3)) {
      throw new EvaluationError(
        `${what}: the class probabilities of row ${start / k} do not sum to 1; train with objective multi:softprob`,
      );
    }
  }
}

/** Bootstraps candidate and champion together; `passes` is how often a kernel walks the rows (for example, once per class). */
function measure<T extends Task>(
  input: EvaluationInput,
  task: T,
  metrics: readonly Metric[],
  holdoutOf: (scores: Float64Array, of: 'candidate' | 'champion') => Holdouts[T],
  passes = 1,
) {
  const kernels = (['candidate', 'champion'] as const).flatMap((model) => {
    const scores = input[model];
    return scores ? [metricKernel(task, holdoutOf(scores, model), metrics)] : [];
  });
  const rows = input.labels.length;
  const resamples = affordableResamples(input.bootstrap.resamples, rows * passes, kernels.length);
  const [own, other] = bootstrap(kernels, rows, { ...input.bootstrap, resamples }, input.weights);
  const candidate = own as BootstrapDraws;
  const confidences = input.confidences ?? [INTERVAL_CONFIDENCE];
  const champion: { metrics: Record<string, Estimate>; differences: Record<string, Difference> } | undefined =
    other && {
      metrics: byName(other, toEstimate),
      differences: byName(other, (draws, name) => toDifference(candidate.get(name) as MetricDraws, draws, confidences)),
    };
  return { metrics: byName(candidate, toEstimate), champion, resamples };
}

const byName = <Value>(
  draws: BootstrapDraws,
  value: (own: MetricDraws, name: string) => Value,
): Record<string, Value> => Object.fromEntries([...draws].map(([name, own]) => [name, value(own, name)]));

function commonResult(input: EvaluationInput, resamples: number) {
  return {
    n: input.labels.length,
    weighted: input.weights !== undefined,
    bootstrap: {
      resamples,
      requested: input.bootstrap.resamples,
      seed: input.bootstrap.seed,
      confidence: INTERVAL_CONFIDENCE,
    },
    importances: [...(input.importances ?? [])],
    ...(input.importanceNotMeasured ? { importanceNotMeasured: input.importanceNotMeasured } : {}),
  };
}
