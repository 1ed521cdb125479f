import { defaultTests } from '#domain/endpoint-tests/defaults';
import { testKey } from '#domain/endpoint-tests/suite';
import type { StateStore } from '#functions/ports/state-store';
import type { Pipeline } from '#schemas/pipeline';

/**
 * Puts the tests every endpoint has into the tests table. They are `managed`: each deployment writes them anew, as long as
 * nobody takes that mark off (or changes it) to keep a version of their own.
 */
export async function putDefaultTests(
  tests: StateStore,
  endpointName: string,
  pipeline: Pipeline,
  goldenUri: string,
): Promise<void> {
  const unlessTakenOver = {
    expression: 'attribute_not_exists(pk) OR (managed = :yes AND (attribute_not_exists(enabled) OR enabled = :yes))',
    values: { ':yes': true },
  };
  for (const { id, ...test } of defaultTests(pipeline, goldenUri)) {
    await tests.put(endpointName, testKey(id), { ...test, managed: true }, unlessTakenOver);
  }
}
