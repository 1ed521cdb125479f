import { z } from 'zod';

/**
 * The pipeline definition: one YAML file below `pipelines/`, validated here.
 * JSON Schema for editors is generated from this file (`npm run schemas`), never written by hand.
 */

const identifier = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_ .-]{0,127}$/,
    'a column name: a letter or _ first, then letters, digits, spaces, _ . -',
  );

const imputeNumber = z.union([z.enum(['median', 'mean', 'zero', 'none']), z.number()]);
const imputeCategory = z.union([z.enum(['mode', 'missing']), z.object({ value: z.string() }).strict()]);

const numberFeature = z
  .object({
    type: z.literal('number'),
    impute: imputeNumber.default('median').describe('what replaces a missing value; none leaves it to XGBoost'),
    indicator: z.boolean().default(false).describe('adds a 0/1 feature that says whether the value was missing'),
  })
  .strict();
const categoryFeature = z
  .object({
    type: z.literal('category'),
    impute: imputeCategory.default('missing'),
    encode: z.enum(['onehot', 'ordinal']).default('onehot'),
    order: z.array(z.string()).min(2).optional().describe('for ordinal: the categories from lowest to highest'),
    maxCategories: z.int().min(2).max(500).default(50).describe('the rest share one "other" feature'),
  })
  .strict();
const booleanFeature = z
  .object({ type: z.literal('boolean'), impute: z.enum(['mode', 'false', 'none']).default('none') })
  .strict();
const datetimeFeature = z
  .object({
    type: z.literal('datetime'),
    parts: z.array(z.enum(['hour', 'dayOfWeek', 'dayOfMonth', 'month', 'year', 'epochDays'])).min(1),
  })
  .strict();

/** How a column becomes model inputs. */
export const featureSchema = z.discriminatedUnion('type', [
  numberFeature,
  categoryFeature,
  booleanFeature,
  datetimeFeature,
]);
export type FeatureSpec = z.infer<typeof featureSchema>;

const piiColumn = z.discriminatedUnion('action', [
  z.object({ role: z.literal('pii'), action: z.literal('drop') }).strict(),
  z.object({ role: z.literal('pii'), action: z.literal('tokenize') }).strict(),
  z
    .object({
      role: z.literal('pii'),
      action: z.literal('mask'),
      keepFirst: z.int().min(0).max(8).default(0),
      keepLast: z.int().min(0).max(8).default(0),
    })
    .strict(),
]);
const quasiColumn = z
  .object({
    role: z.literal('quasi'),
    action: z.literal('generalize'),
    keepFirst: z.int().min(1).max(8).optional().describe('text: keep this many leading characters'),
    binWidth: z.number().positive().optional().describe('number: round down to a multiple of this'),
    truncateTo: z.enum(['year', 'month', 'day']).optional().describe('date: keep down to this unit'),
    feature: featureSchema.optional().describe('use the generalized value as a model input too'),
  })
  .strict()
  .refine((c) => [c.keepFirst, c.binWidth, c.truncateTo].filter((v) => v !== undefined).length === 1, {
    message: 'generalize needs exactly one of keepFirst, binWidth, truncateTo',
  });
const textColumn = z.object({ role: z.literal('text'), action: z.literal('drop') }).strict();
const ignoredColumn = z.object({ role: z.literal('ignore') }).strict();
const sliceColumn = z
  .object({ role: z.literal('slice') })
  .strict()
  .describe('kept for evaluation by group, never a model input');
const featureColumn = z.discriminatedUnion('type', [
  numberFeature.extend({ role: z.literal('feature') }).strict(),
  categoryFeature.extend({ role: z.literal('feature') }).strict(),
  booleanFeature.extend({ role: z.literal('feature') }).strict(),
  datetimeFeature.extend({ role: z.literal('feature') }).strict(),
]);

/** What one column of the drop is, and what becomes of it. */
export const columnSchema = z.discriminatedUnion('role', [
  featureColumn,
  piiColumn,
  quasiColumn,
  textColumn,
  sliceColumn,
  ignoredColumn,
]);
export type ColumnSpec = z.infer<typeof columnSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const labelSchema = z
  .object({
    column: identifier,
    positive: z
      .union([scalar, z.array(scalar).min(1), z.object({ above: z.number() }).strict()])
      .optional()
      .describe('binary: the value or values that count as 1, or { above: n } on a numeric column'),
    negative: z
      .union([scalar, z.array(scalar).min(1)])
      .optional()
      .describe(
        'binary: the value or values that count as 0; every other one is then malformed (default: whatever is not positive)',
      ),
    classes: z.array(scalar).min(3).optional().describe('multiclass: the classes in the order the model numbers them'),
  })
  .strict();

