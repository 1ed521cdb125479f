import * as z from 'zod';
import { readingsOf } from '#domain/stage-settings';
import { pipelineSchema } from '#schemas/pipeline';
import type { Task } from '#schemas/records/task';

const columns = {
  household: { role: 'quasi', action: 'generalize', keepFirst: 3 },
  age: { role: 'feature', type: 'number' },
};
const dataset = (label: object) => ({ format: 'csv', label, id: 'customer_id', columns });

/** A short pipeline of each task. Every example of the reference is valid in one of them. */
export const MINIMAL_PIPELINES: Readonly<Record<Task, Readonly<Record<string, unknown>>>> = {
  binary: {
    name: 'churn',
    dataset: dataset({ column: 'churned', positive: 1 }),
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.7 }] },
  },
  multiclass: {
    name: 'churn',
    dataset: dataset({ column: 'plan', classes: ['basic', 'plus', 'family'] }),
    evaluation: { task: 'multiclass', gates: [{ metric: 'f1_macro', min: 0.6 }] },
  },
  regression: {
    name: 'churn',
    dataset: dataset({ column: 'months' }),
    evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 3 }] },
  },
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A pipeline with settings merged in. */
export function withSettings(pipeline: unknown, settings: unknown): unknown {
  if (!isMapping(pipeline) || !isMapping(settings)) return settings;
  const own = Object.entries(settings).map(([key, value]) => [key, withSettings(pipeline[key], value)] as const);
  return { ...pipeline, ...Object.fromEntries(own) };
}

/** Some settings of a split are valid only by time. */
const byTime = withSettings(MINIMAL_PIPELINES.binary, {
  dataset: { time: 'signed_up_at' },
  split: { strategy: 'time' },
});

/** Some settings of a deployment are valid only where a roll-out has steps. */
const byCanary = withSettings(MINIMAL_PIPELINES.binary, { deployment: { strategy: 'canary' } });

/** Constraints on trees are valid only with some ways of finding splits. */
const byHist = withSettings(MINIMAL_PIPELINES.binary, { training: { hyperparameters: { tree_method: 'hist' } } });

/** Interactions and embeddings are valid only with the columns that they name. */
const byPairs = withSettings(MINIMAL_PIPELINES.binary, {
  dataset: {
    columns: {
      ...Object.fromEntries(
        ['income', 'debt', 'emb_0', 'emb_1'].map((name) => [name, { role: 'feature', type: 'number' }]),
      ),
      ...Object.fromEntries(['region', 'product'].map((name) => [name, { role: 'feature', type: 'category' }])),
      ...Object.fromEntries(
        ['opened_at', 'asked_at'].map((name) => [name, { role: 'feature', type: 'datetime', parts: ['year'] }]),
      ),
    },
  },
});

/** Gates by group, and bias, are valid only with slice columns. */
const bySlices = withSettings(MINIMAL_PIPELINES.binary, {
  dataset: {
    columns: {
      sex: { role: 'slice' },
      region: { role: 'slice' },
      race: { role: 'slice' },
    },
  },
  evaluation: { fairness: [{ column: 'sex', disadvantaged: ['Female'], group: ['region'] }] },
});

/** Why no minimal pipeline of a schema takes these settings, one after another; undefined when one does. */
export function problemBy(
  schema: Pick<typeof pipelineSchema, 'safeParse'>,
  ...settings: readonly unknown[]
): string | undefined {
  const problems: string[] = [];
  for (const [task, pipeline] of Object.entries({
    ...MINIMAL_PIPELINES,
    'binary by time': byTime,
    'binary by canary': byCanary,
    'binary by hist': byHist,
    'binary by pairs': byPairs,
    'binary by slices': bySlices,
  })) {
    const readings = readingsOf(settings.reduce(withSettings, pipeline));
    const errors = readings.flatMap((reading) => schema.safeParse(reading.settings).error ?? []);
    if (errors.length === 0) return undefined;
    problems.push(`${task}: ${errors.map(z.prettifyError).join('\n')}`);
  }
  return problems.join('\n');
}

/** The same by the schema of the product. */
export const problemOf = (...settings: readonly unknown[]): string | undefined =>
  problemBy(pipelineSchema, ...settings);
