import { parseArgs } from 'node:util';
import { ensurePython } from '#cli/python/environment';
import { estimatePerformance } from '#domain/drift/performance/estimate';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { metricKernel } from '#domain/metrics/kernel';
import { metricsOf } from '#domain/metrics/registry';
import type { PerformanceReference } from '#schemas/records/performance';
import { readTable, shuffled, sources, type Table, trainAndScore } from './estimate-data.ts';

/** A model on a data set: the table and the scores of all rows. */
interface Scored {
  readonly table: Table;
  readonly scores: Float64Array;
}

const threshold = 0.5;
const perRow = ({ task, classes }: Table): number => (task === 'multiclass' ? classes : 1);
const pick = ({ table, scores }: Scored, rows: readonly number[]) => ({
  inputs: {
    rows: rows.length,
    width: table.columns.length,
    values: Float64Array.from(rows.flatMap((row) => table.features[row] as readonly number[])),
  },
  scores: Float64Array.from(
    rows.flatMap((row) => [...scores.subarray(row * perRow(table), (row + 1) * perRow(table))]),
  ),
});

function referenceOf(scored: Scored, rows: readonly number[]): PerformanceReference {
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
function realise(scored: Scored, rows: readonly number[]): Readonly<Record<string, number>> {
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

const span = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const show = (value: number): string => value.toFixed(3);

/** Windows after the first fifth, in the order of time. */
function elec2(python: string, seeds: number, windows: number): void {
  const table = readTable(sources.elec2);
  const rows = table.labels.length;
  const first = Math.floor(rows / 5);
  for (let seed = 1; seed <= seeds; seed++) {
    const order = shuffled(first, seed);
    const scored = { table, scores: trainAndScore(table, order.slice(0, Math.floor(0.8 * first)), python) };
    const holdout = order.slice(Math.floor(0.8 * first)).sort((a, b) => a - b);
    const reference = referenceOf(scored, holdout);
    const before = realise(scored, holdout)['accuracy'] as number;
    let [errors, given, covered, fallen, alarmed] = [0, 0, 0, 0, Number.NaN];
    console.log(`ELEC2, seed ${seed}: accuracy ${show(before)} on ${holdout.length} holdout rows of the first fifth`);
    for (let i = 0; i < windows; i++) {
      const window = span(
        Math.floor(first + (i * (rows - first)) / windows),
        Math.floor(first + ((i + 1) * (rows - first)) / windows),
      );
      const started = performance.now();
      const found = estimatePerformance(reference, pick(scored, window), {
        ...performanceSettingsSchema.parse({}),
        metric: 'accuracy',
      });
      const seconds = (performance.now() - started) / 1000;
      const truth = realise(scored, window)['accuracy'] as number;
      if (truth < before - 0.05 && Number.isNaN(alarmed)) fallen += 1;
      if (found.alarm && Number.isNaN(alarmed)) alarmed = fallen;
      let text = found.reason;
      if (found.status === 'estimated') {
        const { value, low, high } = found.judged;
        given += 1;
        errors += Math.abs(value - truth);
        covered += Number(truth >= low && truth <= high);
        text = `estimate ${show(value)} (${show(low)} to ${show(high)})`;
      }
      const facts = found.status === 'none' ? '' : `outside ${show(found.outside)} overlap ${show(found.overlap)} `;
      if (windows <= 8)
        console.log(
          `  ${i + 1}: truth ${show(truth)}  ${facts}${text}${found.alarm ? '  ALARM' : ''}  ${seconds.toFixed(1)} s`,
        );
    }
    console.log(
      `  ${given} of ${windows} windows with an estimate: mean absolute error ${show(errors / given)}, ${covered} of ${given} intervals cover the truth; the first alarm came in the ${alarmed}. window that fell by 0.05`,
    );
  }
}

/** Windows drawn from rows that neither the model nor the reference has: nothing changed. */
function withoutDrift(name: keyof typeof sources, metric: string, python: string, size: number, windows: number): void {
  const table = readTable(sources[name]);
  const order = shuffled(table.labels.length, 1);
  const [half, most] = [Math.floor(0.4 * order.length), Math.floor(0.6 * order.length)];
  const scored = { table, scores: trainAndScore(table, order.slice(0, half), python) };
  const reference = referenceOf(scored, order.slice(half, most).slice(0, 4000));
  const rest = order.slice(most);
  let [errors, given, covered, alarms, width] = [0, 0, 0, 0, 0];
  for (let i = 0; i < windows; i++) {
    const window = shuffled(rest.length, i + 1)
      .slice(0, size)
      .map((at) => rest[at] as number);
    const found = estimatePerformance(reference, pick(scored, window), {
      ...performanceSettingsSchema.parse({}),
      metric,
    });
    alarms += Number(found.alarm);
    if (found.status !== 'estimated') {
      console.log('   ', found.reason);
      continue;
    }
    const truth = realise(scored, window)[metric] as number;
    const { value, low, high } = found.judged;
    given += 1;
    errors += Math.abs(value - truth);
    width += (high - low) / 2;
    covered += Number(truth >= low && truth <= high);
  }
  console.log(
    `${name.padEnd(12)}${metric.padEnd(10)}${size} rows: ${given} of ${windows} with an estimate, mean absolute error ${show(errors / given)}, half interval ${show(width / given)}, coverage ${show(covered / given)}, ${alarms} alarms`,
  );
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    windows: { type: 'string', default: '8' },
    'no-drift': { type: 'string', default: '40' },
    only: { type: 'string' },
  },
});
const { python } = await ensurePython();
if (values.only !== 'no-drift') elec2(python, Number(values.seeds), Number(values.windows));
if (values.only !== 'elec2') {
  for (const size of [300, 2000]) {
    withoutDrift('taiwan', 'auc', python, size, Number(values['no-drift']));
    withoutDrift('adult', 'accuracy', python, size, Number(values['no-drift']));
    withoutDrift('california', 'mae', python, size, Number(values['no-drift']));
    if (size < 2000) withoutDrift('wine', 'accuracy', python, size, Number(values['no-drift']));
  }
}