const datasetSchema = z
  .object({
    format: z.enum(['csv', 'jsonl', 'parquet']),
    csv: z
      .object({
        delimiter: z.string().length(1).default(','),
        header: z
          .boolean()
          .default(true)
          .describe('false: the columns stand in the order of this file, label included where labelPosition says'),
        names: z.array(identifier).min(1).optional().describe('header false: the names of all columns in file order'),
        quote: z.string().length(1).default('"'),
        nullValues: z.array(z.string()).default(['']),
        trim: z.boolean().default(false).describe('strip blanks around every value'),
      })
      .strict()
      .prefault({}),
    trigger: z
      .union([
        z.object({ marker: z.string().min(1) }).strict(),
        z.object({ eachObject: z.literal(true), quietPeriodSeconds: z.int().min(0).max(3600).default(60) }).strict(),
      ])
      .default({ marker: '_SUCCESS' }),
    label: labelSchema,
    id: identifier
      .optional()
      .describe('the column that identifies a row; it decides the side of the split and is tokenized'),
    time: identifier.optional(),
    columns: z.record(identifier, columnSchema).refine((c) => Object.keys(c).length > 0, 'at least one column'),
    extraColumns: z
      .enum(['reject', 'ignore'])
      .default('reject')
      .describe('what to do with columns this file does not name'),
    maxMalformedFraction: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('more malformed rows than this refuse the drop'),
    minRows: z.int().min(1).default(100),
  })
  .strict();

const splitSchema = z
  .object({
    strategy: z.literal('stratified').default('stratified'),
    train: z.number().gt(0).lt(1).default(0.7),
    validation: z.number().gt(0).lt(1).default(0.15),
    test: z.number().gt(0).lt(1).default(0.15),
    groupBy: z
      .union([z.enum(['id', 'duplicates']), z.object({ column: identifier }).strict()])
      .optional()
      .describe('what keeps rows on one side; the id column when there is one, else duplicate rows'),
    seed: z.string().default('tidegate'),
  })
  .strict()
  .refine((s) => Math.abs(s.train + s.validation + s.test - 1) < 1e-9, 'train + validation + test must be 1');

const hyperparameterValue = z.union([z.string(), z.number(), z.boolean()]);
const trainingSchema = z
  .object({
    algorithm: z.literal('xgboost').default('xgboost'),
    hyperparameters: z
      .record(z.string(), hyperparameterValue)
      .default({})
      .describe(
        'as the built-in XGBoost takes them; num_round, objective, eval_metric and num_class have defaults by task',
      ),
    instances: z
      .object({
        type: z
          .string()
          .regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/)
          .default('ml.m5.xlarge'),
        count: z.int().min(1).max(20).default(1),
        volumeSizeInGB: z.int().min(1).max(16384).default(30),
        spot: z.boolean().default(false),
      })
      .strict()
      .prefault({}),
    maxRuntimeSeconds: z.int().min(60).max(432_000).default(3600),
  })
  .strict()
  .prefault({});

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

const evaluationSchema = z
  .object({
    task: z.enum(['binary', 'multiclass', 'regression']),
    threshold: z.number().gt(0).lt(1).default(0.5).describe('binary: scores at or above it count as positive'),
    gates: z.array(gateSchema).min(1),
    bootstrap: z
      .object({ resamples: z.int().min(100).max(10_000).default(1000), seed: z.int().default(42) })
      .strict()
      .prefault({}),
  })
  .strict();

const scheduleSchema = z
  .string()
  .regex(
    /^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(.+\))$/,
    'rate(1 day), rate(12 hours) or cron(0 6 * * ? *)',
  );

const driftSchema = z
  .object({
    schedule: scheduleSchema,
    source: z.enum(['captures', 'newest-drop']).default('captures'),
    window: z
      .string()
      .regex(/^\d+[hd]$/, 'hours or days, as 24h or 7d')
      .default('7d'),
    minRows: z.int().min(1).default(200).describe('a smaller window is reported as too small, not judged'),
    psi: z.number().positive().default(0.2),
    ks: z.number().positive().max(1).default(0.1),
    action: z.enum(['alert', 'retrain']).default('alert'),
  })
  .strict();

/** One pipeline, as written in its YAML file and pinned beside each run. */
export const pipelineSchema = z
  .object({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/, '3 to 22 lower-case letters, digits and hyphens, a letter first'),
    description: z.string().max(500).optional(),
    dataset: datasetSchema,
    split: splitSchema.prefault({}),
    imbalance: z
      .enum(['auto', 'none'])
      .default('auto')
      .describe('auto: scale_pos_weight = negatives / positives of the training rows'),
    training: trainingSchema,
    evaluation: evaluationSchema,
    registry: z
      .object({ approval: z.enum(['auto', 'manual']).default('manual') })
      .strict()
      .prefault({}),
    deployment: z
      .object({
        instances: z
          .object({
            type: z
              .string()
              .regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/)
              .default('ml.m5.large'),
            count: z.int().min(1).max(20).default(1),
          })
          .strict()
          .prefault({}),
        capturePercentage: z.int().min(0).max(100).default(100),
        maxWaitMinutes: z.int().min(5).max(480).default(60),
      })
      .strict()
      .prefault({}),
    drift: driftSchema.optional(),
    notify: z
      .object({
        slack: z
          .string()
          .regex(/^#[a-z0-9_-]{1,79}$/, 'a channel, as #ml-loans')
          .optional(),
      })
      .strict()
      .prefault({}),
  })
  .strict()
  .superRefine(checkPipeline);
