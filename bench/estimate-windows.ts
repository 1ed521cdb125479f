import { estimatePerformance } from '#domain/drift/performance/estimate';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { metricKernel } from '#domain/metrics/kernel';
import { metricsOf } from '#domain/metrics/registry';
import type { PerformanceEstimate, PerformanceReference } from '#schemas/records/performance-estimate';
import { readTable, shuffled, sources, type Table, trainAndScore } from './estimate-data.ts';

/** A model on a data set: the table and the scores of all rows. */
export interface Scored {
  readonly table: Table;
  readonly scores: Float64Array;
}

const threshold = 0.5;
const perRow = ({ task, classes }: Table): number => (task === 'multiclass' ? classes : 1);
/** The model inputs and scores of some rows. */
export const pick = ({ table, scores }: Scored, rows: readonly number[]) => ({
  inputs: {
    rows: rows.length,
    width: table.columns.length,
    values: Float64Array.from(rows.flatMap((row) => table.features[row] as readonly number[])),
  },
  scores: Float64Array.from(
    rows.flatMap((row) => [...scores.subarray(row * perRow(table), (row + 1) * perRow(table))]),
  ),
});

/** What a run with these holdout rows keeps. */
export function referenceOf(scored: Scored, rows: readonly number[]): PerformanceReference {
  const { table } = scored;
  const picked = pick(scored, rows);
  return {
    version: 1,
    task: table.task,
    classes: table.classes,
    threshold,
    inputs: table.columns.map((column, at) => ({ at, column })),
    leftOut: [],
    rows: rows.length,
    values: [...picked.inputs.values],
    scores: [...picked.scores],
    labels: rows.map((row) => table.labels[row] as number),
  };
}

/** What the labels of the rows show. */
export function realise(scored: Scored, rows: readonly number[]): Readonly<Record<string, number>> {
  const { task, classes, labels } = scored.table;
  const { scores } = pick(scored, rows);
  const ones = new Float64Array(rows.length).fill(1);
  const own = Uint16Array.from(rows, (row) => labels[row] as number);
  const metrics = metricsOf(task);
  if (task === 'binary') return metricKernel(task, { labels: own, scores, threshold }, metrics).measure(ones);
  if (task === 'multiclass') return metricKernel(task, { labels: own, scores, classes }, metrics).measure(ones);
  const actual = Float64Array.from(rows, (row) => labels[row] as number);
  return metricKernel(task, { actual, predicted: scores }, metrics).measure(ones);
}

/** The estimate of one metric over some rows, by the default settings or changed ones. */
export const estimate = (
  reference: PerformanceReference,
  scored: Scored,
  rows: readonly number[],
  metric: string,
  changed: object = {},
): PerformanceEstimate =>
  estimatePerformance(reference, pick(scored, rows), { ...performanceSettingsSchema.parse(changed), metric });

/** A window in the order of time. */
interface Period {
  readonly truth: number;
  readonly found: PerformanceEstimate;
  /** The estimate where none may be refused. */
  readonly forced: number;
}

/** ELEC2: a model of the first fifth of the rows, and windows of equal length over the rest. Accuracy. */
export function electricity(
  python: string,
  seed: number,
  windows: number,
): { readonly before: number; readonly holdout: number; readonly periods: readonly Period[] } {
  const table = readTable(sources.elec2);
  const rows = table.labels.length;
  const first = Math.floor(rows / 5);
  const order = shuffled(first, seed);
  const train = Math.floor(0.8 * first);
  const scored = { table, scores: trainAndScore(table, order.slice(0, train), python) };
  const holdout = order.slice(train).sort((a, b) => a - b);
  const reference = referenceOf(scored, holdout);
  const start = (i: number): number => Math.floor(first + (i * (rows - first)) / windows);
  const periods = Array.from({ length: windows }, (_, i) => {
    const window = Array.from({ length: start(i + 1) - start(i) }, (_row, at) => start(i) + at);
    const forced = estimate(reference, scored, window, 'accuracy', { maxOutside: 1, minOverlap: 0 });
    return {
      truth: realise(scored, window)['accuracy'] as number,
      found: estimate(reference, scored, window, 'accuracy'),
      forced: forced.status === 'estimated' ? forced.judged.value : Number.NaN,
    };
  });
  return { before: realise(scored, holdout)['accuracy'] as number, holdout: holdout.length, periods };
}

/** The mean of numbers. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
