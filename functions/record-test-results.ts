import { runOfConfig } from '#domain/deployment/target';
import { testOutcome } from '#domain/endpoint-tests/outcome';
import { latestResultKey, resultKey } from '#domain/endpoint-tests/suite';
import { InvalidInputError } from '#domain/errors';
import { pipelineOfEndpoint } from '#domain/naming';
import { endpointTestStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { recordTestResultsSchema } from '#schemas/events/endpoint-tests';

const config = readConfig(['STAGE', 'ENDPOINT_TESTS_TABLE']);

/** Stores a suite's results with the tests, keyed by the execution's start time, and summarizes them. */
export const handler = withMiddleware(recordTestResultsSchema, async ({ suite, results, executionArn, startedAt }) => {
  const { endpointName, endpointConfigName, trigger, only } = suite;
  const pipeline = pipelineOfEndpoint(config.STAGE, endpointName);
  if (!pipeline) throw new InvalidInputError(`${endpointName} belongs to no pipeline of stage ${config.STAGE}`);
  const run = runOfConfig(config.STAGE, pipeline, endpointConfigName);
  const outcome = testOutcome(results);
  const { passed, detail, counts } = outcome;
  const tested = { endpointName, endpointConfigName, trigger };
  const tests = endpointTestStore(config);
  const item = {
    ...tested,
    passed,
    detail,
    counts,
    results,
    startedAt,
    executionArn,
    ...(only ? { only } : {}),
    ...(run ? { runId: run.runId } : {}),
  };
  await tests.put(endpointName, resultKey(startedAt, endpointConfigName), item);
  if (only === undefined) {
    await tests.put(endpointName, latestResultKey, item, {
      expression: 'attribute_not_exists(pk) OR startedAt <= :now',
      values: { ':now': startedAt },
    });
  }
  return { ...outcome, ...tested, pipeline, ...(run ? { run } : {}) };
});
