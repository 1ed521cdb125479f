import type { RegressionCurves } from '#schemas/records/evaluation';
import { quantile } from './quantile.ts';

const GRID = 40;
const RESIDUAL_BINS = 41;
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
  const residualEdges = equalEdges(-magnitude, magnitude, RESIDUAL_BINS);
  const residualCounts = new Array<number>(RESIDUAL_BINS).fill(0);
  actual.forEach((value, row) => {
    increment(counts[binOf(edges, value)] as number[], binOf(edges, predicted[row] as number));
    increment(residualCounts, binOf(residualEdges, errors[row] as number));
  });
  return {
    predictedVsActual: { xEdges: edges, yEdges: edges, counts },
    residuals: { edges: residualEdges, counts: residualCounts },
  };
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
