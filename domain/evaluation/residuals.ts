import type { RegressionCurves } from '#schemas/records/evaluation';
import { quantile } from './quantile.ts';

const GRID = 40;
const RESIDUAL_BINS = 41;
const PREDICTION_BINS = 20;
/** A percentile of fewer rows says little. */
const LEAST_OF_BIN = 20;
/** Share of rows left outside the plotted range at each end, counted in the outermost bins. */
const TAIL = 0.001;

/**
 * Data of the regression plots: counts on a 40 × 40 grid of actual by predicted (one common range for both axes) and
 * a histogram of predicted - actual, symmetric about zero with zero in the middle bin. Ranges span the central 99.8 % of
 * the values, so that one outlier does not flatten the plot; values outside are counted in the outermost bins.
 */
export function regressionCurves(actual: Float64Array, predicted: Float64Array): RegressionCurves {
  const a = actual.toSorted();
  const p = predicted.toSorted();
  const low = Math.min(quantile(a, TAIL), quantile(p, TAIL));
  const high = Math.max(quantile(a, 1 - TAIL), quantile(p, 1 - TAIL));
  const edges = equalEdges(low, high, GRID);
  const counts = Array.from({ length: GRID }, () => new Array<number>(GRID).fill(0));
  const errors = predicted.map((value, row) => value - (actual[row] as number));
  const magnitude = quantile(errors.map(Math.abs).sort(), 1 - 2 * TAIL);
  actual.forEach((value, row) => {
    increment(counts[binOf(edges, value)] as number[], binOf(edges, predicted[row] as number));
  });
  return {
    predictedVsActual: { xEdges: edges, yEdges: edges, counts },
    ...residualCurves(actual, predicted, equalEdges(-magnitude, magnitude, RESIDUAL_BINS)),
  };
}

/**
 * The distribution of predicted - actual, as counts between edges, and how it changes with the prediction: its mean and its tenth and
 * ninetieth percentile in at most 20 bins of about equally many rows.
 *
 * @param edges of the histogram; rows beyond them are counted in the outermost bins
 */
export function residualCurves(
  actual: Float64Array,
  predicted: Float64Array,
  edges: readonly number[],
): Pick<RegressionCurves, 'residuals' | 'byPrediction'> {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const error = (row: number): number => (predicted[row] as number) - (actual[row] as number);
  const order = [...predicted.keys()].sort((a, b) => (predicted[a] as number) - (predicted[b] as number));
  for (const row of order) increment(counts, binOf(edges, error(row)));
  const bins = Math.max(1, Math.min(PREDICTION_BINS, Math.floor(order.length / LEAST_OF_BIN)));
  const byPrediction = Array.from({ length: bins }, (_, bin) => {
    const rows = order.slice(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    const errors = Float64Array.from(rows, error).sort();
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      predicted: mean(Float64Array.from(rows, (row) => predicted[row] as number)),
      mean: mean(errors),
      low: quantile(errors, 0.1),
      high: quantile(errors, 0.9),
      count: rows.length,
    };
  });
  return { residuals: { edges: [...edges], counts }, byPrediction };
}

/** Edges of `bins` equal bins; a range without width is widened to one unit so that bins have a width. */
function equalEdges(low: number, high: number, bins: number): number[] {
  const middle = (low + high) / 2;
  const half = high > low ? (high - low) / 2 : Math.max(Math.abs(middle) * 1e-6, 0.5);
  return Array.from({ length: bins + 1 }, (_, i) => middle + half * ((2 * i) / bins - 1));
}

function binOf(edges: readonly number[], value: number): number {
  const first = edges[0] as number;
  const last = edges[edges.length - 1] as number;
  const bins = edges.length - 1;
  return Math.min(Math.max(Math.floor(((value - first) / (last - first)) * bins), 0), bins - 1);
}

function increment(counts: number[], bin: number): void {
  counts[bin] = (counts[bin] as number) + 1;
}
