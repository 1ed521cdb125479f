import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { testResultSchema } from '#schemas/records/test-result';
import { endWith, exitCodes } from '../exit-codes.ts';
import { CliError, green, print, printJson, red } from '../output.ts';
import type { Target } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { testRuns } from './history.ts';
import { resultLine } from './print.ts';
import { currentTests, type TestedEndpoint } from './suite.ts';

/** The line of a test that has just run, from the output of its state. */
function progressLine(state: string, output: string | undefined): string | undefined {
  if (state !== 'RunEndpointTest' || output === undefined) return undefined;
  return resultLine(testResultSchema.parse(JSON.parse(output)));
}

/** Runs an endpoint's tests, or some, and prints each result as it comes. @throws CliError when they could not be run */
export async function runTests(
  target: Target,
  endpoint: TestedEndpoint,
  only: readonly string[],
  json: boolean | undefined,
): Promise<void> {
  const known = only.length === 0 ? [] : await currentTests(endpoint);
  for (const id of only) {
    const test = known.find((one) => one.id === id);
    if (!test) throw new CliError(`${endpoint.endpoint} has no test "${id}".`, exitCodes.usage);
    if (!test.enabled) throw new CliError(`Test "${id}" is switched off: enabled is false.`, exitCodes.usage);
  }
  const input = { endpointName: endpoint.endpoint, trigger: 'manual', ...(only.length > 0 ? { only } : {}) };
  const { executionArn = '' } = await target.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: target.outputs.TestEndpointStateMachineArn,
      input: JSON.stringify(input),
    }),
  );
  const ended = await watchExecution(target.sfn, executionArn, { silent: json === true, lineOf: progressLine });
  if (ended.status !== 'SUCCEEDED') throw new CliError(`The tests could not be run: ${describeEnd(ended)}`);
  const run = (await testRuns(endpoint, 20)).find((one) => one.executionArn === executionArn);
  const passed = (ended.output as { passed?: boolean }).passed !== false;
  if (!passed) endWith('failed');
  if (json) return printJson({ endpoint: endpoint.endpoint, passed, run: run ?? null });
  const results = run?.results ?? [];
  const failed = results.filter((result) => !result.passed).length;
  print(
    passed
      ? green(`${results.length} of ${results.length} tests passed.`)
      : red(`${failed} of ${results.length} tests failed.`),
  );
}
