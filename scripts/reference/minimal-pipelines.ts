import type { Task } from '#schemas/records/task';

const dataset = {
  format: 'csv',
  id: 'customer_id',
  columns: {
    household: { role: 'pii', action: 'tokenize' },
    age: { role: 'feature', type: 'number' },
  },
};

/** A short pipeline of each task. Every example of the reference is valid in one of them. */
export const MINIMAL_PIPELINES: Readonly<Record<Task, Readonly<Record<string, unknown>>>> = {
  binary: {
    name: 'churn',
    dataset: { ...dataset, label: { column: 'churned', positive: 1 } },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.7 }] },
  },
  multiclass: {
    name: 'churn',
    dataset: { ...dataset, label: { column: 'plan', classes: ['basic', 'plus', 'family'] } },
    evaluation: { task: 'multiclass', gates: [{ metric: 'f1_macro', min: 0.6 }] },
  },
  regression: {
    name: 'churn',
    dataset: { ...dataset, label: { column: 'months' } },
    evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 3 }] },
  },
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A pipeline with settings added or replaced, mapping by mapping. */
export function withSettings(pipeline: unknown, settings: unknown): unknown {
  if (!isMapping(pipeline) || !isMapping(settings)) return settings;
  const own = Object.entries(settings).map(([key, value]) => [key, withSettings(pipeline[key], value)] as const);
  return { ...pipeline, ...Object.fromEntries(own) };
}
