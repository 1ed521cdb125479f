import * as z from 'zod';
import { shownPath } from '#domain/data/shown';
import type { EndpointTestKind } from './endpoint-test.ts';
import {
  ENDPOINT_TESTS,
  type EndpointTest,
  endpointTestKind,
  endpointTestSchema,
  endpointTestSchemaOf,
} from './registry.ts';

/** An invalid test. It fails with the reason. */
const invalidTestSchema = z.object({ id: z.string(), kind: z.literal('invalid'), problem: z.string() });
type InvalidTest = z.output<typeof invalidTestSchema>;

/** A test read from the table. */
export const loadedTestSchema = z.union([endpointTestSchema, invalidTestSchema]);
export type LoadedTest = z.output<typeof loadedTestSchema>;

/** Sort key of a test; the partition is the endpoint's name. */
export const testKey = (id: string): string => `test#${id}`;
export const testPrefix = testKey('');
/** Sort key that marks a state of an endpoint as tested. */
export const testedKey = (modifiedAt: string, endpointConfigName: string): string =>
  `tested#${modifiedAt}#${endpointConfigName}`;
export const resultKey = (startedAt: string, endpointConfigName: string): string =>
  `result#${startedAt}#${endpointConfigName}`;
export const latestResultKey = 'latest-result';

/**
 * Maximum size of a suite in characters: it is part of a state payload of 262,144 bytes (Step Functions Developer Guide,
 * "Service quotas").
 */
const roomiest = 120_000;

const invalid = (id: string, problem: string): InvalidTest => ({ id, kind: 'invalid', problem });

/**
 * Reads one item of the endpoint-tests table. An invalid item becomes a test that fails and names the path and the fix.
 *
 * @param goldenUri `golden.json` of the run in service, if known: managed tests use it, also after a roll-back
 * @returns undefined when the test is switched off (`enabled: false`)
 */
export function readTest(
  item: Readonly<Record<string, unknown>>,
  goldenUri: string | undefined,
  kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS,
): LoadedTest | undefined {
  const { pk: _pk, sk, managed, ...written } = item;
  const id = String(sk).slice(testPrefix.length);
  if (written['enabled'] === false) return undefined;
  const schema = kinds === ENDPOINT_TESTS ? endpointTestSchema : endpointTestSchemaOf(kinds);
  const parsed = schema.safeParse({ ...written, id });
  if (!parsed.success) {
    const problems = parsed.error.issues.map((i) => `${shownPath(i.path) || 'the item'}: ${i.message}`);
    return invalid(id, problems.join('; '));
  }
  const test = parsed.data as EndpointTest;
  if (managed !== true || goldenUri === undefined) return test;
  return (endpointTestKind(test.kind, kinds).withGolden?.(test, goldenUri) ?? test) as LoadedTest;
}

/** Reads all tests of an endpoint in the order of their ids. Tests beyond the size limit fail with that reason. */
export function readTests(
  items: readonly Readonly<Record<string, unknown>>[],
  goldenUri: string | undefined,
): LoadedTest[] {
  let room = roomiest;
  return items
    .flatMap((item) => readTest(item, goldenUri) ?? [])
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((test) => {
      room -= JSON.stringify(test).length;
      return room >= 0
        ? test
        : invalid(test.id, 'the tests of this endpoint are too large together; keep golden cases in S3 (s3Uri)');
    });
}