export type Pipeline = z.infer<typeof pipelineSchema>;

const metricsByTask: Record<Pipeline0['evaluation']['task'], readonly string[]> = {
  binary: binaryMetrics,
  multiclass: multiclassMetrics,
  regression: regressionMetrics,
};
interface Pipeline0 {
  dataset: z.infer<typeof datasetSchema>;
  evaluation: z.infer<typeof evaluationSchema>;
}

const isAbove = (positive: unknown): boolean =>
  typeof positive === 'object' && positive !== null && !Array.isArray(positive);

/** Names the clean rows reserve for themselves. */
const reserved = ['_row', '_side', '_label', '_id', '_time'];
/** The kind of feature a generalized column can be, by the way it is generalized. */
const generalizedKinds = { keepFirst: 'category', binWidth: 'number', truncateTo: 'datetime' } as const;

/** Column names must be apart by more than case (SQL's are not), unreserved, and usable as they are generalized. */
function checkNames({ dataset }: Pipeline0, issue: (path: (string | number)[], message: string) => void): void {
  const byLowerCase = new Map<string, string>();
  for (const [name, spec] of Object.entries(dataset.columns)) {
    const path = ['dataset', 'columns', name];
    const same = byLowerCase.get(name.toLowerCase());
    if (same !== undefined) issue(path, `differs from "${same}" only in upper and lower case`);
    byLowerCase.set(name.toLowerCase(), name);
    if (reserved.includes(name.toLowerCase())) issue(path, `reserved; choose a name other than ${reserved.join(', ')}`);
    if (spec.role !== 'quasi' || !spec.feature) continue;
    for (const way of ['keepFirst', 'binWidth', 'truncateTo'] as const) {
      const kind = generalizedKinds[way];
      if (spec[way] !== undefined && spec.feature.type !== kind) {
        issue([...path, 'feature', 'type'], `a column generalized by ${way} is a ${kind}, not a ${spec.feature.type}`);
      }
    }
  }
}

/** Rules that span several fields. */
function checkPipeline(pipeline: Pipeline0, ctx: z.RefinementCtx): void {
  const { dataset, evaluation } = pipeline;
  const issue = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
  const { label, columns, id, time } = dataset;
  if (columns[label.column])
    issue(['dataset', 'columns', label.column], 'the label column must not be listed under columns');
  if (id !== undefined && columns[id])
    issue(['dataset', 'columns', id], 'the id column must not be listed under columns: it is always tokenized');
  if (evaluation.task === 'binary' && label.positive === undefined)
    issue(['dataset', 'label', 'positive'], 'a binary task needs label.positive');
  if (evaluation.task === 'multiclass' && !label.classes)
    issue(['dataset', 'label', 'classes'], 'a multiclass task needs label.classes');
  if (evaluation.task !== 'binary' && label.positive !== undefined)
    issue(['dataset', 'label', 'positive'], 'only a binary task has label.positive');
  if (label.negative !== undefined && (evaluation.task !== 'binary' || isAbove(label.positive))) {
    issue(
      ['dataset', 'label', 'negative'],
      'label.negative goes with a binary task and a label.positive that lists values',
    );
  }
  checkNames(pipeline, issue);
  const hasFeature = Object.values(columns).some((c) => c.role === 'feature' || (c.role === 'quasi' && c.feature));
  if (!hasFeature) issue(['dataset', 'columns'], 'no column is a feature: a model needs at least one input');
  if (dataset.format === 'csv' && !dataset.csv.header) {
    const names = dataset.csv.names;
    if (!names) issue(['dataset', 'csv', 'names'], 'a file without a header needs csv.names');
    else {
      for (const name of [label.column, ...(id ? [id] : []), ...(time ? [time] : []), ...Object.keys(columns)]) {
        if (!names.includes(name)) issue(['dataset', 'csv', 'names'], `"${name}" is not among csv.names`);
      }
    }
  }
  evaluation.gates.forEach((gate, i) => {
    const allowed = metricsByTask[evaluation.task];
    if (!allowed.includes(gate.metric)) {
      issue(
        ['evaluation', 'gates', i, 'metric'],
        `"${gate.metric}" is not a ${evaluation.task} metric; allowed: ${allowed.join(', ')}`,
      );
    }
  });
  const groupBy = (pipeline as unknown as { split: { groupBy?: unknown } }).split.groupBy;
  if (typeof groupBy === 'object' && groupBy !== null) {
    const { column } = groupBy as { column: string };
    if (!columns[column]) issue(['split', 'groupBy', 'column'], `"${column}" is not listed under dataset.columns`);
  }
  if (groupBy === 'id' && id === undefined) issue(['split', 'groupBy'], 'groupBy: id needs dataset.id');
}
