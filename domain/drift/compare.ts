import { EvaluationError } from '#domain/errors';
import { formatNumber, formatPercent } from '#domain/text/format-number';
import type { Baseline, ColumnDrift, DriftReport, Histogram, Window } from '#schemas/records/baseline';
import type { DriftTest } from './drift-test.ts';
import { histogramRows, sameBins } from './histogram.ts';
import { applies, byDrift, DRIFT_TESTS } from './registry.ts';

/** False-alarm probability of a whole report without drift, divided equally among its comparisons. */
const FALSE_ALARMS = 0.05;

export interface CompareInput {
  readonly baseline: Baseline;
  /** Counted in the baseline's bins by `buildWindow`. */
  readonly window: Window;
  /** Configured thresholds by test name. Small windows raise them. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** A smaller window is reported as too small and not tested. */
  readonly minRows: number;
}

/**
 * Compares each column and the score of a window with the baseline, by every test for the kind of column. A column has drifted
 * when a test exceeds its threshold.
 *
 * @throws EvaluationError when window and baseline do not share columns and bins, or a test has no threshold
 */
export function compareWindow(
  { baseline, window, thresholds, minRows }: CompareInput,
  tests: readonly DriftTest[] = DRIFT_TESTS,
): DriftReport {
  const { rows } = window;
  const pairs = pairHistograms(baseline, window);
  if (rows < Math.max(minRows, 1)) return { rows, tooSmall: true, columns: [], drifted: false, driftedColumns: [] };
  const comparisons = pairs.reduce((sum, [before]) => sum + tests.filter((test) => applies(test, before)).length, 0);
  const alpha = FALSE_ALARMS / comparisons;
  const judged = pairs.map(([before, now]) => compareColumn(before, now, tests, thresholds, alpha));
  const columns = judged.slice(0, baseline.columns.length);
  const score = judged[baseline.columns.length];
  return {
    rows,
    tooSmall: false,
    columns,
    ...(score ? { score } : {}),
    drifted: judged.some((column) => column.drifted),
    driftedColumns: columns
      .filter((column) => column.drifted)
      .toSorted(byDrift(tests))
      .map((column) => column.column),
  };
}

/** Histograms by column, the score last when both sides have one. */
function pairHistograms(baseline: Baseline, window: Window): [Histogram, Histogram][] {
  if (baseline.columns.length !== window.columns.length) {
    throw new EvaluationError(
      `the window has ${window.columns.length} columns, the baseline ${baseline.columns.length}: count it with buildWindow`,
    );
  }
  const pairs = baseline.columns.map((before, i): [Histogram, Histogram] => [before, window.columns[i] as Histogram]);
  if (baseline.score && window.score) pairs.push([baseline.score, window.score]);
  for (const [before, now] of pairs) {
    if (!sameBins(before, now)) {
      throw new EvaluationError(
        `column ${before.column}: window and baseline differ in their bins: count it with buildWindow`,
      );
    }
  }
  return pairs;
}

function compareColumn(
  before: Histogram,
  now: Histogram,
  tests: readonly DriftTest[],
  thresholds: Readonly<Record<string, number>>,
  alpha: number,
): ColumnDrift {
  const found = tests.flatMap((test) => {
    const measured = applies(test, before) ? test.measure(before, now) : undefined;
    if (!measured) return [];
    const configured = thresholds[test.name];
    if (configured === undefined || Number.isNaN(configured)) {
      throw new EvaluationError(`the drift test ${test.name} has no threshold`);
    }
    const { statistic } = measured;
    const threshold = measured.threshold(configured, alpha);
    return [{ test, statistic, threshold, drifted: statistic > threshold }];
  });
  const drifted = found.some((own) => own.drifted);
  const verdicts = found.map(
    (own) =>
      `${own.test.label} ${formatNumber(own.statistic, { apartFrom: own.threshold })} is ${own.drifted ? 'over' : 'within'} ${formatNumber(own.threshold)}`,
  );
  return {
    column: before.column,
    kind: before.kind,
    tests: Object.fromEntries(found.map(({ test, ...result }) => [test.name, result])),
    drifted,
    reason: `${verdicts.join(', ') || 'No test applies'}${drifted ? `; most of it: ${describeShift(before, now)}` : ''}.`,
  };
}

/** The bin whose share of the rows changed most, as text. If a rise and a fall are equal, the rise. */
function describeShift(before: Histogram, now: Histogram): string {
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
