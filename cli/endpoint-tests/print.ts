import { stringify } from 'yaml';
import { lastResult, type TestRun } from '#domain/endpoint-tests/history';
import type { TestVersion } from '#domain/endpoint-tests/versions';
import { identityName } from '#domain/registry/decision';
import type { StateItem } from '#functions/ports/state-store';
import type { TestResult } from '#schemas/records/test-result';
import { dim, green, red, seconds, table, yellow } from '../output.ts';
import type { CurrentTest } from './suite.ts';

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const versionText = (version: number | undefined): string => (version === undefined ? '-' : `v${version}`);
const verdict = (passed: boolean): string => (passed ? green('passed') : red('failed'));
const whoText = (by: string | undefined): string => (by === undefined ? '-' : identityName(by));

/** The result of a test, in a line. */
export const resultLine = ({ id, kind, passed, detail, durationMs }: TestResult): string =>
  `${passed ? green('✓') : red('✗')} ${id} ${dim(`${kind} ${seconds(durationMs)}`)}${passed ? '' : ` ${detail}`}`;

/** The tests of an endpoint with their last results. */
export const listTable = (tests: readonly CurrentTest[], runs: readonly TestRun[]): string =>
  table(
    ['TEST', 'KIND', 'VERSION', 'LAST', 'MS', 'DETAIL'],
    tests.map(({ id, kind, version, enabled }) => {
      const result = lastResult(runs, id);
      return [
        id,
        kind,
        versionText(version),
        enabled ? (result ? verdict(result.passed) : '-') : yellow('off'),
        result ? String(Math.round(result.durationMs)) : '',
        result?.detail ?? '',
      ];
    }),
  );

/** A test as a YAML file that `tests put` takes, with its version in a comment. */
export function testYaml(test: StateItem, version: TestVersion | undefined): string {
  const head = version
    ? [`version ${version.version}`, minute(version.at), ...(version.by ? [whoText(version.by)] : []), version.comment]
    : ['edited in the console: no version yet'];
  const comment = head.filter((part) => part !== undefined).join(', ');
  return `# ${comment.replaceAll(/\s+/g, ' ')}\n${stringify(test)}`;
}

/** The runs of an endpoint's tests. */
export const runsTable = (runs: readonly TestRun[], models: ReadonlyMap<string, number>): string =>
  table(
    ['WHEN', 'TRIGGER', 'MODEL', 'RESULT', 'PASSED', 'TOOK', 'FAILED', 'CONFIG'],
    runs.map(({ startedAt, trigger, endpointConfigName, passed, results, durationMs, only }) => [
      minute(startedAt),
      only ? `${trigger}, picked` : trigger,
      versionText(models.get(endpointConfigName)),
      verdict(passed),
      `${results.filter((result) => result.passed).length} of ${results.length}`,
      seconds(durationMs),
      failedText(results),
      endpointConfigName,
    ]),
  );

function failedText(results: readonly TestResult[]): string {
  const failed = results.filter(({ passed }) => !passed).map(({ id }) => id);
  return failed.length === 0
    ? '-'
    : `${failed.slice(0, 3).join(', ')}${failed.length > 3 ? ` +${failed.length - 3}` : ''}`;
}

/** The runs of one test. */
export const testRunsTable = (id: string, runs: readonly TestRun[], models: ReadonlyMap<string, number>): string =>
  table(
    ['WHEN', 'TRIGGER', 'MODEL', 'VERSION', 'RESULT', 'MS', 'DETAIL'],
    runs.flatMap(({ startedAt, trigger, endpointConfigName, results }) =>
      results
        .filter((result) => result.id === id)
        .map(({ passed, version, durationMs, detail }) => [
          minute(startedAt),
          trigger,
          versionText(models.get(endpointConfigName)),
          versionText(version),
          verdict(passed),
          String(Math.round(durationMs)),
          detail,
        ]),
    ),
  );

/** The versions of a test. */
export const versionsTable = (versions: readonly TestVersion[]): string =>
  table(
    ['VERSION', 'WHEN', 'BY', 'WHAT', 'COMMENT'],
    versions.map(({ version, at, by, deleted, comment }) => [
      versionText(version),
      minute(at),
      whoText(by),
      deleted ? 'deleted' : version === 1 ? 'added' : 'changed',
      comment ?? '-',
    ]),
  );
