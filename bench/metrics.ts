import { parseArgs } from 'node:util';
import { metricKernel } from '#domain/metrics/kernel';
import type { Holdouts, Task } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { createRandom } from '#domain/random';
import { rankDescending, rankedAuc } from '#domain/tallies/ranking';
import type { Walk } from '#domain/tallies/walk';

/**
 * The cost of one bootstrap resample: all metrics of a task together, compared with only the AUC of the same rows, the minimum
 * for one pass over a ranking. Both are measured in turn, so a busy machine slows both.
 */
const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, repeats: { type: 'string', default: '9' } },
});
const rows = Number(values.rows);
const repeats = Number(values.repeats);
const classes = 4;

const random = createRandom(1);
const labels = Uint16Array.from({ length: rows }, () => (random.float() < 0.3 ? 1 : 0));
const scores = Float64Array.from(labels, (label) => 0.3 * label + 0.7 * random.float());
const matrix = new Float64Array(rows * classes);
const classLabels = Uint16Array.from({ length: rows }, () => random.below(classes));
classLabels.forEach((label, row) => {
  const odds = Array.from({ length: classes }, (_, index) => random.float() + (index === label ? 0.5 : 0));
  const total = odds.reduce((sum, value) => sum + value, 0);
  matrix.set(
    odds.map((value) => value / total),
    row * classes,
  );
});
const actual = Float64Array.from({ length: rows }, () => random.normal());
const holdouts: Holdouts = {
  binary: { labels, scores, threshold: 0.5 },
  multiclass: { labels: classLabels, scores: matrix, classes },
  regression: { actual, predicted: actual.map((value) => value + random.normal()) },
};

const rowWeights = Float64Array.from({ length: rows }, () => random.below(3));
const ranking = rankDescending(scores);
const positive = Uint8Array.from(labels);

function milliseconds(walk: Walk<unknown>): number {
  const start = performance.now();
  walk(rowWeights);
  return performance.now() - start;
}
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

function compare<T extends Task>(task: T): void {
  const { names, measure } = metricKernel(task, holdouts[task], METRICS);
  const auc: Walk<number> = (weights) => rankedAuc(ranking, positive, weights);
  const all: number[] = [];
  const alone: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const pair = [milliseconds(measure), milliseconds(auc)] as const;
    if (i === 0) continue; // warm up
    all.push(pair[0]);
    alone.push(pair[1]);
  }
  console.log(
    `${task.padEnd(11)} ${String(names.length).padStart(2)} metrics ${median(all).toFixed(1).padStart(7)} ms` +
      `   AUC alone ${median(alone).toFixed(1).padStart(6)} ms   ratio ${(median(all) / median(alone)).toFixed(2)}`,
  );
}

console.log(`one resample of ${rows.toLocaleString('en-US')} rows, median of ${repeats}`);
compare('binary');
compare('multiclass');
compare('regression');
