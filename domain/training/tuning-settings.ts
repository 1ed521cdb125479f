import * as z from 'zod';
import type { Algorithm, TuningDirection, TuningObjective } from '#domain/algorithms/algorithm';
import type { Scalar } from '#domain/algorithms/hyperparameter';
import type { Task } from '#schemas/records/task';

/** Default quotas of automatic model tuning (SageMaker Developer Guide, "Resource limits for automatic model tuning"). */
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

/** `training.tuning` of an algorithm: many training jobs instead of one, of which the best goes on. */
export function tuningSchemaOf({ hyperparameters }: Algorithm, { description, example }: TuningObjective) {
  const ranges = Object.entries(hyperparameters).flatMap(([name, { search }]) =>
    search ? [[name, rangeSchema.optional()] as const] : [],
  );
  const schema = z.strictObject({
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
    metric: z.string().optional().describe(description),
    ranges: z.strictObject(Object.fromEntries(ranges.toSorted(([a], [b]) => (a < b ? -1 : 1)))).meta({
      description: 'The hyperparameters to search, each as `[min, max]`, `{ min, max, scale }` or `{ values: [...] }`.',
      examples: [example.ranges],
    }),
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
  });
  return schema.meta({
    description: 'Many training jobs instead of one. The best of them goes on.',
    examples: [
      {
        strategy: 'Bayesian',
        maxJobs: 20,
        parallel: 4,
        ranges: example.ranges,
        metric: example.metric,
        earlyStopping: true,
        maxRuntimeSeconds: 20_000,
        seed: 7,
      },
      { strategy: 'Grid', parallel: 4, ranges: example.grid },
    ],
  });
}

/** A tuning for any algorithm. */
export type Tuning = z.output<ReturnType<typeof tuningSchemaOf>>;

/** A range in one form: bounds, or values. */
export type SearchRange =
  | {
      readonly kind: 'integer' | 'continuous';
      readonly min: number;
      readonly max: number;
      readonly scale: 'auto' | 'linear' | 'logarithmic';
    }
  | { readonly kind: 'values'; readonly values: readonly number[] };

/** The tuned hyperparameters, ordered by name. */
export const searchRanges = (
  { ranges }: Pick<Tuning, 'ranges'>,
  { hyperparameters }: Pick<Algorithm, 'hyperparameters'>,
): readonly (readonly [string, SearchRange])[] =>
  Object.keys(ranges)
    .toSorted()
    .flatMap((name): readonly (readonly [string, SearchRange])[] => {
      const range = ranges[name];
      const kind = hyperparameters[name]?.search?.type;
      if (range === undefined || kind === undefined) return [];
      // An array has a method called values: check for arrays first.
      if (Array.isArray(range)) return [[name, { kind, min: range[0], max: range[1], scale: 'auto' }]];
      if ('values' in range) return [[name, { kind: 'values', values: range.values }]];
      return [[name, { kind, ...range }]];
    });

/** Number of combinations in the grid. */
export const gridJobs = (ranges: readonly (readonly [string, SearchRange])[]): number =>
  ranges.reduce((product, [, range]) => product * (range.kind === 'values' ? range.values.length : 1), 1);

/** A tuning's objective: its own metric, or the algorithm's default. */
export function tuningObjective(
  tuning: Pick<Tuning, 'metric'>,
  task: Task,
  hyperparameters: Readonly<Record<string, Scalar>>,
  { metrics, defaultMetric }: TuningObjective,
): { readonly metric: string; readonly direction: TuningDirection | undefined } {
  const metric = tuning.metric ?? defaultMetric(hyperparameters, task);
  return { metric, direction: metrics[task][metric] };
}
