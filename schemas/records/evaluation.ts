import * as z from 'zod';
import { constraintResultSchema } from './constraints.ts';
import { thresholdChoiceSchema } from './operating-point.ts';
import { fairnessRecordSchema, slicesSchema } from './slices.ts';

/**
 * What an evaluation and a verdict look like as stored JSON (`evaluation.json`, `verdict.json` of a run).
 * Every number is finite: JSON has no NaN.
 */

const finite = z.number();
const count = z.int().min(0);
const fraction = z.number().min(0).max(1);

/** A metric on the holdout with its two-sided interval (level: `bootstrap.confidence`). */
export const estimateSchema = z.object({
  value: finite,
  low: finite,
  high: finite,
  interval: z
    .enum(['wilson', 'none'])
    .optional()
    .describe(
      'absent: percentile bootstrap. Where all resamples agree: Wilson for a share of rows, else none, and low and high are the value',
    ),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** Candidate minus champion on the same rows, from the same resamples. */
export const differenceSchema = z.object({
  difference: finite,
  low: finite,
  high: finite,
  bounds: z
    .array(z.object({ confidence: z.number().gt(0.5).lt(1), lower: finite, upper: finite }))
    .describe('one-sided bounds: with this confidence the true difference is at least lower (at most upper)'),
});
export type Difference = z.infer<typeof differenceSchema>;

const importanceSchema = z.object({
  column: z.string(),
  mean: finite.describe('drop of the score when the column is permuted'),
  std: finite.describe('its standard deviation over bootstrap resamples'),
});
export type Importance = z.infer<typeof importanceSchema>;

const confusionSchema = z.object({
  labels: z.array(z.string()).min(2),
  matrix: z.array(z.array(count)).describe('rows: actual, columns: predicted, in the order of labels; counts of rows'),
});
export type Confusion = z.infer<typeof confusionSchema>;

/** A curve as parallel arrays of equal length, at most 400 points. */
const curveSchema = z.object({ x: z.array(finite).min(2), y: z.array(finite).min(2) });
export type Curve = z.infer<typeof curveSchema>;

const histogramSchema = z.object({ edges: z.array(finite).min(2), counts: z.array(count).min(1) });
export type BinCounts = z.infer<typeof histogramSchema>;

export const calibrationBinSchema = z.object({
  meanScore: fraction,
  positiveRate: fraction,
  low: fraction.describe('Wilson 95 % interval of positiveRate'),
  high: fraction,
  count,
});
export type CalibrationBin = z.infer<typeof calibrationBinSchema>;

const binaryCurves = z.object({
  roc: curveSchema.describe('x: false-positive rate, y: true-positive rate'),
  pr: curveSchema.describe('x: recall, y: precision'),
  calibration: z.array(calibrationBinSchema).min(1),
  scores: z.object({ edges: z.array(finite).min(2), negatives: z.array(count), positives: z.array(count) }),
});
export type BinaryCurves = z.infer<typeof binaryCurves>;

const regressionCurves = z.object({
  predictedVsActual: z.object({
    xEdges: z.array(finite).min(2).describe('actual'),
    yEdges: z.array(finite).min(2).describe('predicted'),
    counts: z.array(z.array(count)).describe('one row of counts for each bin of actual'),
  }),
  residuals: histogramSchema.describe('predicted - actual'),
  byPrediction: z
    .array(
      z.object({
        predicted: finite.describe('mean prediction of the bin'),
        mean: finite.describe('mean of predicted - actual'),
        low: finite.describe('tenth percentile of it'),
        high: finite.describe('ninetieth percentile of it'),
        count,
      }),
    )
    .min(1)
    .optional()
    .describe('residuals in bins of about equally many rows by prediction; absent in records of versions without it'),
});
export type RegressionCurves = z.infer<typeof regressionCurves>;

const classCurvesSchema = z.object({
  class: z.string(),
  auc: fraction.describe('of the class against all others'),
  share: fraction.describe('of the rows'),
  roc: curveSchema.describe('x: false-positive rate, y: true-positive rate'),
  pr: curveSchema.describe('x: recall, y: precision'),
});
export type ClassCurves = z.infer<typeof classCurvesSchema>;

const perClassSchema = z.object({
  class: z.string(),
  support: count,
  precision: fraction,
  recall: fraction,
  f1: fraction,
});
export type ClassMetrics = z.infer<typeof perClassSchema>;

/** Estimates by the name of the metric. Which names there are is not a matter of the record: `domain/metrics`. */
const estimatesSchema = z.record(z.string(), estimateSchema);

/** On which rows candidate and champion were compared. Records of earlier versions compared all and have none. */
const comparisonSchema = z.object({
  rows: count.describe('holdout rows that the champion cannot have been trained on'),
  candidate: estimatesSchema.optional().describe('the candidate on these rows, where they are not the whole holdout'),
  notJudged: z.string().optional().describe('why the two were not compared, and what to do'),
});

const naiveClaimSchema = z.object({
  rows: count.describe('training rows with copies that were scored'),
  share: fraction.describe('the share of the test rows of a naive split that have a copy in training'),
  metrics: z.record(z.string(), finite),
});
export type NaiveClaim = z.infer<typeof naiveClaimSchema>;

const common = {
  naive: naiveClaimSchema
    .optional()
    .describe(
      'what a random split of the rows would have claimed; absent where no two rows have the same model inputs',
    ),
  comparison: comparisonSchema.optional(),
  slices: slicesSchema.optional().describe('the model by group; absent without a slice column'),
  fairness: z.array(fairnessRecordSchema).optional(),
  n: z.int().min(1).describe('holdout rows'),
  weighted: z.boolean().describe('whether rows carry sample weights'),
  bootstrap: z.object({
    resamples: z.int().min(1).describe('resamples drawn; fewer than requested on a large holdout'),
    requested: z.int().min(1),
    seed: z.int(),
    confidence: z.number().gt(0).lt(1).describe('level of the two-sided intervals'),
  }),
  importances: z.array(importanceSchema).describe('by falling mean; empty when not measured'),
  importanceNotMeasured: count.optional().describe('columns left out of the importances, because there are too many'),
};
const calibrationErrorSchema = z.object({
  value: fraction.describe('expected calibration error: the mean gap between score and share of positives in ten bins'),
  low: fraction.describe('95 % interval'),
  high: fraction,
  byChance: fraction.describe('what calibrated scores of so many rows would show on average'),
});

const calibrationSchema = z.object({
  error: calibrationErrorSchema,
  method: z.string().optional().describe('how the scores were calibrated; absent where they are taken as they are'),
  before: z
    .object({ error: calibrationErrorSchema, bins: z.array(calibrationBinSchema).min(1) })
    .optional()
    .describe('the scores before they were calibrated'),
});
export type MeasuredCalibration = z.infer<typeof calibrationSchema>;

const operatingPointSchema = z.object({
  threshold: fraction,
  flagged: fraction.describe('share of the rows'),
  recall: fraction,
  falsePositiveRate: fraction,
  precision: fraction.nullable().describe('null where no row is flagged'),
  cost: finite.optional().describe('of the errors, per 1,000 rows'),
});

const operatingSchema = z.object({
  choice: thresholdChoiceSchema.optional().describe('absent where the threshold is a number of the pipeline'),
  chosen: operatingPointSchema,
  table: z.array(operatingPointSchema).min(1).describe('by falling threshold, the chosen one among them'),
  curve: z
    .object({
      threshold: z.array(fraction).min(2),
      flagged: z.array(fraction),
      recall: z.array(fraction),
      precision: z.array(fraction.nullable()),
    })
    .describe('parallel arrays'),
  costs: z
    .object({
      falsePositive: finite,
      falseNegative: finite,
      perThousand: z.object({ value: finite, low: finite, high: finite }).describe('at the threshold, per 1,000 rows'),
      usual: finite.describe('at 0.5'),
      none: finite.describe('with no row flagged'),
      all: finite.describe('with every row flagged'),
      curve: z.array(finite).describe('parallel to the other curves'),
    })
    .optional(),
});
export type Operating = z.infer<typeof operatingSchema>;

const championSchema = z.object({ metrics: estimatesSchema, differences: z.record(z.string(), differenceSchema) });

/** The result of scoring a candidate (and, when there is one, the champion) on one holdout. */
export const evaluationSchema = z.discriminatedUnion('task', [
  z.object({
    ...common,
    task: z.literal('binary'),
    positives: count,
    threshold: fraction,
    metrics: estimatesSchema,
    champion: championSchema
      .extend({
        threshold: fraction.optional().describe('its own; absent in records of versions that used the candidate’s'),
        curves: binaryCurves
          .pick({ roc: true, pr: true })
          .extend({ calibration: binaryCurves.shape.calibration.optional() }),
      })
      .optional(),
    confusion: confusionSchema,
    curves: binaryCurves,
    calibration: calibrationSchema
      .optional()
      .describe('how far scores are from probabilities; absent in records of versions that did not say'),
    operating: operatingSchema
      .optional()
      .describe('what thresholds do on the holdout; absent in records of versions that did not say'),
  }),
  z.object({
    ...common,
    task: z.literal('multiclass'),
    metrics: estimatesSchema,
    champion: championSchema.extend({ classCurves: z.array(classCurvesSchema).optional() }).optional(),
    confusion: confusionSchema,
    perClass: z.array(perClassSchema),
    classCurves: z
      .array(classCurvesSchema)
      .optional()
      .describe('of the first classes; absent in records of versions without them'),
  }),
  z.object({
    ...common,
    task: z.literal('regression'),
    metrics: estimatesSchema,
    champion: championSchema
      .extend({ curves: regressionCurves.pick({ residuals: true, byPrediction: true }).optional() })
      .optional(),
    curves: regressionCurves,
  }),
]);
export type Evaluation = z.infer<typeof evaluationSchema>;
export type BinaryEvaluation = Extract<Evaluation, { task: 'binary' }>;
export type MulticlassEvaluation = Extract<Evaluation, { task: 'multiclass' }>;
export type RegressionEvaluation = Extract<Evaluation, { task: 'regression' }>;

const gateResultSchema = z.object({
  gate: z.string().describe('the gate as a short name: auc ≥ 0.75'),
  metric: z.string().optional().describe('absent where the gate is on no metric'),
  kind: z.string().describe('name of the kind of gate: `domain/gates`'),
  value: finite
    .nullable()
    .describe('what was compared: the metric, say, or the confidence bound of the difference; null where nothing was'),
  bound: finite.describe('what it was compared with'),
  interval: z.object({ low: finite, high: finite }).nullable(),
  passed: z.boolean(),
  reason: z.string(),
});
export type GateResult = z.infer<typeof gateResultSchema>;

/** Whether the candidate may be registered, and why. */
export const verdictSchema = z.object({
  passed: z.boolean(),
  gates: z.array(gateResultSchema).min(1),
  unmet: z
    .array(constraintResultSchema)
    .optional()
    .describe('constraints that the drop did not meet and that only warn'),
  warnings: z.array(z.string()).optional().describe('what readers should know that no gate judged'),
});
export type Verdict = z.infer<typeof verdictSchema>;
