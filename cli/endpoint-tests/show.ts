import { lastResult } from '#domain/endpoint-tests/history';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, print, printJson } from '../output.ts';
import type { Target } from '../target.ts';
import { testedModels, testRuns } from './history.ts';
import { listTable, runsTable, testRunsTable, testYaml, versionsTable } from './print.ts';
import { currentTests, findTest, type TestedEndpoint, testVersions, writtenTest } from './suite.ts';

/** Runs that are looked through for the last result of each test: picked tests have runs of their own. */
const recentRuns = 10;

/** Shows the tests of an endpoint with their last results. */
export async function showTests(endpoint: TestedEndpoint, json: boolean | undefined): Promise<void> {
  const [tests, runs] = [await currentTests(endpoint), await testRuns(endpoint, recentRuns)];
  const name = endpoint.endpoint;
  const [latest] = runs;
  if (json) {
    return printJson({
      endpoint: name,
      tests: tests.map(({ id, version, enabled, managed, item }) => ({
        ...{ id, version: version ?? null, enabled, managed },
        test: writtenTest(id, item),
        last: lastResult(runs, id) ?? null,
      })),
      latest: latest ?? null,
    });
  }
  if (tests.length === 0) return print(`No test of ${name} yet: the first deployment adds the default ones.`);
  if (latest) print(dim(`last run ${latest.startedAt} on ${latest.endpointConfigName}`));
  print(listTable(tests, runs));
}

/** Prints a test as a file that `tests put` takes. */
export async function showTest(
  endpoint: TestedEndpoint,
  id: string,
  number: number | undefined,
  json: boolean | undefined,
): Promise<void> {
  const { test, version } = await findTest(endpoint, id, number);
  if (json) printJson(test);
  else print(testYaml(test, version).trimEnd());
}

/** Shows the runs of an endpoint's tests, or those of one test with its versions. */
export async function showHistory(
  target: Target,
  endpoint: TestedEndpoint,
  id: string | undefined,
  limit: number,
  json: boolean | undefined,
): Promise<void> {
  const runs = await testRuns(endpoint, limit);
  const models = await testedModels(target, endpoint, runs);
  const withModel = runs.map((run) => ({ ...run, modelVersion: models.get(run.endpointConfigName) ?? null }));
  if (id === undefined) {
    if (json) return printJson({ endpoint: endpoint.endpoint, runs: withModel });
    return print(runs.length === 0 ? `The tests of ${endpoint.endpoint} did not run yet.` : runsTable(runs, models));
  }
  const versions = await testVersions(endpoint, id);
  const ran = withModel.flatMap(({ results, ...run }) =>
    results.filter((result) => result.id === id).map((result) => ({ ...run, result })),
  );
  if (versions.length === 0 && ran.length === 0) {
    throw new CliError(`${endpoint.endpoint} never had a test "${id}".`, exitCodes.usage);
  }
  if (json) return printJson({ endpoint: endpoint.endpoint, id, versions, runs: ran });
  if (versions.length > 0) print(versionsTable(versions));
  print();
  print(ran.length === 0 ? `It did not run in the last ${limit} runs.` : testRunsTable(id, runs, models));
}
