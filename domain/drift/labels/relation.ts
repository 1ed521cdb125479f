import { quantile } from '#domain/evaluation/quantile';
import { createRandom } from '#domain/random';
import { type Ranking, rankDescending, rankedAuc } from '#domain/tallies/ranking';
import { formatNumber } from '#domain/text/format-number';
import type { LabelMeasure } from '#schemas/records/label-window';
import { type LabelCheck, type LabelComparison, type LabelledSample, notMeasured } from './label-check.ts';
import { ndcg } from './ndcg.ts';

/** Resamples of the holdout that say what chance gives: the limit is the least of them, a probability of one in 200. */
const RESAMPLES = 200;
/** Columns that are named, and kept in the record, at most. */
const NAMED = 3;
const KEPT = 10;

/** A model input prepared for weighted counts: missing values count as nothing. */
interface PreparedInput {
  readonly column: string;
  readonly ranking: Ranking;
  readonly isKnown: Uint8Array;
}

/** What rows are told apart by: each class but the first of two, or targets above the median. */
interface Target {
  readonly hits: Uint8Array;
  readonly weight: number;
}

/** The median of the holdout's targets cuts both sides of a regression. */
function targetsOf({ labels, rows }: LabelledSample, { task, classes, holdout }: LabelComparison): Target[] {
  if (task === 'regression') {
    const middle = quantile(holdout.labels.toSorted(), 0.5);
    return [{ hits: Uint8Array.from(labels, (label) => (label > middle ? 1 : 0)), weight: 1 }];
  }
  const own = task === 'binary' ? [1] : Array.from({ length: classes }, (_, c) => c);
  return own.map((c) => {
    const hits = Uint8Array.from(labels, (label) => (label === c ? 1 : 0));
    return { hits, weight: task === 'binary' ? 1 : hits.reduce((sum, hit) => sum + hit, 0) / rows };
  });
}

function prepare({ rows, inputs }: LabelledSample, columns: readonly string[]): PreparedInput[] {
  return columns.map((column, at) => {
    const values = Float64Array.from({ length: rows }, (_, row) => inputs?.[row * columns.length + at] ?? Number.NaN);
    return {
      column,
      ranking: rankDescending(values.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value))),
      isKnown: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1)),
    };
  });
}

/**
 * The relation of each column to the label: |2 AUC - 1| of its value for the label (Somers' D without its sign), from 0 to 1; for several
 * classes their mean by the share of each, for regression that of targets above the holdout's median. A column of several inputs, such as
 * one-hot indicators, has that of its strongest.
 *
 * @param weights how often each row counts
 */
function relations(
  inputs: readonly PreparedInput[],
  targets: readonly Target[],
  weights: Float64Array,
): Map<string, number> {
  const found = new Map<string, number>();
  const own = new Float64Array(weights.length);
  for (const { column, ranking, isKnown } of inputs) {
    for (const [row, weight] of weights.entries()) own[row] = weight * (isKnown[row] as number);
    const relation = targets.reduce((sum, { hits, weight }) => {
      const auc = rankedAuc(ranking, hits, own);
      return sum + (Number.isFinite(auc) ? weight * Math.abs(2 * auc - 1) : 0);
    }, 0);
    found.set(column, Math.max(found.get(column) ?? 0, relation));
  }
  return found;
}

/** The least NDCG of the holdout's own rows, drawn again: as many as make its chance that of both sides. */
function leastByChance(
  inputs: readonly PreparedInput[],
  targets: readonly Target[],
  gains: readonly number[],
  drawn: number,
  { seed }: LabelComparison['bootstrap'],
): number {
  const random = createRandom(seed);
  const rows = inputs[0]?.isKnown.length ?? 0;
  const weights = new Float64Array(rows);
  let least = 1;
  for (let draw = 0; draw < RESAMPLES; draw++) {
    weights.fill(0);
    for (let i = 0; i < drawn; i++) {
      const row = random.below(rows);
      weights[row] = (weights[row] as number) + 1;
    }
    least = Math.min(least, ndcg(gains, [...relations(inputs, targets, weights).values()]));
  }
  return least;
}

/** Whether the model inputs still say as much about the label as at training. */
export const relation = {
  name: 'relation',
  label: 'Relation to the label',
  summary:
    'Whether the model inputs still rank as on the holdout by how much each alone says about the label. The importance that a model gives to them is another thing.',
  source:
    'NDCG with the limit 0.9 as in SageMaker Clarify ("Feature attribution drift"), over |2 AUC - 1| (Somers 1962) in place of SHAP values',
  measure(comparison) {
    const { window, holdout, inputs: columns, settings, bootstrap } = comparison;
    if (!window.inputs || !holdout.inputs || columns.length === 0) {
      return notMeasured('relation', 'not measured: the log has no model inputs of these rows');
    }
    if (new Set(columns).size < 2) return notMeasured('relation', 'not measured: a ranking needs two columns');
    const [own, known] = [prepare(window, columns), prepare(holdout, columns)];
    const [nowTargets, targets] = [targetsOf(window, comparison), targetsOf(holdout, comparison)];
    const now = relations(own, nowTargets, new Float64Array(window.rows).fill(1));
    const before = relations(known, targets, new Float64Array(holdout.rows).fill(1));
    const gains = [...before.values()];
    const value = ndcg(gains, [...now.values()]);
    const drawn = Math.max(1, Math.round(1 / (1 / window.rows + 1 / holdout.rows)));
    const byChance = value < settings.relation ? leastByChance(known, targets, gains, drawn, bootstrap) : value;
    const changed = value < settings.relation && value < byChance;
    const moved = [...before].toSorted(
      ([a, x], [b, y]) => Math.abs((now.get(b) ?? 0) - y) - Math.abs((now.get(a) ?? 0) - x),
    );
    const measures: LabelMeasure[] = moved
      .slice(0, KEPT)
      .map(([name, was]) => ({ name, value: now.get(name) ?? 0, holdout: was }));
    const names = moved
      .slice(0, NAMED)
      .map(([name, was]) => `${name} ${formatNumber(was)} → ${formatNumber(now.get(name) ?? 0)}`)
      .join(', ');
    return {
      check: 'relation',
      severity: changed ? 'warning' : 'none',
      measured: true,
      reason: changed
        ? `the model inputs rank otherwise by their relation to the label: NDCG ${formatNumber(value, { apartFrom: settings.relation })} is under ${formatNumber(settings.relation)} (${names})`
        : value < settings.relation
          ? `NDCG ${formatNumber(value)} of the relation to the label may be chance in so few rows`
          : `the model inputs rank as before by their relation to the label: NDCG ${formatNumber(value)}`,
      measures: [{ name: 'NDCG', value, changed }, ...measures],
    };
  },
} as const satisfies LabelCheck;
