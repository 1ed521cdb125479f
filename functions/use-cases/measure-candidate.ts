import { sourceColumns } from '#domain/data/transform';
import { evaluateAndCompare } from '#domain/evaluation/compare';
import { permutationImportance } from '#domain/evaluation/importance';
import { measureCalibration } from '#domain/evaluation/measure-calibration';
import type { NaiveTask } from '#domain/evaluation/naive-split';
import { describeOperating } from '#domain/evaluation/operating';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { gateConfidences } from '#domain/gates/registry';
import { errorCosts } from '#domain/thresholds/registry';
import { unreachable } from '#domain/unreachable';
import type { readHoldout, readPermuted } from '#functions/shards/holdout';
import type { Pipeline } from '#schemas/pipeline';
import type { Evaluation } from '#schemas/records/evaluation';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { OperatingPoint } from '#schemas/records/operating-point';
import type { ComparableRule } from '#schemas/records/sides';

/** What a candidate is measured by. */
export interface CandidateInput {
  readonly pipeline: Pipeline;
  readonly fitted: FittedTransform;
  readonly holdout: Awaited<ReturnType<typeof readHoldout>>;
  readonly permuted: Awaited<ReturnType<typeof readPermuted>>;
  /** Which rows the champion cannot have been trained on. */
  readonly rule: ComparableRule | undefined;
  /** Binary: scores of each model at or above its own are the positive class. */
  readonly thresholds: { readonly candidate: number; readonly champion: number };
  /** How the candidate's scores become answers. */
  readonly point: OperatingPoint;
  /** Its scores of the holdout before they are calibrated. */
  readonly uncalibrated: Float64Array;
}

/**
 * Metrics of candidate and champion on the same holdout, with the candidate's permutation importances and, for a binary model, what its
 * threshold does.
 *
 * @throws EvaluationError when the numbers of scores and labels differ
 */
export function measureCandidate({
  pipeline,
  fitted,
  holdout,
  permuted,
  rule,
  thresholds,
  point,
  uncalibrated,
}: CandidateInput): Evaluation {
  const { task } = fitted;
  const { bootstrap, gates } = pipeline.evaluation;
  const importances = permutationImportance({
    task,
    ...permuted,
    seed: bootstrap.seed,
    ...(task === 'multiclass' ? { classes: scoresPerRow(fitted) } : {}),
  });
  const { labels, candidate, champion } = holdout;
  const measured = new Set(permuted.columns.slice(1)).size;
  const importanceNotMeasured = importances.length === 0 ? 0 : sourceColumns(fitted).length - measured;
  const confidences = gateConfidences(gates);
  const common = { labels, candidate, champion, bootstrap, confidences, importances, importanceNotMeasured };
  const comparable = { rows: holdout.comparable, reason: rule?.kind === 'none' ? rule.reason : undefined };
  const [negative = 'negative', positive = 'positive'] = fitted.label.classes;
  switch (task) {
    case 'binary': {
      const { candidate: threshold, champion: championThreshold } = thresholds;
      const classes = [negative, positive] as const;
      return {
        ...evaluateAndCompare({ ...common, task, threshold, championThreshold, classes }, comparable),
        operating: describeOperating({
          rows: { labels, scores: candidate },
          threshold,
          choice: point.choice,
          costs: errorCosts(pipeline.evaluation.threshold),
          bootstrap,
        }),
        calibration: measureCalibration(
          {
            labels,
            scores: candidate,
            ...(point.calibration ? { method: point.calibration.method, uncalibrated } : {}),
          },
          bootstrap.seed,
        ),
      } as Evaluation;
    }
    case 'multiclass':
      return evaluateAndCompare({ ...common, task, classes: fitted.label.classes }, comparable);
    case 'regression':
      return evaluateAndCompare({ ...common, task }, comparable);
    default:
      return unreachable(task, 'task');
  }
}

/** What the metrics of a naive split's claim need. */
export function naiveTask(threshold: number, { task, label }: FittedTransform): NaiveTask {
  switch (task) {
    case 'binary':
      return { task, threshold };
    case 'multiclass':
      return { task, classes: label.classes };
    case 'regression':
      return { task };
    default:
      return unreachable(task, 'task');
  }
}
