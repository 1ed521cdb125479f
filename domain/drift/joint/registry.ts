import { domainClassifier } from './domain-classifier.ts';
import { embeddingClassifier } from './embedding-classifier.ts';
import type { JointTest } from './joint-test.ts';

/** The tests of columns together: of all, and of each embedding. */
export const JOINT_TESTS = [domainClassifier, embeddingClassifier] as const;

/** The settings of the thresholds, by the names of the tests. */
export const jointThresholdSettings = <Tests extends readonly JointTest[]>(tests: Tests) =>
  Object.fromEntries(tests.map(({ name, threshold }) => [name, threshold])) as {
    [Test in Tests[number] as Test['name']]: Test['threshold'];
  };

/** The thresholds of a `drift` section, by the names of the tests that it does not turn off. */
export const jointThresholdsOf = (
  section: Readonly<Record<string, unknown>>,
  tests: readonly JointTest[] = JOINT_TESTS,
): Record<string, number> =>
  Object.fromEntries(
    tests.flatMap(({ name }) => (typeof section[name] === 'number' ? [[name, section[name]] as const] : [])),
  );
