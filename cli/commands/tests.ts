import type { Command } from 'commander';
import { problemsText, readYaml } from 'located-yaml';
import { isSeq, parseDocument } from 'yaml';
import * as z from 'zod';
import { featureColumns } from '#domain/data/columns';
import { shownList } from '#domain/data/shown';
import { type EndpointTestKind, problemOfKind } from '#domain/endpoint-tests/endpoint-test';
import {
  ENDPOINT_TESTS,
  type EndpointTest,
  endpointTestKind,
  endpointTestSchema,
} from '#domain/endpoint-tests/registry';
import { readText, wholeNumber } from '../arguments.ts';
import { deleteTests, putTests } from '../endpoint-tests/change.ts';
import { runTests } from '../endpoint-tests/run.ts';
import { showHistory, showTest, showTests } from '../endpoint-tests/show.ts';
import { testedEndpoint } from '../endpoint-tests/suite.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import { readProjectPipeline } from '../project.ts';
import { withTarget } from './global.ts';

const nothing = 'the file is empty; it must hold an endpoint test';

/**
 * Reads a test, or a list of tests, from a JSON or YAML file. (JSON is valid YAML.)
 * @throws CliError with every problem: its line, its path, what was found and what is allowed
 */
export function readTestFile(file: string): EndpointTest[] {
  const text = readText(file);
  const { contents } = parseDocument(text);
  const isList = isSeq(contents) && contents.items.length > 0;
  const read = readYaml(text, isList ? z.array(endpointTestSchema) : endpointTestSchema, nothing);
  if ('problems' in read) throw new CliError(problemsText(file, read.problems), exitCodes.invalid);
  return Array.isArray(read.data) ? read.data : [read.data];
}

/**
 * Checks that a test's raw rows have only model inputs: a test lies in a table as it is, where nothing personal may be.
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

/** @throws CliError for a test that the pipeline's endpoint cannot have */
export function checkKind({ id, kind }: Pick<EndpointTest, 'id' | 'kind'>, asynchronous: object | undefined): void {
  const problem = problemOfKind(endpointTestKind(kind), asynchronous);
  if (problem !== undefined) throw new CliError(`Test ${id}: ${problem}. Leave it out.`, exitCodes.invalid);
}

/** Reads the tests of several files. @throws CliError when one is invalid, or two have the same id */
function readTestFiles(files: readonly string[], pipeline: string | undefined, stage: string): EndpointTest[] {
  const tests = files.flatMap(readTestFile);
  const ids = tests.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined) {
    throw new CliError(`Two of the tests have the id ${twice}: each needs an id of its own.`, exitCodes.invalid);
  }
  if (pipeline !== undefined) {
    const settings = readProjectPipeline(pipeline, stage);
    const inputs = featureColumns(settings).map((column) => column.name);
    for (const test of tests) {
      checkKind(test, settings.deployment.asynchronous);
      checkRawRows(test, inputs);
    }
  }
  return tests;
}

/** The kinds of tests, one per line. */
export function describeKinds(kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS): string {
  const width = Math.max(...kinds.map(({ name }) => name.length));
  return kinds.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

const collect = (id: string, ids: readonly string[]): string[] => [...ids, id];
const anEndpoint = ['<pipeline>', 'a pipeline, or the name of an endpoint'] as const;

export function testsCommand(program: Command): void {
  const tests = program
    .command('tests')
    .description("list, add, run and delete an endpoint's tests, and show their history")
    .addHelpText('after', `\nKinds of tests:\n${describeKinds()}`);
  tests
    .command('list', { isDefault: true })
    .description('the tests of an endpoint with their last results; the default')
    .argument(...anEndpoint)
    .action((name: string, _, command: Command) =>
      withTarget(command, (target, { json }) => showTests(testedEndpoint(target, name), json)),
    );
  tests
    .command('put')
    .description('add tests, or replace those of the same id; former versions are kept')
    .argument(...anEndpoint)
    .argument('<files...>', 'YAML or JSON files, each with a test or a list of tests; - is standard input')
    .option('--comment <text>', 'why, for the history')
    .addHelpText(
      'after',
      '\nExamples:\n  $ npx tidegate tests put loan-default my-tests.yml --comment "more borrowers"',
    )
    .action((name: string, files: string[], { comment }: { comment?: string }, command: Command) =>
      withTarget(command, (target, { json }) => {
        const endpoint = testedEndpoint(target, name);
        return putTests(target, endpoint, readTestFiles(files, endpoint.pipeline, target.stage), comment, json);
      }),
    );
  tests
    .command('get')
    .description('print a test as a file that put takes')
    .argument(...anEndpoint)
    .argument('<id>', 'id of the test')
    .option('--version <n>', 'a former version', wholeNumber(1, 99_999_999))
    .action((name: string, id: string, { version }: { version?: number }, command: Command) =>
      withTarget(command, (target, { json }) => showTest(testedEndpoint(target, name), id, version, json)),
    );
  tests
    .command('run')
    .description('run the tests now, and show each result as it comes')
    .argument(...anEndpoint)
    .option('--only <id>', 'run this test alone; can be repeated', collect, [])
    .action((name: string, { only }: { only: string[] }, command: Command) =>
      withTarget(command, (target, { json }) => runTests(target, testedEndpoint(target, name), only, json)),
    );
  tests
    .command('delete')
    .description('delete tests; their versions and results are kept')
    .argument(...anEndpoint)
    .argument('<ids...>', 'ids of the tests')
    .option('--comment <text>', 'why, for the history')
    .action((name: string, ids: string[], { comment }: { comment?: string }, command: Command) =>
      withTarget(command, (target, { json }) => deleteTests(target, testedEndpoint(target, name), ids, comment, json)),
    );
  tests
    .command('history')
    .description('the runs of the tests, newest first; of one test also its versions')
    .argument(...anEndpoint)
    .argument('[id]', 'id of a test')
    .option('--limit <n>', 'maximum number of runs', wholeNumber(1, 1000), 20)
    .action((name: string, id: string | undefined, { limit }: { limit: number }, command: Command) =>
      withTarget(command, (target, { json }) => showHistory(target, testedEndpoint(target, name), id, limit, json)),
    );
}
