import { runOfConfig } from '#domain/deployment/target';
import { readTestRun, type TestRun } from '#domain/endpoint-tests/history';
import { resultPrefix } from '#domain/endpoint-tests/suite';
import { pipelineOfEndpoint } from '#domain/naming';
import type { ReportedRun } from '#domain/reports/test-history';
import { getState } from '../runs.ts';
import type { Target } from '../target.ts';
import type { TestedEndpoint } from './suite.ts';

/** The runs of an endpoint's tests, newest first. */
export async function testRuns({ tests, endpoint }: TestedEndpoint, limit: number): Promise<TestRun[]> {
  return (await tests.list(endpoint, resultPrefix, limit)).map(readTestRun);
}

/** The model versions that were tested, by endpoint config. A config that was made by hand has none. */
async function testedModels(
  target: Target,
  { endpoint }: TestedEndpoint,
  runs: readonly TestRun[],
): Promise<ReadonlyMap<string, number>> {
  const pipeline = pipelineOfEndpoint(target.stage, endpoint);
  const versions = new Map<string, number>();
  if (pipeline === undefined) return versions;
  for (const config of new Set(runs.map(({ endpointConfigName }) => endpointConfigName))) {
    const run = runOfConfig(target.stage, pipeline, config);
    const record = run && (await getState(target, pipeline, `run#${run.runId}`));
    const version = record?.['modelPackageVersion'];
    if (typeof version === 'number') versions.set(config, version);
  }
  return versions;
}

/** The runs of an endpoint's tests with the versions of the models that they tested, newest first. */
export async function reportedRuns(target: Target, endpoint: TestedEndpoint, limit: number): Promise<ReportedRun[]> {
  const runs = await testRuns(endpoint, limit);
  const models = await testedModels(target, endpoint, runs);
  return runs.map((run) => ({ ...run, modelVersion: models.get(run.endpointConfigName) ?? null }));
}
