import * as z from 'zod';
import { severitySchema } from './drift-history.ts';
import { calibrationBinSchema, estimateSchema } from './evaluation.ts';

/** What labels say of a model over a window of predictions: `labels#<first day>` in the state table. It names no value of a row. */

const count = z.int().min(0);

/** A number that a check by labels measured, beside the same number of the holdout. */
export const labelMeasureSchema = z.object({
  name: z.string(),
  value: z.number(),
  low: z.number().optional().describe('95 % interval'),
  high: z.number().optional(),
  holdout: z.number().optional().describe('the same of the rows that the model was evaluated on'),
  p: z.number().min(0).max(1).optional().describe('probability of such a difference by chance'),
  rows: count.optional().describe('rows of the window that it is of, where these are not all'),
  group: z
    .object({
      column: z.string(),
      group: count.describe('its place among the groups of the column in performance.json'),
    })
    .optional()
    .describe('the slice that it is of'),
  changed: z.boolean().optional().describe('it changed by more than the setting allows, and by more than chance'),
});
export type LabelMeasure = z.output<typeof labelMeasureSchema>;

/** What one check by labels found. */
export const labelFindingSchema = z.object({
  check: z.string().describe('its name: `domain/drift/labels`'),
  severity: severitySchema,
  measured: z.boolean().describe('false: it could not be measured, and the reason says why'),
  reason: z.string(),
  measures: z.array(labelMeasureSchema),
  bins: z.array(calibrationBinSchema).optional().describe('calibration of a classifier: bins of equally many rows'),
});
export type LabelFinding = z.output<typeof labelFindingSchema>;

/** The performance that a drift check estimated, beside what the labels show of the same time. */
export const truthSchema = z.object({
  checkedAt: z.string(),
  from: z.string(),
  to: z.string(),
  rows: count.describe('rows with labels between these times'),
  metrics: z.array(
    z.object({
      metric: z.string(),
      estimated: estimateSchema,
      realised: estimateSchema,
      covered: z.boolean().describe('the realised value lies in the interval of the estimate'),
    }),
  ),
});
export type Truth = z.output<typeof truthSchema>;

export const labelledModelSchema = z.object({
  runId: z.string(),
  modelPackageVersion: z.int().min(1),
  rows: count.describe('rows with a label that the model answered'),
  severity: severitySchema,
  judged: z.boolean().describe('false: fewer rows than drift.minRows, or nothing to compare with'),
  reason: z.string(),
  findings: z.array(labelFindingSchema),
  truth: truthSchema.optional().describe('where a drift check estimated the performance of about the same time'),
});
export type LabelledModel = z.output<typeof labelledModelSchema>;

export const labelWindowSchema = z.object({
  pipeline: z.string(),
  from: z.string().describe('first day, `YYYY-MM-DD`'),
  to: z.string().describe('the day after the last one'),
  rows: count.describe('rows with a label'),
  files: z.int().min(1).describe('how many files with outcomes it rests on'),
  measuredAt: z.iso.datetime(),
  models: z.array(labelledModelSchema),
});
export type LabelWindow = z.output<typeof labelWindowSchema>;

/** A window of labels in a few words, as it leaves a machine. */
export const labelVerdictSchema = labelWindowSchema.pick({ from: true, to: true }).extend({
  ...labelledModelSchema.pick({
    runId: true,
    modelPackageVersion: true,
    rows: true,
    severity: true,
    judged: true,
    reason: true,
  }).shape,
  findings: z.array(labelFindingSchema.pick({ check: true, severity: true, reason: true })),
  estimate: z.string().optional().describe('the estimate beside the truth, in words'),
});
export type LabelVerdict = z.output<typeof labelVerdictSchema>;
