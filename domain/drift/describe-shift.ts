import { formatNumber, formatPercent } from '#domain/text/format-number';
import type { Histogram } from '#schemas/records/baseline';
import { histogramRows } from './histogram.ts';

/** The bin whose share of the rows changed most, as text. If a rise and a fall are equal, the rise. */
export function describeShift(before: Histogram, now: Histogram): string {
  const [earlier, later] = [shares(before), shares(now)];
  const moves = later.map((share, bin) => share - (earlier[bin] as number));
  const bin = moves.reduce((best, move, i) => (isBigger(move, moves[best] as number) ? i : best), 0);
  const [from, to] = [earlier, later].map((of) => formatPercent(of[bin] as number));
  return `${nameBin(before, bin)} went from ${from} to ${to} of the rows`;
}

function shares(histogram: Histogram): number[] {
  const rows = histogramRows(histogram);
  return [...histogram.counts, histogram.missing].map((count) => count / rows);
}

function isBigger(move: number, other: number): boolean {
  const rounding = 1e-12;
  return move > 0 && other <= 0 ? move > -other - rounding : Math.abs(move) > Math.abs(other) + rounding;
}

/** Names a bin by its cuts, which lie between values. The training minimum and maximum are not shown: each is a row's value. */
function nameBin(histogram: Histogram, bin: number): string {
  if (bin === histogram.counts.length) return 'missing values';
  if (histogram.kind === 'category') {
    const name = histogram.categories[bin];
    return name === undefined ? 'other categories' : `category "${name}"`;
  }
  const { edges } = histogram;
  if (edges.length === 0) return 'values in a column that had none at training';
  if (bin === 0) return 'values below the training minimum';
  if (bin === edges.length) return 'values above the training maximum';
  const from = bin > 1 ? (edges[bin - 1] as number) : undefined;
  const to = bin < edges.length - 1 ? (edges[bin] as number) : undefined;
  if (from !== undefined && to !== undefined) return `values from ${formatNumber(from)} to ${formatNumber(to)}`;
  if (from !== undefined) return `values from ${formatNumber(from)} up`;
  return to === undefined ? 'values within the training range' : `values below ${formatNumber(to)}`;
}
