import * as z from 'zod';

/**
 * What drift checks compare: histograms of model inputs and scores, kept at training (`baseline.json` of a run), of a
 * later window, and the report on both.
 */

const count = z.int().min(0);

const numberHistogramSchema = z
  .object({
    kind: z.literal('number'),
    column: z.string(),
    edges: z
      .array(z.number())
      .describe('ascending: training minimum, cuts between bins, training maximum; empty: never seen'),
    counts: z
      .array(count)
      .describe('below the minimum, each bin [edge, next) with the maximum in the last, above the maximum'),
    missing: count,
  })
  .refine(({ edges, counts }) => counts.length === edges.length + 1, 'counts must be one longer than edges')
  .refine(({ edges }) => edges.every((edge, i) => i === 0 || edge >= (edges[i - 1] as number)), 'edges must ascend');
const categoryHistogramSchema = z
  .object({
    kind: z.literal('category'),
    column: z.string(),
    categories: z.array(z.string()),
    counts: z.array(count).describe('by category, then one count of all others'),
    missing: count,
  })
  .refine(
    ({ categories, counts }) => counts.length === categories.length + 1,
    'counts must be one longer than categories',
  );

/** How often a column's values fell into each bin. Bins are fixed at training, so histograms add up. */
export const histogramSchema = z.discriminatedUnion('kind', [numberHistogramSchema, categoryHistogramSchema]);
export type NumberHistogram = z.infer<typeof numberHistogramSchema>;
export type CategoryHistogram = z.infer<typeof categoryHistogramSchema>;
export type Histogram = z.infer<typeof histogramSchema>;

/** Histograms of a set of rows: of training (the baseline) or of a window, in the baseline's bins. */
export const windowSchema = z.object({
  rows: count,
  columns: z.array(histogramSchema),
  score: histogramSchema.optional().describe('the scores of the model, where there are some'),
});
export type Window = z.infer<typeof windowSchema>;

const notWatchedSchema = z.object({ column: z.string(), reason: z.string() });
export type NotWatched = z.infer<typeof notWatchedSchema>;

const embeddingNames = z.array(z.string()).optional().describe('the embeddings that are watched as a whole');

/** Histograms of the clean columns of the training rows, whether the model reads them or not, and which columns have none. */
export const cleanBaselineSchema = z.object({
  rows: count,
  columns: z.array(histogramSchema),
  notWatched: z.array(notWatchedSchema),
  trainingRows: z.boolean().optional().describe('whether the run kept training rows, to compare all columns together'),
  embeddings: embeddingNames,
});
export type CleanBaseline = z.infer<typeof cleanBaselineSchema>;

export const baselineSchema = windowSchema.extend({
  version: z.literal(1),
  embeddings: embeddingNames,
  clean: cleanBaselineSchema
    .optional()
    .describe('the columns of the clean rows, which drops are compared with; absent in runs of earlier versions'),
});
export type Baseline = z.infer<typeof baselineSchema>;

const testDriftSchema = z.object({
  statistic: z.number(),
  threshold: z.number().positive().describe('the smallest effect that counts as drift'),
  p: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('probability of such an effect without drift; absent in checks of earlier versions'),
  drifted: z.boolean().describe('the effect is above the threshold, and significant among all columns'),
});
export type TestDrift = z.infer<typeof testDriftSchema>;

/** A column as records had it until tests had names: `psi`, `psiThreshold`, and for numbers `ks`, `ksThreshold`. */
const formerSchema = z.looseObject({
  psi: z.number(),
  psiThreshold: z.number(),
  ks: z.number().optional(),
  ksThreshold: z.number().optional(),
});

/** A former record in the form of today; everything else as it is. */
function withNames(record: unknown): unknown {
  const former = formerSchema.safeParse(record);
  if (!former.success) return record;
  const { psi, psiThreshold, ks, ksThreshold, ...rest } = former.data;
  const test = (statistic: number, threshold: number): TestDrift => ({
    statistic,
    threshold,
    drifted: statistic > threshold,
  });
  const distance = ks !== undefined && ksThreshold !== undefined ? { ks: test(ks, ksThreshold) } : {};
  return { ...rest, tests: { psi: test(psi, psiThreshold), ...distance } };
}

export const columnDriftSchema = z.preprocess(
  withNames,
  z.object({
    column: z.string(),
    kind: z.enum(['number', 'category', 'embedding']),
    tests: z.record(z.string(), testDriftSchema).describe('by the names of the drift tests that apply to the column'),
    drifted: z.boolean(),
    reason: z.string(),
  }),
);
export type ColumnDrift = z.infer<typeof columnDriftSchema>;

/** How many columns a check watched, and which it did not, by reason. */
export const coverageSchema = z.object({
  watched: count,
  notWatched: z.array(
    z.object({ reason: z.string(), count: z.int().min(1), columns: z.array(z.string()).describe('at most 20') }),
  ),
});
export type Coverage = z.infer<typeof coverageSchema>;

/** A column, or the relation of two, that tells the rows of a window from those of the baseline. */
const jointCauseSchema = z.object({
  columns: z.array(z.string()).min(1).describe('a column by itself, or two whose relation changed'),
  share: z.number().describe('of what the rows are told apart by'),
  correlation: z
    .object({ before: z.number(), now: z.number() })
    .optional()
    .describe('of the two columns, by the places of their values'),
});
export type JointCause = z.infer<typeof jointCauseSchema>;

/** All columns together: samples of rows, not counts of columns. */
export const jointDriftSchema = z.object({
  column: z.string().describe('its name where columns are listed'),
  tests: z.record(z.string(), testDriftSchema).describe('by the names of the tests'),
  drifted: z.boolean(),
  reason: z.string(),
  rows: count.describe('rows of the window that were looked at'),
  columns: count.describe('columns that were compared'),
  causes: z.array(jointCauseSchema).describe('where it drifted, at most 10, the largest share first'),
  leftOut: z.array(notWatchedSchema).describe('model inputs that were not compared, at most 20'),
});
export type JointDrift = z.infer<typeof jointDriftSchema>;

export const driftReportSchema = z.object({
  rows: count,
  tooSmall: z.boolean().describe('fewer rows than drift.minRows: nothing was judged'),
  columns: z.array(columnDriftSchema),
  score: columnDriftSchema.optional(),
  together: jointDriftSchema
    .optional()
    .describe('all columns together; absent where they were not compared, and in checks of earlier versions'),
  notTogether: z.string().optional().describe('why all columns together were not compared'),
  drifted: z.boolean(),
  driftedColumns: z.array(z.string()).describe('the one that moved most first; the score is not among them'),
});
export type DriftReport = z.infer<typeof driftReportSchema>;

/** A drop compared with the data that the champion was trained on, when it was prepared (`drop-drift.json` of a run). */
export const dropDriftSchema = driftReportSchema.extend({
  champion: z.string().describe('id of the run'),
  coverage: coverageSchema,
});
export type DropDrift = z.infer<typeof dropDriftSchema>;
