import { defaultTests } from '#domain/endpoint-tests/defaults';
import { testKey } from '#domain/endpoint-tests/suite';
import type { StateStore } from '#functions/ports/state-store';
import type { ServedConfig } from '#schemas/records/served-config';

/**
 * Puts the default tests of every endpoint into the tests table. They are `managed`: each deployment overwrites them, unless
 * a user removed or changed that attribute to keep a modified test.
 */
export async function putDefaultTests(
  tests: StateStore,
  endpointName: string,
  config: ServedConfig,
  goldenUri: string,
): Promise<void> {
  const unlessTakenOver = {
    expression: 'attribute_not_exists(pk) OR (managed = :yes AND (attribute_not_exists(enabled) OR enabled = :yes))',
    values: { ':yes': true },
  };
  for (const { id, ...test } of defaultTests(config, goldenUri)) {
    await tests.put(endpointName, testKey(id), { ...test, managed: true }, unlessTakenOver);
  }
}
