import * as z from 'zod';
import type { EndpointTestKind } from './endpoint-test.ts';
import {
  ENDPOINT_TESTS,
  type EndpointTest,
  endpointTestKind,
  endpointTestSchema,
  endpointTestSchemaOf,
} from './registry.ts';

/** A test that cannot run as it is written; it fails by saying why. */
const invalidTestSchema = z.object({ id: z.string(), kind: z.literal('invalid'), problem: z.string() });
type InvalidTest = z.output<typeof invalidTestSchema>;

/** A test as it is read from the table. */
export const loadedTestSchema = z.union([endpointTestSchema, invalidTestSchema]);
export type LoadedTest = z.output<typeof loadedTestSchema>;

/** Sort key of a test; the partition is the endpoint's name. */
export const testKey = (id: string): string => `test#${id}`;
export const testPrefix = testKey('');
/** Sort key that says an endpoint was tested as it stood then. */
export const testedKey = (modifiedAt: string, endpointConfigName: string): string =>
  `tested#${modifiedAt}#${endpointConfigName}`;
export const resultKey = (startedAt: string, endpointConfigName: string): string =>
  `result#${startedAt}#${endpointConfigName}`;
export const latestResultKey = 'latest-result';

/**
 * Characters of tests a suite may hold: they travel in a state's payload of 262,144 bytes (Step Functions Developer Guide,
 * "Service quotas").
 */
const roomiest = 120_000;

const invalid = (id: string, problem: string): InvalidTest => ({ id, kind: 'invalid', problem });

/**
 * Reads one item of the endpoint-tests table. What it does not understand becomes a test that fails by naming path and fix.
 *
 * @param goldenUri `golden.json` of the run that serves, if it is known: tests that Tidegate manages follow it, also after
 * a roll-back
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
    const problems = parsed.error.issues.map((i) => `${i.path.join('.') || 'the item'}: ${i.message}`);
    return invalid(id, problems.join('; '));
  }
  const test = parsed.data as EndpointTest;
  if (managed !== true || goldenUri === undefined) return test;
  return (endpointTestKind(test.kind, kinds).withGolden?.(test, goldenUri) ?? test) as LoadedTest;
}

/** Reads all tests of an endpoint, in the order of their ids; those past the room of a payload fail by saying so. */
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
