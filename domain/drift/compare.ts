import { EvaluationError } from '#domain/errors';
import { formatNumber } from '#domain/text/format-number';
import type { Baseline, ColumnDrift, DriftReport, Histogram, TestDrift, Window } from '#schemas/records/baseline';
import { describeShift } from './describe-shift.ts';
import type { DriftTest } from './drift-test.ts';
import { sameBins } from './histogram.ts';
import { judgeEmbedding, judgeTogether, measureEmbeddings, measureTogether, whyNotTogether } from './joint/compare.ts';
import type { JointTest } from './joint/joint-test.ts';
import { JOINT_TESTS, jointThresholdsOf } from './joint/registry.ts';
import type { JointRows } from './joint/rows.ts';
import { applies, byDrift, DRIFT_TESTS, thresholdsOf } from './registry.ts';
import type { DriftSettings } from './settings.ts';
import { benjaminiHochberg, leastLikely } from './significance.ts';

/** Probability that a whole report without drift finds some, unless the pipeline says another. */
export const FALSE_ALARM_RATE = 0.01;

export interface CompareInput {
  readonly baseline: Baseline;
  /** Counted in the baseline's bins by `buildWindow`. */
  readonly window: Window;
  /** The smallest effects that count as drift, by test name. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Rows of both to compare all columns together, or why there are none. */
  readonly together?: JointRows | string | undefined;
  /** The smallest effects of all columns together that count as drift, by the names of the tests that are on. */
  readonly jointThresholds?: Readonly<Record<string, number>>;
  /** A smaller window is reported as too small and not tested. */
  readonly minRows: number;
  /** Probability of any finding in a report without drift, over all columns and tests. */
  readonly falseAlarmRate?: number;
}

/**
 * Compares each column and the score of a window with the baseline, by every test for the kind of column, and embeddings and all columns
 * together by rows of both. A column has drifted when a test's effect is above its threshold and the column's least likely finding is significant among those
 * of all columns (`significance.ts`).
 *
 * @throws EvaluationError when window and baseline do not share columns and bins, or a test has no threshold
 */
export function compareWindow(
  input: CompareInput,
  tests: readonly DriftTest[] = DRIFT_TESTS,
  jointTests: readonly JointTest[] = JOINT_TESTS,
): DriftReport {
  const { baseline, window, thresholds, jointThresholds = {}, minRows, falseAlarmRate = FALSE_ALARM_RATE } = input;
  const { rows } = window;
  const pairs = pairHistograms(baseline, window);
  if (rows < Math.max(minRows, 1)) return { rows, tooSmall: true, columns: [], drifted: false, driftedColumns: [] };
  const measured = pairs.map(([before, now]) => measureColumn(before, now, tests, thresholds));
  const samples = typeof input.together === 'object' ? input.together : undefined;
  const joint = samples ? measureTogether(samples, jointTests, jointThresholds) : [];
  const embedded = samples ? measureEmbeddings(samples, jointTests, jointThresholds) : [];
  const byRows = [joint, ...embedded.map(({ effects }) => effects)].map((own) =>
    own.map((effect) => effect.measured.p),
  );
  const found = [...measured.map((effects) => effects.map(({ p }) => p)), ...byRows];
  const significant = benjaminiHochberg(
    found.filter((probabilities) => probabilities.length > 0).map(leastLikely),
    falseAlarmRate,
  );
  const together = samples && joint.length > 0 ? judgeTogether(samples, joint, significant) : undefined;
  const notTogether = whyNotTogether(input.together, jointTests, jointThresholds);
  const judged = pairs.map(([before, now], i) => judgeColumn(before, now, measured[i] as Effect[], significant));
  const embeddings = embedded.flatMap((own) => (own.effects.length > 0 ? [judgeEmbedding(own, significant)] : []));
  const columns = [...judged.slice(0, baseline.columns.length), ...embeddings];
  const score = judged[baseline.columns.length];
  return {
    rows,
    tooSmall: false,
    columns,
    ...(score ? { score } : {}),
    ...(together ? { together } : {}),
    ...(notTogether === undefined ? {} : { notTogether }),
    drifted: [...judged, ...embeddings].some((column) => column.drifted) || together?.drifted === true,
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

interface Effect {
  readonly test: DriftTest;
  readonly statistic: number;
  readonly threshold: number;
  readonly p: number;
}

function measureColumn(
  before: Histogram,
  now: Histogram,
  tests: readonly DriftTest[],
  thresholds: Readonly<Record<string, number>>,
): Effect[] {
  return tests.flatMap((test) => {
    const measured = applies(test, before) ? test.measure(before, now) : undefined;
    if (!measured) return [];
    const configured = thresholds[test.name];
    if (configured === undefined || Number.isNaN(configured)) {
      throw new EvaluationError(`the drift test ${test.name} has no threshold`);
    }
    const { statistic, p, byChance = 0 } = measured;
    return [{ test, statistic, threshold: configured + byChance, p }];
  });
}

/** @param significant the largest probability of a column that is significant */
function judgeColumn(before: Histogram, now: Histogram, effects: readonly Effect[], significant: number): ColumnDrift {
  const judged = effects.map(({ test, statistic, threshold, p }) => {
    const isSignificant = p * effects.length <= significant;
    return {
      test,
      isSignificant,
      result: { statistic, threshold, p, drifted: isSignificant && statistic > threshold },
    };
  });
  const drifted = judged.some(({ result }) => result.drifted);
  const isSignificant = judged.some((own) => own.isSignificant);
  const shown = judged.filter(({ result }) => result.drifted === drifted);
  const verdicts = shown.map(({ test, result }) => verdict(test, result)).join(', ') || 'No test applies';
  const small = isSignificant && !drifted ? '; more than chance, but too small to matter' : '';
  return {
    column: before.column,
    kind: before.kind,
    tests: Object.fromEntries(judged.map(({ test, result }) => [test.name, result])),
    drifted,
    reason: `${verdicts}${drifted ? `; most of it: ${describeShift(before, now)}` : small}.`,
  };
}

function verdict({ label }: DriftTest, { statistic, threshold, drifted }: TestDrift): string {
  const value = formatNumber(statistic, { apartFrom: threshold });
  const limit = formatNumber(threshold);
  if (drifted) return `${label} ${value} is over ${limit}`;
  return statistic > threshold ? `${label} ${value} may be chance` : `${label} ${value} is within ${limit}`;
}

/**
 * Compares a window as the drift settings of a pipeline say.
 *
 * @param minRows a smaller window is not tested
 */
export const compareBy = (
  drift: DriftSettings,
  compared: Pick<CompareInput, 'baseline' | 'window' | 'together'>,
  minRows: number = drift.minRows,
): DriftReport =>
  compareWindow({
    ...compared,
    minRows,
    thresholds: thresholdsOf(drift),
    jointThresholds: jointThresholdsOf(drift),
    falseAlarmRate: drift.falseAlarmRate,
  });
