import type { TestResult } from '#schemas/records/test-result';

/** The results of a suite, as they travel to a deployment and to the team. The table has all of them. */
export interface TestOutcome {
  readonly passed: boolean;
  /** The ids of the failed tests; the last entry counts those that are left out. */
  readonly failed: readonly string[];
  readonly detail: string;
  readonly counts: { readonly tests: number; readonly failed: number };
  /** Failed tests first, as many as a card shows. */
  readonly results: readonly TestResult[];
}

/** Failed tests that an outcome names. */
const mostNamed = 20;
/** Results in an outcome. A card of Slack shows fewer. */
const mostShown = 50;

/** Sums up the results of a suite within a bounded size. */
export function testOutcome(results: readonly TestResult[]): TestOutcome {
  const failed = results.filter(({ passed }) => !passed);
  const passed = results.filter((result) => result.passed);
  const unnamed = failed.length - mostNamed;
  return {
    passed: failed.length === 0,
    failed: [...failed.slice(0, mostNamed).map(({ id }) => id), ...(unnamed > 0 ? [`${unnamed} more`] : [])],
    detail:
      results.length === 0
        ? 'There are no tests for this endpoint.'
        : `${passed.length} of ${results.length} tests passed.`,
    counts: { tests: results.length, failed: failed.length },
    results: [...failed, ...passed].slice(0, mostShown),
  };
}
