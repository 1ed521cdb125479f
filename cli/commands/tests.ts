import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import { problemsText, readYaml } from 'located-yaml';
import { featureColumns } from '#domain/data/columns';
import { shownList } from '#domain/data/shown';
import type { EndpointTestKind } from '#domain/endpoint-tests/endpoint-test';
import {
  ENDPOINT_TESTS,
  type EndpointTest,
  endpointTestKind,
  endpointTestSchema,
} from '#domain/endpoint-tests/registry';
import { endpointName } from '#domain/naming';
import type { TestResult } from '#schemas/records/test-result';
import { readText, requirePipeline } from '../arguments.ts';
import { endWith, exitCodes } from '../exit-codes.ts';
import { CliError, dim, green, print, printJson, red, table } from '../output.ts';
import { pipelineNames, readProjectPipeline } from '../project.ts';
import type { Target } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

/** The endpoint's name, given that name or the pipeline's. @throws CliError when it is neither */
function endpointOf({ stage }: Target, name: string): string {
  const ofPipeline = endpointName(stage, name);
  const known = pipelineNames();
  if (known.includes(name)) return ofPipeline;
  if (!known.some((pipeline) => endpointName(stage, pipeline) === name)) requirePipeline(name);
  return name;
}

async function query({ db, outputs }: Target, endpoint: string, prefix: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: outputs.EndpointTestsTableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': endpoint, ':sk': prefix },
      ScanIndexForward: false,
    }),
  );
  return Items;
}

async function show(target: Target, endpoint: string, json: boolean | undefined): Promise<void> {
  const tests = await query(target, endpoint, 'test#');
  const [latest] = await query(target, endpoint, 'result#');
  if (json) return printJson({ endpoint, tests, latest: latest ?? null });
  if (tests.length === 0) return print(`No test of ${endpoint} yet: the first deployment adds the default ones.`);
  const results = (latest?.['results'] ?? []) as TestResult[];
  if (latest)
    print(dim(`last run ${String(latest['startedAt'] ?? '')} on ${String(latest['endpointConfigName'] ?? '')}`));
  print(
    table(
      ['TEST', 'KIND', 'LAST', 'MS', 'DETAIL'],
      tests.map((test) => {
        const id = String(test['id'] ?? String(test['sk']).slice('test#'.length));
        const result = results.find((r) => r.id === id);
        return [
          id,
          String(test['kind']),
          result ? (result.passed ? green('passed') : red('failed')) : '-',
          result ? String(Math.round(result.durationMs)) : '',
          result?.detail ?? '',
        ];
      }),
    ),
  );
}

/**
 * Reads a test from a JSON or YAML file. (JSON is valid YAML.)
 * @throws CliError with every problem: its line, its path, what was found and what is allowed
 */
export function readTestFile(file: string): EndpointTest {
  const read = readYaml(readText(file), endpointTestSchema, 'the file is empty; it must hold an endpoint test');
  if ('problems' in read) throw new CliError(problemsText(file, read.problems), exitCodes.invalid);
  return read.data;
}

/**
 * Checks that a test's raw rows have only model inputs: a test lies in a table and in the state of its execution as it is, where
 * nothing personal may be.
 *
 * @throws CliError naming row and key by position
 */
export function checkRawRows(test: EndpointTest, inputs: readonly string[]): void {
  for (const [i, row] of endpointTestKind(test.kind).rawRows(test).entries()) {
    const other = Object.keys(row).findIndex((key) => !inputs.includes(key));
    if (other < 0) continue;
    throw new CliError(
      `Test ${test.id}, row ${i + 1}, key ${other + 1}: only model inputs may be in a test, which is stored as it is: ${shownList(inputs, 50)}.`,
      exitCodes.invalid,
    );
  }
}

/** Puts one test. @throws CliError naming every problem */
async function put(target: Target, endpoint: string, file: string, json: boolean | undefined): Promise<void> {
  const test = readTestFile(file);
  const pipeline = pipelineNames().find((name) => endpointName(target.stage, name) === endpoint);
  if (pipeline !== undefined)
    checkRawRows(
      test,
      featureColumns(readProjectPipeline(pipeline)).map((column) => column.name),
    );
  await target.db.send(
    new PutCommand({
      TableName: target.outputs.EndpointTestsTableName,
      Item: { ...test, pk: endpoint, sk: `test#${test.id}` },
    }),
  );
  if (json) return printJson({ endpoint, put: test });
  print(
    `${green('put')} test ${test.id} of ${endpoint}; it runs on the next update, or now with "npx tidegate tests <pipeline> --run".`,
  );
}

/** The kinds of tests, one per line. */
export function describeKinds(kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS): string {
  const width = Math.max(...kinds.map(({ name }) => name.length));
  return kinds.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

export function testsCommand(program: Command): void {
  program
    .command('tests')
    .description("show an endpoint's tests and their last results; add, delete or run them")
    .argument('<endpoint>', 'a pipeline, or the name of an endpoint')
    .option('--put <file>', 'add or replace a test from a JSON or YAML file')
    .option('--delete <id>', 'delete a test')
    .option('--run', 'run them now')
    .addHelpText(
      'after',
      `\nKinds of tests:
${describeKinds()}
\nExamples:
  $ npx tidegate tests loan-default --run
  $ npx tidegate tests loan-default --put my-test.json`,
    )
    .action(async (name: string, options: { put?: string; delete?: string; run?: boolean }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const endpoint = endpointOf(target, name);
        if (options.put) return put(target, endpoint, options.put, json);
        if (options.delete) {
          const { Attributes } = await target.db.send(
            new DeleteCommand({
              TableName: target.outputs.EndpointTestsTableName,
              Key: { pk: endpoint, sk: `test#${options.delete}` },
              ReturnValues: 'ALL_OLD',
            }),
          );
          if (!Attributes) throw new CliError(`${endpoint} has no test "${options.delete}".`, exitCodes.usage);
          if (json) return printJson({ endpoint, deleted: options.delete });
          return print(`deleted test ${options.delete}`);
        }
        if (options.run) {
          const { executionArn = '' } = await target.sfn.send(
            new StartExecutionCommand({
              stateMachineArn: target.outputs.TestEndpointStateMachineArn,
              input: JSON.stringify({ endpointName: endpoint, trigger: 'manual' }),
            }),
          );
          const ended = await watchExecution(target.sfn, executionArn, { silent: json === true });
          if (ended.status !== 'SUCCEEDED') throw new CliError(`The tests could not be run: ${describeEnd(ended)}`);
          if ((ended.output as { passed?: boolean }).passed === false) endWith('failed');
        }
        await show(target, endpoint, json);
      });
    });
}
