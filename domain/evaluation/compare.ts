import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { formatCount } from '#domain/text/format-number';
import type { Evaluation } from '#schemas/records/evaluation';
import { type EvaluationInput, evaluate } from './evaluate.ts';

/**
 * The fewest rows for a comparison of two models: with fewer in all, or fewer of a class, the bootstrap resamples hardly differ and
 * its bounds say more about the rows than about the models.
 */
export const leastComparable = { rows: 30, ofClass: 5 } as const;

/** Which holdout rows the champion cannot have been trained on. */
export interface Comparable {
  /** One per row: 1 where it cannot. */
  readonly rows: Uint8Array;
  /** Why no row can be compared, and what to do. */
  readonly reason?: string | undefined;
}

const pick = (values: Float64Array, rows: readonly number[], perRow: number): Float64Array => {
  const picked = new Float64Array(rows.length * perRow);
  rows.forEach((row, at) => {
    picked.set(values.subarray(row * perRow, (row + 1) * perRow), at * perRow);
  });
  return picked;
};

/** The same input for some rows. */
function only<Input extends EvaluationInput>(input: Input, rows: readonly number[]): Input {
  const perRow = input.task === 'multiclass' ? input.classes.length : 1;
  const { labels, candidate, champion, weights } = input;
  return {
    ...input,
    labels: pick(labels, rows, 1),
    candidate: pick(candidate, rows, perRow),
    champion: champion && pick(champion, rows, perRow),
    weights: weights && pick(weights, rows, 1),
    importances: [],
  };
}

/** Why the rows are too few for a comparison; undefined when they are enough. */
function tooFew(input: EvaluationInput, rows: readonly number[]): string | undefined {
  const of = `of ${formatCount(input.labels.length)} holdout rows`;
  const least = `at least ${leastComparable.rows} are needed, and ${leastComparable.ofClass} of each class, or chance decides. Drop more new data`;
  if (rows.length < leastComparable.rows) {
    return `the champion cannot have been trained on ${formatCount(rows.length)} ${of}; ${least}`;
  }
  if (input.task === 'regression') return undefined;
  const names = input.task === 'multiclass' ? input.classes : (input.classes ?? ['negative', 'positive']);
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(input.labels[row] ?? 0, (counts.get(input.labels[row] ?? 0) ?? 0) + 1);
  const rare = names.find((_, c) => (counts.get(c) ?? 0) < leastComparable.ofClass);
  if (rare === undefined) return undefined;
  const found = counts.get(names.indexOf(rare)) ?? 0;
  return `among the ${formatCount(rows.length)} ${of} that the champion cannot have been trained on, class "${rare}" has ${formatCount(found)}; ${least}`;
}

/**
 * Evaluates a candidate on the whole holdout, and compares it with the champion on the rows that the champion cannot have been
 * trained on. Where these are too few, the result says so and has no champion.
 *
 * @throws EvaluationError as `evaluate` does
 */
export function evaluateAndCompare(
  input: EvaluationInput,
  comparable: Comparable | undefined,
  metrics: readonly Metric[] = METRICS,
): Evaluation {
  if (input.champion === undefined || comparable === undefined) return evaluate(input, metrics);
  const rows = [...comparable.rows.keys()].filter((row) => comparable.rows[row] === 1);
  const notJudged = comparable.reason ?? tooFew(input, rows);
  if (notJudged !== undefined) {
    const alone = evaluate({ ...input, champion: undefined }, metrics);
    return { ...alone, comparison: { rows: rows.length, notJudged } };
  }
  if (rows.length === input.labels.length) return { ...evaluate(input, metrics), comparison: { rows: rows.length } };
  const whole = evaluate({ ...input, champion: undefined }, metrics);
  const some = evaluate(only(input, rows), metrics);
  // both evaluations are of one task, so the champion fits
  return {
    ...whole,
    champion: some.champion,
    comparison: { rows: rows.length, candidate: some.metrics },
  } as Evaluation;
}
