import { runOfConfig } from '#domain/deployment/target';
import { latestResultKey, resultKey } from '#domain/endpoint-tests/suite';
import { InvalidInputError } from '#domain/errors';
import { pipelineOfGroup } from '#domain/naming';
import { endpointTestStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { recordTestResultsSchema } from '#schemas/events/endpoint-tests';

const config = readConfig(['STAGE', 'ENDPOINT_TESTS_TABLE']);

/** Stores a suite's results with the tests, keyed by the execution's start time, and summarizes them. */
export const handler = withMiddleware(recordTestResultsSchema, async ({ suite, results, executionArn, startedAt }) => {
  const { endpointName, endpointConfigName, trigger } = suite;
  const pipeline = pipelineOfGroup(config.STAGE, endpointName);
  if (!pipeline) throw new InvalidInputError(`${endpointName} belongs to no pipeline of stage ${config.STAGE}`);
  const failed = results.filter((result) => !result.passed).map((result) => result.id);
  const outcome = {
    passed: failed.length === 0,
    failed,
    detail:
      results.length === 0
        ? 'There are no tests for this endpoint.'
        : `${results.length - failed.length} of ${results.length} tests passed.`,
    endpointName,
    endpointConfigName,
    trigger,
    results,
  };
  const item = { ...outcome, startedAt, executionArn };
  const tests = endpointTestStore(config);
  await tests.put(endpointName, resultKey(startedAt, endpointConfigName), item);
  await tests.put(endpointName, latestResultKey, item, {
    expression: 'attribute_not_exists(pk) OR startedAt <= :now',
    values: { ':now': startedAt },
  });
  const run = runOfConfig(config.STAGE, pipeline, endpointConfigName);
  return { ...outcome, pipeline, ...(run ? { run } : {}) };
});
