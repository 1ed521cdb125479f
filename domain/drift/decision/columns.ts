import type { DriftTest } from '#domain/drift/drift-test';
import { ALL_TESTS, DRIFT_TESTS, strongestOf } from '#domain/drift/registry';
import { formatNumber } from '#domain/text/format-number';
import type { ColumnDrift, Coverage } from '#schemas/records/baseline';
import type { ColumnHistory } from '#schemas/records/drift-history';

/** Smaller probabilities are kept as zero: DynamoDB holds no number nearer to zero than 1E-130 (Developer Guide, "Data types"). */
const LEAST_P = 1e-100;

/**
 * A column as the history keeps it: its strongest test, and since when it drifts without a window between.
 *
 * @param before the same column in the last judged window of the same model
 */
export function columnHistory(
  drift: Pick<ColumnDrift, 'column' | 'tests' | 'drifted'>,
  from: string,
  before: ColumnHistory | undefined,
  tests: readonly Pick<DriftTest, 'name' | 'label'>[] = ALL_TESTS,
): ColumnHistory {
  const { column, drifted } = drift;
  const found = strongestOf(drift, tests);
  return {
    column,
    test: found?.label ?? 'none',
    effect: found?.statistic ?? 0,
    threshold: found?.threshold ?? 0,
    ...(found?.p === undefined ? {} : { p: found.p < LEAST_P ? 0 : found.p }),
    drifted,
    ...(drifted ? { since: before?.since ?? from } : {}),
  };
}

/**
 * The mean effect of the columns beyond what chance gives, by the first test, which applies to every column: what slow drift is followed by
 * where there is no estimate. Undefined without columns.
 *
 * @param threshold the configured one of that test: the rest of a column's threshold is what chance gives
 */
export function meanEffect(
  columns: readonly Pick<ColumnDrift, 'tests'>[],
  threshold: number,
  [first]: readonly [DriftTest, ...DriftTest[]] = DRIFT_TESTS,
): number | undefined {
  const effects = columns.flatMap(({ tests }) => {
    const found = tests[first.name];
    return found === undefined ? [] : [found.statistic - (found.threshold - threshold)];
  });
  return effects.length === 0 ? undefined : effects.reduce((sum, effect) => sum + effect) / effects.length;
}

/**
 * In which rows the drift is, as far as the check can tell: the slice column that moved most. Its values are in the record of the check,
 * not here: they are texts of a file.
 *
 * @param slices the columns of the pipeline with the role slice
 */
export function rowsThatMoved(
  slices: readonly string[],
  columns: readonly ColumnDrift[],
  coverage: Coverage | undefined,
  tests: readonly DriftTest[] = DRIFT_TESTS,
): string {
  if (slices.length === 0) return 'the pipeline has no slice columns that could name the rows';
  const moved = columns.find(({ column, drifted }) => drifted && slices.includes(column));
  const found = moved && strongestOf(moved, tests);
  if (moved && found) {
    return `of the slices, ${moved.column} moved most (${found.label} ${formatNumber(found.statistic)}); its values are in the record of the check`;
  }
  const unseen = new Set(coverage?.notWatched.flatMap((own) => own.columns));
  const watched = slices.filter((slice) => !unseen.has(slice));
  return watched.length > 0
    ? `no slice moved (${watched.join(', ')})`
    : `the window does not hold the slice columns (${slices.join(', ')}): drops do (drift.source: newest-drop)`;
}
