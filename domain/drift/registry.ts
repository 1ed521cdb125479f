import type { ColumnDrift, Histogram, TestDrift } from '#schemas/records/baseline';
import { chiSquare } from './chi-square.ts';
import type { DriftTest } from './drift-test.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { JOINT_TESTS } from './joint/registry.ts';
import { ks } from './ks.ts';
import { missing } from './missing.ts';
import { psi } from './psi.ts';
import { range } from './range.ts';
import { unseen } from './unseen.ts';
import { wasserstein } from './wasserstein.ts';

/** The drift tests. The first applies to every column, and columns are ordered by it. */
export const DRIFT_TESTS = [psi, ks, chiSquare, jensenShannon, wasserstein, unseen, missing, range] as const;

/** All tests, those of all columns together among them. */
export const ALL_TESTS = [...DRIFT_TESTS, ...JOINT_TESTS] as const;

/** The settings of the thresholds, by the names of the tests. */
export const thresholdSettings = <Tests extends readonly DriftTest[]>(tests: Tests) =>
  Object.fromEntries(tests.map(({ name, threshold }) => [name, threshold])) as {
    [Test in Tests[number] as Test['name']]: Test['threshold'];
  };

/** The thresholds of a `drift` section, by the names of the tests. */
export const thresholdsOf = (
  section: Readonly<Record<string, unknown>>,
  tests: readonly DriftTest[] = DRIFT_TESTS,
): Record<string, number> => Object.fromEntries(tests.map(({ name }) => [name, Number(section[name])]));

/** Whether a test compares columns of a kind. */
export const applies = ({ kinds }: DriftTest, { kind }: Pick<Histogram, 'kind'>): boolean => kinds.includes(kind);

type Moved = Pick<ColumnDrift, 'tests' | 'drifted'>;

/**
 * Orders columns: drifted ones first, then by descending statistic of the first test. An embedding, which it does not apply to, counts by how
 * far its statistic is above the threshold.
 */
export const byDrift =
  ([first]: readonly DriftTest[] = DRIFT_TESTS) =>
  (a: Moved, b: Moved): number => {
    const beyond = ({ statistic: own, threshold }: TestDrift): number => own / threshold - 1;
    const statistic = ({ tests }: Moved): number =>
      (first && tests[first.name]?.statistic) ?? Math.max(0, ...Object.values(tests).map(beyond));
    return Number(b.drifted) - Number(a.drifted) || statistic(b) - statistic(a);
  };

/**
 * A column's strongest finding, or that of all columns together: of the tests that found drift, else of all, the one furthest above its
 * threshold.
 */
export function strongestOf(
  { tests: found }: Pick<ColumnDrift, 'tests'>,
  tests: readonly Pick<DriftTest, 'name' | 'label'>[] = ALL_TESTS,
) {
  const own = tests.flatMap(({ name, label }) => {
    const result = found[name];
    return result === undefined ? [] : [{ label, ...result }];
  });
  const above = ({ statistic, threshold }: { statistic: number; threshold: number }): number => statistic / threshold;
  return own.toSorted((a, b) => Number(b.drifted) - Number(a.drifted) || above(b) - above(a))[0];
}
