import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readTestFile } from '#cli/commands/tests';
import { deleteTests, putTests } from '#cli/endpoint-tests/change';
import { runTests } from '#cli/endpoint-tests/run';
import { showHistory, showTest, showTests } from '#cli/endpoint-tests/show';
import { type TestedEndpoint, testedEndpoint } from '#cli/endpoint-tests/suite';
import type { Target } from '#cli/target';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { resultKey, testKey } from '#domain/endpoint-tests/suite';
import { startTables, type Tables } from '../../functions/support/tables.ts';

const endpointName = 'tidegate-dev-loan-default';
const config = `${endpointName}-20260102-080000-bbbb`;
const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-test-endpoint:e1';

let tables: Tables;
let target: Target;
let endpoint: TestedEndpoint;
let lines: string[];
const sfn = mockClient(SFNClient);
const sts = mockClient(STSClient);

beforeAll(async () => {
  tables = await startTables();
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } });
  target = {
    ...{ kind: 'aws', stage: 'dev', region: 'eu-central-1', db, sfn: new SFNClient({}), sts: new STSClient({}) },
    outputs: {
      EndpointTestsTableName: 'tidegate-dev-endpoint-tests',
      StateTableName: 'tidegate-dev-state',
      TestEndpointStateMachineArn: 'arn:machine',
    },
  } as unknown as Target;
  endpoint = testedEndpoint(target, 'loan-default');
});
beforeEach(async () => {
  await tables.clear();
  sfn.reset();
  sts.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Arn: 'arn:aws:iam::123456789012:user/ann' });
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(
    (text) => lines.push(stripVTControlCharacters(String(text)).trimEnd()) > 0,
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});
afterAll(() => tables.close());

const contract = (id: string, body: string) => endpointTestSchema.parse({ id, kind: 'contract', request: { body } });
const put = (...tests: ReturnType<typeof contract>[]) => putTests(target, endpoint, tests, 'more borrowers', false);
const printed = () => lines.splice(0).join('\n');
const printedJson = () => JSON.parse(printed()) as unknown;
const result = (id: string, passed: boolean, version = 1) => ({
  ...{ id, kind: 'contract', passed, version, durationMs: 12 },
  detail: passed ? 'status 200' : '1 number above 1',
});
const ran = (startedAt: string, results: readonly ReturnType<typeof result>[], more: object = {}) =>
  tables.tests.put(endpointName, resultKey(startedAt, config), {
    ...{ endpointName, endpointConfigName: config, trigger: 'update', startedAt, results, executionArn },
    passed: results.every(({ passed }) => passed),
    ...more,
  });

describe('tests put, get and delete', () => {
  it('puts several tests, says what is new, and prints each back as a file that put takes', async () => {
    await put(contract('a', '1,2'), contract('b', '3'));
    expect(printed()).toMatch(/^put a v1\nput b v1\nThey run on the next update/);
    await put(contract('a', '1,2'), contract('b', '4'));
    expect(printed()).toMatch(/^unchanged a v1\nput b v2\n/);

    await showTest(endpoint, 'b', undefined, false);
    const now = printed();
    await showTest(endpoint, 'b', 1, true);
    const before = printed();
    expect(now).toMatch(/^# version 2, [-\d]+ [\d:]+, ann, more borrowers\n/);
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-get-'));
    for (const [file, text, test] of [
      ['now.yml', now, contract('b', '4')],
      ['before.json', before, contract('b', '3')],
    ] as const) {
      writeFileSync(join(folder, file), text);
      expect(readTestFile(join(folder, file))).toEqual([test]);
    }
    rmSync(folder, { recursive: true });
  });

  it('shows who deleted a test, and still has its versions', async () => {
    await put(contract('a', '1'));
    await deleteTests(target, endpoint, ['a'], 'no longer served', false);
    printed();

    await expect(showTest(endpoint, 'a', undefined, false)).rejects.toThrow(`${endpointName} has no test "a".`);
    await expect(showTest(endpoint, 'a', 2, false)).rejects.toThrow('it deleted the test');
    await expect(showTest(endpoint, 'a', 3, false)).rejects.toThrow('no version 3 of a test "a"');
    await expect(deleteTests(target, endpoint, ['a'], undefined, false)).rejects.toMatchObject({ exitCode: 2 });
    await showTest(endpoint, 'a', 1, true);
    expect(printedJson()).toEqual(contract('a', '1'));
    await showHistory(target, endpoint, 'a', 20, false);
    const shown = printed();
    expect(shown).toMatch(/v2 +[-\d]+ [\d:]+ +ann +deleted +no longer served/);
    expect(shown).toContain('It did not run in the last 20 runs.');
  });

  it('shows a test that was edited in the console, without a version', async () => {
    await tables.tests.put(endpointName, testKey('mine'), { kind: 'contract', request: { body: '1' } });
    await showTest(endpoint, 'mine', undefined, false);
    expect(printed()).toMatch(/^# edited in the console: no version yet\nid: mine\n/);
  });

  it('refuses more tests than can run', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => contract(`t${i}`, '1'));
    await expect(put(...many)).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringContaining(`${endpointName} would have 1,001 tests, and at most 1,000 can run`),
    });
    expect(await tables.tests.list(endpointName, '')).toEqual([]);
  });
});

