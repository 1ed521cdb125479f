import * as z from 'zod';
import type { Task } from '#schemas/records/task';

/** What may be tuned of the built-in XGBoost, and between which bounds (developer guide: Tune an XGBoost Model). */
export interface Tunable {
  readonly type: 'integer' | 'continuous';
  readonly low: number;
  readonly high?: number;
  /** `low` itself is not allowed. */
  readonly open?: boolean;
}
const share: Tunable = { type: 'continuous', low: 0, high: 1, open: true };
const weight: Tunable = { type: 'continuous', low: 0 };
export const tunables = {
  alpha: weight,
  colsample_bylevel: share,
  colsample_bynode: share,
  colsample_bytree: share,
  eta: { type: 'continuous', low: 0, high: 1 },
  gamma: weight,
  lambda: weight,
  max_delta_step: { type: 'integer', low: 0 },
  max_depth: { type: 'integer', low: 0 },
  min_child_weight: weight,
  num_round: { type: 'integer', low: 1 },
  subsample: share,
} as const satisfies Readonly<Record<string, Tunable>>;
export type TunableName = keyof typeof tunables;

export type TuningDirection = 'Maximize' | 'Minimize';

/**
 * Metrics the built-in XGBoost computes on the validation shards, and which way is better (SageMaker Developer Guide, "Tune
 * an XGBoost model").
 */
export const tuningMetrics: Readonly<Record<Task, Readonly<Record<string, TuningDirection>>>> = {
  binary: {
    auc: 'Maximize',
    aucpr: 'Maximize',
    accuracy: 'Maximize',
    f1: 'Maximize',
    precision: 'Maximize',
    recall: 'Maximize',
    logloss: 'Minimize',
    error: 'Minimize',
  },
  multiclass: { mlogloss: 'Minimize', merror: 'Minimize', accuracy: 'Maximize', f1_macro: 'Maximize' },
  regression: { rmse: 'Minimize', mae: 'Minimize', mse: 'Minimize', r2: 'Maximize' },
};

/** Default quotas of automatic model tuning (developer guide: Resource limits for automatic model tuning). */
export const MOST_JOBS = 750;
const MOST_PARALLEL = 10;

const rangeSchema = z.union([
  z.tuple([z.number(), z.number()]).describe('the least and the most'),
  z
    .object({
      min: z.number(),
      max: z.number(),
      scale: z
        .enum(['auto', 'linear', 'logarithmic'])
        .default('auto')
        .describe('logarithmic: as much search between 0.01 and 0.1 as between 0.1 and 1'),
    })
    .strict(),
  z
    .object({ values: z.array(z.number()).min(1).max(30) })
    .strict()
    .describe('these values only; what a grid is made of'),
]);

const rangesSchema = z
  .object(
    Object.fromEntries(Object.keys(tunables).map((name) => [name, rangeSchema.optional()])) as Record<
      TunableName,
      z.ZodOptional<typeof rangeSchema>
    >,
  )
  .strict()
  .meta({
    description: 'The hyperparameters to search, each as `[min, max]`, `{ min, max, scale }` or `{ values: [...] }`.',
    examples: [
      { eta: { min: 0.01, max: 0.3, scale: 'logarithmic' }, max_depth: [3, 10], subsample: { values: [0.6, 0.8, 1] } },
    ],
  });

/** `training.tuning`: many training jobs instead of one, of which the best goes on. */
export const tuningSchema = z
  .object({
    strategy: z
      .enum(['Bayesian', 'Random', 'Hyperband', 'Grid'])
      .default('Bayesian')
      .describe(
        '`Bayesian` learns from job to job. `Random` draws. `Hyperband` stops the worse jobs early. `Grid` tries every combination of values.',
      ),
    maxJobs: z
      .int()
      .min(1)
      .max(MOST_JOBS)
      .optional()
      .describe('Training jobs in all. Every strategy but `Grid` needs it; a grid has as many as combinations.'),
    parallel: z
      .int()
      .min(1)
      .max(MOST_PARALLEL)
      .default(2)
      .describe('Training jobs at once, each on its own instances.'),
    metric: z
      .string()
      .optional()
      .describe(
        'The metric to make best on the validation rows, as the algorithm names it. Without it: the last of `eval_metric`.',
      ),
    ranges: rangesSchema,
    earlyStopping: z
      .boolean()
      .default(false)
      .describe(
        'Whether to stop jobs that fall behind the median of the earlier ones. `Hyperband` does this by itself.',
      ),
    maxRuntimeSeconds: z
      .int()
      .min(120)
      .max(82_800)
      .default(36_000)
      .describe('Seconds for the whole tuning. Then the best job so far is taken.'),
    seed: z.int().min(0).max(2_147_483_647).default(42).describe('Another seed tries other values.'),
  })
  .strict()
  .meta({
    description: 'Many training jobs instead of one. The best of them goes on.',
    examples: [
      {
        strategy: 'Bayesian',
        maxJobs: 20,
        parallel: 4,
        ranges: { eta: { min: 0.01, max: 0.3, scale: 'logarithmic' }, max_depth: [3, 10] },
        metric: 'auc',
        earlyStopping: true,
        maxRuntimeSeconds: 20_000,
        seed: 7,
      },
      { strategy: 'Grid', parallel: 4, ranges: { eta: { values: [0.05, 0.1, 0.2] }, max_depth: { values: [4, 6] } } },
    ],
  });
export type Tuning = z.output<typeof tuningSchema>;

/** A range in one form: bounds as XGBoost takes them, or values. */
export type SearchRange =
  | {
      readonly kind: 'integer' | 'continuous';
      readonly min: number;
      readonly max: number;
      readonly scale: 'auto' | 'linear' | 'logarithmic';
    }
  | { readonly kind: 'values'; readonly values: readonly number[] };

/** The searched hyperparameters in the order of their names. */
export const searchRanges = ({ ranges }: Pick<Tuning, 'ranges'>): readonly (readonly [TunableName, SearchRange])[] =>
  (Object.keys(tunables) as TunableName[]).flatMap((name): readonly (readonly [TunableName, SearchRange])[] => {
    const range = ranges[name];
    if (range === undefined) return [];
    // An array has a method called values: ask for arrays first.
    if (Array.isArray(range))
      return [[name, { kind: tunables[name].type, min: range[0], max: range[1], scale: 'auto' }]];
    if ('values' in range) return [[name, { kind: 'values', values: range.values }]];
    return [[name, { kind: tunables[name].type, ...range }]];
  });

/** How many combinations the grid has. */
export const gridJobs = (tuning: Pick<Tuning, 'ranges'>): number =>
  searchRanges(tuning).reduce((product, [, range]) => product * (range.kind === 'values' ? range.values.length : 1), 1);

/** The metric that a training is judged by while it runs, and stopped early by, when the pipeline names none. */
export const defaultEvalMetric: Readonly<Record<Task, string>> = {
  binary: 'auc',
  multiclass: 'mlogloss',
  regression: 'rmse',
};

export type Scalar = string | number | boolean;

/** What a tuning makes best: its metric, or the last of eval_metric, by which XGBoost stops early too. */
export function tuningObjective(
  tuning: Pick<Tuning, 'metric'>,
  task: Task,
  hyperparameters: Readonly<Record<string, Scalar>>,
): { readonly metric: string; readonly direction: TuningDirection | undefined } {
  const evaluated =
    String(hyperparameters['eval_metric'] ?? defaultEvalMetric[task])
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  const metric = tuning.metric ?? evaluated;
  return { metric, direction: tuningMetrics[task][metric] };
}
