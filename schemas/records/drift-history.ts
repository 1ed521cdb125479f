import * as z from 'zod';
import { metricEstimateSchema } from './performance-estimate.ts';

/** What is kept of each drift check: `drift#<checkedAt>` in the state table, newest last, for about a year. */

const count = z.int().min(0);

/** Severities, from the least to the greatest. `warning` and `critical` may alarm. */
export const SEVERITIES = ['none', 'note', 'warning', 'critical'] as const;
export const severitySchema = z.enum(SEVERITIES);
export type Severity = z.output<typeof severitySchema>;

/** What decided about an alarm. */
export const decidedBySchema = z.enum(['performance', 'columns', 'slow-drift', 'labels']);
export type DecidedBy = z.output<typeof decidedBySchema>;

/** What a check did, and why it did no more. */
export const driftStepSchema = z.object({
  action: z.string().describe('name of the action that the pipeline wants for an alarm; `none` without an alarm'),
  start: z.enum(['nothing', 'retrain', 'roll-back']).describe('what the check starts'),
  reason: z.string().describe('what is started, or why nothing is'),
  drop: z.string().optional().describe('of a retrain: the drop to train on'),
  version: z.int().min(1).optional().describe('of a roll-back: the version that shall serve again'),
});
export type DriftStep = z.output<typeof driftStepSchema>;

/** How much worse the judged metric is estimated to be than on the holdout. Above zero is worse, whatever the metric. */
export const estimatedLossSchema = z.object({
  metric: z.string(),
  lost: z.number().describe('in units of the metric'),
  share: z.number().describe('as a share of the metric on the holdout'),
  least: z.number().describe('the share at the better end of the 95 % interval'),
  most: z.number().describe('the share at the worse end of the 95 % interval'),
});
export type EstimatedLoss = z.output<typeof estimatedLossSchema>;

/** A column of a check, by its strongest test. */
export const columnHistorySchema = z.object({
  column: z.string(),
  test: z.string().describe('label of its strongest test'),
  effect: z.number(),
  threshold: z.number().describe('the effect from which it counts as drift'),
  p: z.number().optional(),
  drifted: z.boolean(),
  since: z.string().optional().describe('start of the first of the consecutive windows in which it drifted, ISO 8601'),
});
export type ColumnHistory = z.output<typeof columnHistorySchema>;

/** The test for slow drift after a check: a self-starting CUSUM (`domain/drift/decision/slow-drift.ts`). */
export const slowDriftSchema = z.object({
  series: z.string().describe('what is followed: `performance:<metric>`, or `columns`'),
  windows: count.describe('windows that were followed since the model serves; they do not overlap'),
  mean: z.number(),
  squares: z.number().describe('sum of the squared deviations from the mean'),
  sum: z.number().min(0).describe('the CUSUM, in standard deviations'),
  limit: z.number().describe('the CUSUM from which it alarms'),
  since: z.string().optional().describe('start of the first window after the CUSUM was zero, ISO 8601'),
  until: z.string().describe('end of the last window that was followed, ISO 8601'),
  found: z.boolean().describe('this window took the CUSUM over its limit'),
});
export type SlowDrift = z.output<typeof slowDriftSchema>;

/** What labels that came since the check before say of the model. */
export const labelDecisionSchema = z.object({
  severity: severitySchema,
  from: z.string().describe('first day of the predictions, `YYYY-MM-DD`'),
  to: z.string().describe('the day after the last one'),
  rows: count,
  reason: z.string(),
  worse: z.array(z.string()).describe('names of the checks by labels with a warning'),
  persistence: z.object({ bad: count, windows: count, needed: z.int().min(1) }).describe('over windows of labels'),
  estimate: z.string().optional().describe('the estimate of a check beside the truth'),
});
export type LabelDecision = z.output<typeof labelDecisionSchema>;

/** What was decided about one window, and why. */
export const driftDecisionSchema = z.object({
  severity: severitySchema,
  reason: z.string().describe('one sentence'),
  quiet: z.string().optional().describe('why a warning did not alarm: too few windows so far, or reported before'),
  persistence: z.object({
    bad: count.describe('windows with a warning among the last ones, this one included'),
    windows: count.describe('windows that were looked at'),
    needed: z.int().min(1),
  }),
  since: z
    .string()
    .optional()
    .describe('start of the first of the consecutive windows with a warning, or in which the slow drift began'),
  drifting: z
    .array(z.object({ column: z.string(), since: z.string() }))
    .describe('the drifted columns, each with the start of the first of the consecutive windows in which it drifted'),
  loss: estimatedLossSchema.optional().describe('where the performance was estimated'),
  rows: z.string().describe('the slice of the rows that moved most, or why none can be named'),
  withoutLabels: severitySchema.optional().describe('the severity of what requests show alone, where labels came'),
  labels: labelDecisionSchema.optional().describe('where labels came since the check before'),
  slow: slowDriftSchema.optional().describe('where the pipeline has drift.decision.slowDrift'),
});
export type DriftDecision = z.output<typeof driftDecisionSchema>;

/** What later checks need of earlier ones, whatever their number. */
const carriedSchema = z.object({
  firstFrom: z.string().optional().describe('start of the first window of this model that was judged'),
  former: z
    .object({ runId: z.string(), severity: severitySchema, estimated: z.boolean() })
    .optional()
    .describe('the last judged window of the model before'),
  lastAlarm: z
    .object({ at: z.string(), severity: severitySchema, subject: z.array(z.string()) })
    .optional()
    .describe('the last alarm about this model'),
  labels: z.array(z.string()).optional().describe('the windows of labels that checks have seen, as day#files'),
  retrains: z.array(z.string()).describe('when checks started a retrain, ISO 8601, at most the last 100'),
});
export type CarriedDrift = z.output<typeof carriedSchema>;

export const driftHistorySchema = z.object({
  version: z.literal(1),
  checkedAt: z.string().describe('ISO 8601, UTC'),
  runId: z.string().describe('run of the model that was checked'),
  modelVersion: z
    .int()
    .min(1)
    .optional()
    .describe('its version in the registry; absent where another went into service during the check'),
  source: z.string(),
  window: z.object({ from: z.string(), to: z.string(), rows: count }),
  tooSmall: z.boolean(),
  fellSilent: z.boolean(),
  watched: count.describe('columns that were watched'),
  driftedColumns: count.describe('how many of them drifted'),
  columns: z.array(columnHistorySchema).describe('the 20 that moved most'),
  score: columnHistorySchema.optional().describe('the scores of the model'),
  together: columnHistorySchema.optional().describe('all columns together'),
  performance: z.object({
    status: z.enum(['estimated', 'outside', 'none']),
    reason: z.string(),
    judged: metricEstimateSchema.optional(),
    metrics: z.array(metricEstimateSchema).optional(),
    outside: z.number().optional(),
    overlap: z.number().optional(),
  }),
  decidedBy: decidedBySchema,
  decision: driftDecisionSchema,
  alarm: z.boolean(),
  step: driftStepSchema,
  carried: carriedSchema,
  reportKey: z.string(),
  expiresAt: count.describe('when DynamoDB deletes the item: seconds since the epoch'),
});
export type DriftHistory = z.output<typeof driftHistorySchema>;

/** Sort keys of the history start with this, and sort by the time of the check. */
export const driftHistoryPrefix = 'drift#';
export const driftHistoryKey = (checkedAt: string): string => `${driftHistoryPrefix}${checkedAt}`;
