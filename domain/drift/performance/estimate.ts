import { metricsOf } from '#domain/metrics/registry';
import { formatPercent } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import type { PerformanceEstimate, PerformanceReference } from '#schemas/records/performance-estimate';
import type { FeatureMatrix } from '../columns.ts';
import { knownMatrix, pickInputs } from '../joint/rows.ts';
import { LEAST_REFERENCE_ROWS, toBlocks } from './blocks.ts';
import { estimateClasses, type RawEstimate } from './classes.ts';
import { judgeDrop, withInterval, worstLosses } from './interval.ts';
import { estimateLosses } from './losses.ts';
import { findNovelty } from './novelty.ts';
import { measureOverlap } from './overlap.ts';
import type { PerformanceSettings } from './settings.ts';

/** Rows that a model answered, all its inputs included. */
export interface WindowRows {
  readonly inputs: FeatureMatrix;
  /** Row-major: one per class for multiclass, else one. */
  readonly scores: Float64Array;
}

/** One-sided 99 % quantile of the standard normal. */
const SIGNIFICANT = 2.326;
/** Most columns that are named as the cause. */
const NAMED = 5;

export const noEstimate = (reason: string): PerformanceEstimate => ({ status: 'none', alarm: false, reason });

/**
 * Estimates the performance of a model in a window without labels. Rows outside of what the model was evaluated on get no estimate:
 * few of them widen the interval by the worst and the best that they could be (Manski 1990), many end the estimate.
 *
 * @param metric the metric of the alarm; one that cannot be estimated for the task gives no estimate
 */
export function estimatePerformance(
  reference: PerformanceReference,
  window: WindowRows,
  settings: PerformanceSettings & { readonly metric: string },
): PerformanceEstimate {
  if (reference.rows < LEAST_REFERENCE_ROWS) {
    return noEstimate(
      `no estimate: the model was evaluated on ${reference.rows} rows, and an estimate needs ${LEAST_REFERENCE_ROWS}`,
    );
  }
  const known = knownMatrix(reference);
  const met = pickInputs(window.inputs, reference);
  const novelty = findNovelty(known)(met);
  const inside = Array.from(novelty.outside.keys()).filter((row) => novelty.outside[row] === 0);
  const rows = pickRows(met, inside);
  const overlap = measureOverlap(known, rows);
  const facts = {
    rows: met.rows,
    outside: novelty.share,
    expectedOutside: novelty.nominal,
    overlap: overlap.share,
    causes: novelty.causes
      .slice(0, NAMED)
      .map(({ at, share }) => ({ column: reference.inputs[at]?.column ?? '', share })),
  };
  const unknown = whyUnknown(facts, settings);
  if (unknown !== undefined) {
    return {
      status: 'outside',
      ...facts,
      alarm: true,
      reason: `outside of what the model knows, no estimate: ${unknown}`,
    };
  }
  const excess = Math.max(novelty.share - novelty.nominal, 0);
  const blocks = toBlocks(reference.rows).length;
  const metrics = estimateAll(reference, known, overlap.weights, {
    inputs: rows,
    scores: pickScores(window, inside),
  }).map((raw) => withInterval(raw, excess, blocks, worstLosses(reference)));
  const judged = metrics.find(({ metric }) => metric === settings.metric);
  if (!judged) return noEstimate(`no estimate: ${settings.metric} cannot be estimated without labels in this window`);
  return { status: 'estimated', ...facts, metrics, judged, ...judgeDrop(judged, settings.maxDrop) };
}

type Facts = Pick<
  Extract<PerformanceEstimate, { status: 'outside' }>,
  'rows' | 'outside' | 'expectedOutside' | 'overlap' | 'causes'
>;

/** Why a window is outside of what the model knows; undefined where it is not. */
function whyUnknown(
  { rows, outside, expectedOutside, overlap, causes }: Facts,
  { maxOutside, minOverlap }: PerformanceSettings,
): string | undefined {
  // the share beyond the expected one, less what chance may add to it
  const deviation = Math.sqrt((Math.max(outside, 1 / rows) * (1 - outside)) / rows);
  if (outside - expectedOutside - SIGNIFICANT * deviation > maxOutside || outside === 1) {
    const names = causes.filter(({ share }) => share >= outside / 10).map(({ column }) => column);
    return `${formatPercent(outside)} of the rows are unlike every row that the model was evaluated on, by ${names.join(', ')}`;
  }
  return overlap < minOverlap
    ? `only ${formatPercent(overlap)} of the rows that the model was evaluated on are like the rows of the window`
    : undefined;
}

function estimateAll(
  { task, classes, threshold, scores, labels }: PerformanceReference,
  known: FeatureMatrix,
  weights: Float64Array,
  window: WindowRows,
): RawEstimate[] {
  const metrics = metricsOf(task);
  const answered = Float64Array.from(scores);
  switch (task) {
    case 'binary':
    case 'multiclass': {
      const common = { task, classes: task === 'binary' ? 2 : classes, threshold };
      const reference = { answers: { ...common, scores: answered }, labels: Uint16Array.from(labels) };
      return estimateClasses(reference, { ...common, scores: window.scores }, weights, metrics);
    }
    case 'regression':
      return estimateLosses({ inputs: known, predicted: answered }, Float64Array.from(labels), {
        inputs: window.inputs,
        predicted: window.scores,
      });
    default:
      return unreachable(task, 'task');
  }
}

function pickRows({ width, values }: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const picked = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) picked.set(values.subarray(row * width, (row + 1) * width), i * width);
  return { rows: rows.length, width, values: picked };
}

function pickScores({ inputs, scores }: WindowRows, rows: readonly number[]): Float64Array {
  const perRow = inputs.rows === 0 ? 1 : scores.length / inputs.rows;
  return pickRows({ rows: inputs.rows, width: perRow, values: scores }, rows).values;
}
