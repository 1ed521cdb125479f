import { defaultTests } from '#domain/endpoint-tests/defaults';
import { isEnabled } from '#domain/endpoint-tests/suite';
import type { StateStore } from '#functions/ports/state-store';
import { type Change, type Guard, putTest } from '#functions/use-cases/test-versions';
import type { ServedConfig } from '#schemas/records/served-config';

/** A test that nobody took over: the user removes `managed` or switches the test off to keep a modified one. */
const unlessTakenOver: Guard = {
  replaces: (current) => current['managed'] === true && isEnabled(current),
  condition: {
    expression: 'managed = :yes AND (attribute_not_exists(enabled) OR enabled = :yes)',
    values: { ':yes': true },
  },
};

/**
 * Puts the default tests of every endpoint into the tests table. They are `managed`: each deployment overwrites them, unless
 * a user removed or changed that attribute to keep a modified test.
 */
export async function putDefaultTests(
  tests: StateStore,
  endpointName: string,
  config: ServedConfig,
  goldenUri: string,
  change: Change,
): Promise<void> {
  for (const { id, ...test } of defaultTests(config, goldenUri)) {
    await putTest(tests, endpointName, id, { ...test, managed: true }, change, unlessTakenOver);
  }
}
