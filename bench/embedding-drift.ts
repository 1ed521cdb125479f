import { parseArgs } from 'node:util';
import type { FeatureMatrix } from '#domain/drift/columns';
import { kolmogorovTail } from '#domain/drift/distributions';
import { projectRows, scaleOf } from '#domain/drift/embeddings/projections';
import { embeddingClassifier } from '#domain/drift/joint/embedding-classifier';
import { createRandom } from '#domain/random';
import { type EmbeddingShift, embeddings } from '../test/domain/drift/embeddings/support.ts';

/**
 * What finds drift of an embedding: the classifier on projections of `domain/drift/joint`, a Kolmogorov-Smirnov test of each projection, or
 * one of each column. The share of windows in which each is significant at 1 %.
 */
const { values: options } = parseArgs({
  options: {
    windows: { type: 'string', default: '20' },
    baseline: { type: 'string', default: '2000' },
    rows: { type: 'string', default: '500' },
    columns: { type: 'string', default: '384' },
    /** Only what did not change, and only the classifier: its false alarms. */
    steady: { type: 'boolean', default: false },
  },
});
const [windows, baselineRows, rows] = [Number(options.windows), Number(options.baseline), Number(options.rows)];
const columns = Number(options.columns);

const CASES: readonly (readonly [string, EmbeddingShift])[] = [
  ['nothing', {}],
  ['a new topic in 5 % of the rows', { newTopic: 0.05 }],
  ['a new topic in 20 % of the rows', { newTopic: 0.2 }],
  ['the centre, by 0.5 deviations in a random direction', { centre: 0.5 }],
  ['the centre, by 1 deviation in a random direction', { centre: 1 }],
  ['noise of half the strength in each column', { noise: 0.5 }],
  ['two factors of the embedding, now related', { relation: 0.8 }],
  ['another version of the encoder: the axes in another order', { permuted: true }],
];

/** The probability of the greatest gap of two samples (Smirnov 1939). */
function smirnov(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a.toSorted(), b.toSorted()];
  let [i, j, gap] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number);
    while (i < x.length && (x[i] as number) <= at) i += 1;
    while (j < y.length && (y[j] as number) <= at) j += 1;
    gap = Math.max(gap, Math.abs(i / x.length - j / y.length));
  }
  return kolmogorovTail(gap * Math.sqrt((x.length * y.length) / (x.length + y.length)));
}

const columnOf = ({ rows: n, width, values }: FeatureMatrix, at: number): Float64Array =>
  Float64Array.from({ length: n }, (_, row) => values[row * width + at] as number);

/** Bonferroni over all columns of two matrices. */
const eachByItself = (before: FeatureMatrix, now: FeatureMatrix): number =>
  before.width *
  Math.min(...Array.from({ length: before.width }, (_, at) => smirnov(columnOf(before, at), columnOf(now, at))));

const percent = (found: number): string => `${Number(((100 * found) / windows).toFixed(1))} %`;

console.log(`Windows of ${rows} rows and ${columns} columns beside a baseline of ${baselineRows}, ${windows} each\n`);
console.log('| what changed | classifier on projections | its AUC | KS of each projection | KS of each column |');
console.log('|---|---|---|---|---|');
for (const [name, shift] of options.steady ? CASES.slice(0, 1) : CASES) {
  let [classifier, projected, single, sum] = [0, 0, 0, 0];
  for (let i = 0; i < windows; i++) {
    const random = createRandom(1000 + i);
    const draw = embeddings(columns, createRandom(7));
    const [before, now] = [draw(baselineRows, random), draw(rows, random, shift)];
    const scale = scaleOf(
      before,
      Array.from({ length: columns }, (_, at) => at),
    );
    const [earlier, later] = [projectRows(before, scale), projectRows(now, scale)];
    const { statistic, p } = embeddingClassifier.measure(earlier, later);
    sum += statistic;
    if (p < 0.01) classifier += 1;
    if (options.steady) continue;
    if (eachByItself(earlier, later) < 0.01) projected += 1;
    if (eachByItself(before, now) < 0.01) single += 1;
  }
  console.log(
    `| ${name} | ${percent(classifier)} | ${(sum / windows).toFixed(2)} | ${percent(projected)} | ${percent(single)} |`,
  );
}
