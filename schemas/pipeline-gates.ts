import * as z from 'zod';

/** Metrics by task; see docs for definitions. */
export const binaryMetrics = [
  'auc',
  'pr_auc',
  'accuracy',
  'precision',
  'recall',
  'f1',
  'log_loss',
  'brier',
  'ks',
] as const;
export const multiclassMetrics = [
  'accuracy',
  'precision_macro',
  'recall_macro',
  'f1_macro',
  'precision_weighted',
  'recall_weighted',
  'f1_weighted',
  'log_loss',
  'auc_ovr_macro',
] as const;
export const regressionMetrics = ['mse', 'rmse', 'mae', 'r2'] as const;
export const metricSchema = z.enum([...new Set([...binaryMetrics, ...multiclassMetrics, ...regressionMetrics])]);
export type MetricName = z.infer<typeof metricSchema>;

const vsChampion = z
  .object({
    notWorseBy: z
      .number()
      .min(0)
      .default(0)
      .describe('how much worse than the champion is still accepted, in units of the metric'),
    confidence: z
      .number()
      .gt(0.5)
      .lt(1)
      .default(0.95)
      .describe('one-sided confidence that it is not worse by more than that'),
  })
  .strict();
export const gateSchema = z
  .object({
    metric: metricSchema,
    min: z.number().optional(),
    max: z.number().optional(),
    vsChampion: vsChampion.optional(),
  })
  .strict()
  .refine((g) => [g.min, g.max, g.vsChampion].filter((v) => v !== undefined).length === 1, {
    message: 'a gate has exactly one of min, max, vsChampion',
  });
export type Gate = z.infer<typeof gateSchema>;
