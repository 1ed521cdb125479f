import { shownPath } from '#domain/data/shown';
import type { EndpointTestKind } from './endpoint-test.ts';
import {
  ENDPOINT_TESTS,
  type EndpointTest,
  endpointTestKind,
  endpointTestSchema,
  endpointTestSchemaOf,
} from './registry.ts';
import { contentOf } from './versions.ts';

/** An invalid test. It fails with the reason. */
interface InvalidTest {
  readonly id: string;
  readonly kind: 'invalid';
  readonly problem: string;
}

/** A test read from the table. */
export type LoadedTest = EndpointTest | InvalidTest;

/** Sort key of a test; the partition is the endpoint's name. */
export const testKey = (id: string): string => `test#${id}`;
export const testPrefix = testKey('');
/** Sort key that marks a state of an endpoint as tested. */
export const testedKey = (modifiedAt: string, endpointConfigName: string): string =>
  `tested#${modifiedAt}#${endpointConfigName}`;
/** Sort keys of the records of runs start with this, and sort by the time of the start. */
export const resultPrefix = 'result#';
export const resultKey = (startedAt: string, endpointConfigName: string): string =>
  `${resultPrefix}${startedAt}#${endpointConfigName}`;
export const latestResultKey = 'latest-result';

/** The id of a test by its sort key. */
export const testIdOf = (sk: unknown): string => String(sk).slice(testPrefix.length);

/** Whether an item of the table is to be run: `enabled: false` switches it off. */
export const isEnabled = (item: Readonly<Record<string, unknown>>): boolean => item['enabled'] !== false;

/**
 * Reads one item of the endpoint-tests table. An invalid item becomes a test that fails and names the path and the fix.
 *
 * @param goldenUri `golden.json` of the run in service, if known: managed tests use it, also after a roll-back
 */
export function readTest(
  item: Readonly<Record<string, unknown>>,
  goldenUri: string | undefined,
  kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS,
): LoadedTest {
  const id = testIdOf(item['sk']);
  const { managed, ...written } = contentOf(item);
  const schema = kinds === ENDPOINT_TESTS ? endpointTestSchema : endpointTestSchemaOf(kinds);
  const parsed = schema.safeParse({ ...written, id });
  if (!parsed.success) {
    const problems = parsed.error.issues.map((i) => `${shownPath(i.path) || 'the item'}: ${i.message}`);
    return { id, kind: 'invalid', problem: problems.join('; ') };
  }
  const test = parsed.data as EndpointTest;
  if (managed !== true || goldenUri === undefined) return test;
  return (endpointTestKind(test.kind, kinds).withGolden?.(test, goldenUri) ?? test) as LoadedTest;
}