describe('tests list and history', () => {
  it('lists the tests with their versions and last results, those of picked runs too', async () => {
    await showTests(endpoint, false);
    expect(printed()).toContain('the first deployment adds the default ones');
    await put(contract('a', '1'), contract('b', '2'), contract('c', '3'));
    await put({ ...contract('c', '3'), enabled: false });
    await ran('2026-03-01T08:00:00.000Z', [result('a', true), result('b', true)]);
    await ran('2026-03-02T08:00:00.000Z', [result('b', false)], { only: ['b'], trigger: 'manual' });
    printed();

    await showTests(endpoint, false);
    const table = printed();
    expect(table).toContain(`last run 2026-03-02T08:00:00.000Z on ${config}`);
    expect(table).toMatch(/^a +contract +v1 +passed +12 +status 200$/m);
    expect(table).toMatch(/^b +contract +v1 +failed +12 +1 number above 1$/m);
    expect(table).toMatch(/^c +contract +v2 +off/m);
    await showTests(endpoint, true);
    expect(printedJson()).toMatchObject({
      endpoint: endpointName,
      tests: [
        { id: 'a', version: 1, enabled: true, managed: false, test: contract('a', '1'), last: { passed: true } },
        { id: 'b', last: { passed: false } },
        { id: 'c', version: 2, enabled: false, last: null },
      ],
      latest: { startedAt: '2026-03-02T08:00:00.000Z' },
    });
  });

  it('shows the runs with the models that they tested, newest first', async () => {
    await showHistory(target, endpoint, undefined, 20, false);
    expect(printed()).toContain('did not run yet');
    await tables.state.put('loan-default', 'run#20260102-080000-bbbb', { modelPackageVersion: 7 });
    await ran('2026-03-01T08:00:00.000Z', [result('a', true), result('b', true)]);
    await ran('2026-03-02T08:00:00.000Z', [result('a', false, 2)], { endpointConfigName: 'by-hand', only: ['a'] });

    await showHistory(target, endpoint, undefined, 20, false);
    const [, newest, oldest] = printed().split('\n');
    expect(newest).toMatch(/^2026-03-02 08:00 +update, picked +- +failed +0 of 1 +0.0 s +a +by-hand$/);
    expect(oldest).toMatch(/^2026-03-01 08:00 +update +v7 +passed +2 of 2 +0.0 s +- /);
    await showHistory(target, endpoint, undefined, 1, true);
    expect(printedJson()).toMatchObject({ runs: [{ modelVersion: null, durationMs: 12 }] });
    await showHistory(target, endpoint, 'a', 20, false);
    expect(printed()).toMatch(/update +v7 +v1 +passed +12 +status 200$/);
    await showHistory(target, endpoint, 'b', 20, true);
    expect(printedJson()).toMatchObject({ id: 'b', versions: [], runs: [{ modelVersion: 7, result: { id: 'b' } }] });
    await expect(showHistory(target, endpoint, 'z', 20, false)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('tests run', () => {
  const runs = async (results: readonly ReturnType<typeof result>[], passed: boolean, only: string[] = []) => {
    await ran('2026-03-03T08:00:00.000Z', results);
    sfn.on(StartExecutionCommand).resolves({ executionArn });
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output: JSON.stringify({ passed, failed: [] }) });
    sfn.on(GetExecutionHistoryCommand).resolves({
      events: results.map((one, i) => ({
        ...{ id: i + 1, timestamp: new Date(0), type: 'TaskStateExited' as const },
        stateExitedEventDetails: { name: 'RunEndpointTest', output: JSON.stringify(one) },
      })),
    });
    await runTests(target, endpoint, only, false);
    const [call] = sfn.commandCalls(StartExecutionCommand);
    return { said: printed(), input: JSON.parse(call?.args[0].input.input ?? '') as unknown };
  };

  it('shows each test as it ends, and how many passed', async () => {
    const { said, input } = await runs([result('a', true), result('b', true)], true);

    expect(said.split('\n').map((line) => line.trim())).toEqual([
      '✓ a contract 0.0 s',
      '✓ b contract 0.0 s',
      '2 of 2 tests passed.',
    ]);
    expect(input).toEqual({ endpointName, trigger: 'manual' });
    expect(process.exitCode).toBeUndefined();
  });

  it('ends with 1 when a test fails, and says why', async () => {
    const { said } = await runs([result('a', false)], false);

    expect(said).toContain('✗ a contract 0.0 s 1 number above 1');
    expect(said).toContain('1 of 1 tests failed.');
    expect(process.exitCode).toBe(1);
  });

  it('runs picked tests alone, and refuses one that is not there or is switched off', async () => {
    await put(contract('a', '1'), { ...contract('off', '2'), enabled: false });
    printed();
    const { input } = await runs([result('a', true)], true, ['a']);

    expect(input).toEqual({ endpointName, trigger: 'manual', only: ['a'] });
    await expect(runTests(target, endpoint, ['b'], false)).rejects.toMatchObject({ exitCode: 2 });
    await expect(runTests(target, endpoint, ['off'], false)).rejects.toThrow('switched off');
  });
});

it('knows an endpoint by its own name and by its pipeline, and no other', () => {
  expect(testedEndpoint(target, endpointName)).toMatchObject({ endpoint: endpointName, pipeline: 'loan-default' });
  expect(() => testedEndpoint(target, 'loan-defalt')).toThrow('Did you mean "loan-default"?');
});
