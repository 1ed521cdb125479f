import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { testKey } from '#domain/endpoint-tests/suite';
import { putTest } from '#functions/use-cases/test-versions';
import type { TestResult } from '#schemas/records/test-result';
import { fakeS3 } from './support/s3.ts';
import { refusal } from './support/sagemaker.ts';
import { configOf, context, endpointName, runs, setStage } from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let s3: ReturnType<typeof fakeS3>;
let asked: { ContentType?: string; Body?: string }[];
let tables: Tables;
/** Runs a version of a test that is in the table. */
let runVersion: (id: string, version?: number, config?: string, resultBytes?: number) => Promise<TestResult>;

type WrittenTest = Readonly<Record<string, unknown>> & { readonly id: string };
const at = '2026-03-01T08:00:00.000Z';
async function put({ id, ...content }: WrittenTest): Promise<number> {
  return (await putTest(tables.tests, endpointName, id, content, { at }))?.version ?? 0;
}
/** Puts a test and runs it. */
const run = async (test: WrittenTest): Promise<TestResult> => runVersion(test.id, await put(test));

const uri = 's3://artifacts-bucket/loan/runs/r/golden.json';
const golden = {
  valuesPerRow: 1,
  cases: [
    { body: '1,2', predictions: [0.25] },
    { body: '3,4', predictions: [0.75] },
  ],
};
const contract: WrittenTest = {
  id: 'form',
  kind: 'contract',
  request: { contentType: 'text/csv', s3Uri: uri },
  expect: { status: 200, contentType: 'text/csv', valuesPerRow: 1, min: 0, max: 1 },
};
const goldenTest: WrittenTest = { id: 'known', kind: 'golden', s3Uri: uri, tolerance: 1e-6 };

function answer(body: string): void {
  const runtime = mockClient(SageMakerRuntimeClient);
  asked = [];
  runtime.on(InvokeEndpointCommand).callsFake((input) => {
    asked.push(input);
    return { ContentType: 'text/csv; charset=utf-8', Body: Buffer.from(body), $metadata: { httpStatusCode: 200 } };
  });
}
function refuse(error: Error): void {
  mockClient(SageMakerRuntimeClient).on(InvokeEndpointCommand).rejects(error);
}
const modelError = (status: number) =>
  new ModelError({
    message: 'Received client error (400) from primary with message "row 1: income 77000"',
    OriginalStatusCode: status,
    OriginalMessage: 'row 1: income 77000',
    $metadata: { httpStatusCode: 424 },
  });

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/run-endpoint-test');
  runVersion = (id, version, config = 'made-by-hand', resultBytes = 2000) =>
    handler({ endpointName, endpointConfigName: config, resultBytes, test: { id, version } }, context);
});
afterAll(() => tables.close());
beforeEach(async () => {
  await tables.clear();
  s3 = fakeS3();
  s3.objects.set('artifacts-bucket/loan/runs/r/golden.json', JSON.stringify(golden));
});

it('sends all golden rows in one request and holds the answers against what was evaluated', async () => {
  answer('0.25,0.7500000001');

  expect(await run(goldenTest)).toMatchObject({ id: 'known', kind: 'golden', passed: true });
  expect(asked).toMatchObject([{ EndpointName: endpointName, ContentType: 'text/csv', Body: '1,2\n3,4' }]);
});

it('fails a golden test by row and difference, with the answer and never the request', async () => {
  answer('0.25\n0.70\n');
  const result = await run(goldenTest);

  expect(result).toMatchObject({ passed: false });
  expect(result.detail).toContain('1 of 2 rows differ by more than 0.000001: first row 2');
  expect(result.detail).toContain('it answered "0.25 0.70"');
  expect(result.detail).not.toMatch(/0\.75|3,4/);
});

it('takes golden cases from the test itself', async () => {
  answer('[[0.1, 0.2, 0.7]]');
  const cases = [{ body: '1,2', predictions: [0.1, 0.2, 0.7] }];

  expect(await run({ id: 'own', kind: 'golden', cases, tolerance: 0 })).toMatchObject({ passed: true });
});

it('holds the form of an answer against a contract', async () => {
  answer('0.25,1.5');

  expect(await run(contract)).toMatchObject({ passed: false, detail: '1 number above 1; it answered "0.25,1.5"' });
});

it('sends the body of a contract with its content type', async () => {
  answer('0.5');
  const own: WrittenTest = {
    id: 'json',
    kind: 'contract',
    request: { contentType: 'application/json', body: '{"a":1}' },
    expect: { status: 200 },
  };

  expect(await run(own)).toMatchObject({ passed: true });
  expect(asked).toMatchObject([{ ContentType: 'application/json', Body: '{"a":1}' }]);
});

it("shows a model's error, without what it repeats of the request", async () => {
  refuse(modelError(500));
  const cases = [{ body: '77000,2', predictions: [0.5] }];
  const result = await run({ id: 'own', kind: 'golden', cases, tolerance: 0 });

  expect(result).toMatchObject({ passed: false, detail: 'status 500 instead of 200; it answered "row 1: income …"' });
});

it('passes a contract that expects the container to refuse', async () => {
  refuse(modelError(400));
  const bad: WrittenTest = {
    id: 'garbage',
    kind: 'contract',
    request: { contentType: 'text/csv', body: 'not,numbers' },
    expect: { status: 400 },
  };

  expect(await run(bad)).toMatchObject({ passed: true });
});

it.each(['ThrottlingException', 'ServiceUnavailable', 'ModelNotReadyException', 'InternalFailure'])(
  'asks to be tried again on %s',
  async (name) => {
    refuse(refusal('later', name));

    await expect(run(goldenTest)).rejects.toMatchObject({ name: 'TransientError' });
  },
);

it('marks its requests, so that drift checks leave them out', async () => {
  answer('0.25,0.75');
  await run(goldenTest);
  expect(asked).toMatchObject([{ InferenceId: 'tidegate:endpoint-test' }]);
});

it('counts a request that SageMaker refuses as refused by a robustness test, and by no other', async () => {
  const tooLarge = Object.assign(new Error('Request Entity Too Large'), { $metadata: { httpStatusCode: 413 } });
  const runtime = mockClient(SageMakerRuntimeClient);
  runtime.on(InvokeEndpointCommand).callsFake(({ Body }) => {
    if (String(Body).length > 100) throw tooLarge;
    return { ContentType: 'text/csv', Body: Buffer.from('0.5'), $metadata: { httpStatusCode: 200 } };
  });
  const request = { body: '1,2' };
  const robust = { kind: 'robustness', request, cases: ['oversized'], oversizedBytes: 200 };
  const contractTest = { kind: 'contract', request: { body: '1'.repeat(200) } };

  expect(await run({ id: 'r', ...robust })).toMatchObject({ passed: true });
  expect(await run({ id: 'c', ...contractTest })).toMatchObject({
    passed: false,
    detail: /SageMaker refused the request/,
  });
});

it('reads an answer without a body as nothing', async () => {
  mockClient(SageMakerRuntimeClient)
    .on(InvokeEndpointCommand)
    .resolves({ Body: null as never, $metadata: { httpStatusCode: 200 } });
  expect(await run({ ...contract, expect: { status: 200 } })).toMatchObject({ passed: true });
  expect(await run(goldenTest)).toMatchObject({ passed: false, detail: 'the answer is empty; it answered nothing' });
});

it('counts throttling in a load test and waits for nothing', async () => {
  refuse(refusal('Rate exceeded', 'ThrottlingException'));
  const test = { id: 'l', kind: 'load', request: { body: '1,2' }, rate: 100, seconds: 0.02, p99Ms: 60_000 };
  expect(await run(test)).toMatchObject({
    passed: false,
    detail: expect.stringContaining('ThrottlingException: endpoint tidegate-dev-loan cannot answer yet'),
  });
});

it('fails on an endpoint that is not there, and errs on what is our own trouble', async () => {
  refuse(refusal('Endpoint tidegate-dev-loan of account 123456789012 not found.', 'ValidationError'));
  const missing = await run(goldenTest);
  refuse(refusal('not authorized', 'AccessDeniedException'));

  expect(missing).toMatchObject({ passed: false, detail: expect.stringContaining('ValidationError') });
  await expect(run(goldenTest)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it('fails a test whose file is missing or holds something else', async () => {
  answer('0.25,0.75');
  s3.objects.clear();
  const missing = await run(goldenTest);
  const texts = ['<html>', '{"cases":[]}'];
  const broken: TestResult[] = [];
  for (const text of texts) {
    s3.objects.set('artifacts-bucket/loan/runs/r/golden.json', text);
    broken.push(await run(contract));
  }

  expect(missing).toMatchObject({ passed: false, detail: `${uri} does not exist` });
  for (const result of broken) {
    expect(result).toMatchObject({ passed: false, detail: 'the file under s3Uri holds no golden requests' });
  }
});

it('fails an unreadable test by its problem without asking the endpoint', async () => {
  answer('0.5');
  const { detail } = await run({ id: 'typo', kind: 'contract', request: { body: '1' }, expect: { maxLatency: 80 } });

  expect(detail).toContain('expect: Unrecognized key: "maxLatency"');
  expect(await run({ id: 'x', kind: 'chaos' })).toMatchObject({ kind: 'invalid', passed: false });
  expect(asked).toEqual([]);
});

it('fails a test whose id is no id, as it stands in the table', async () => {
  answer('0.5');
  await tables.tests.put(endpointName, testKey('no id'), { kind: 'contract', request: { body: '1' } });

  const result = await runVersion('no id');
  expect(result).toMatchObject({ id: 'no id', kind: 'invalid', passed: false });
  expect(result.detail).toContain('id: letters, digits');
  expect(result).not.toHaveProperty('version');
  expect(asked).toEqual([]);
});

it('runs the version that was listed, though the test was edited or deleted in the meantime', async () => {
  answer('0.5');
  const listed = { id: 'body', kind: 'contract', request: { body: '1,2' } };
  const version = await put(listed);
  await put({ ...listed, request: { body: '8,9' } });

  expect(await runVersion('body', version)).toMatchObject({ passed: true, version: 1 });
  await tables.tests.remove(endpointName, testKey('body'));
  expect(await runVersion('body', version)).toMatchObject({ passed: true, version: 1 });
  expect(asked.map(({ Body }) => Body)).toEqual(['1,2', '1,2']);
});

it('fails a test of which the table has nothing any more', async () => {
  answer('0.5');

  expect(await runVersion('gone', 7)).toMatchObject({
    passed: false,
    detail: 'Version 7 of the test was deleted from the table in the meantime: run the tests again',
  });
  expect(await runVersion('no id')).toMatchObject({ passed: false, detail: expect.stringMatching(/^The test was/) });
});

it('points managed tests at the run that serves, not the one they were written for', async () => {
  answer('0.25,0.75');
  s3.objects.set(`artifacts-bucket/loan/runs/${runs.first}/golden.json`, JSON.stringify(golden));
  const other = 's3://artifacts-bucket/loan/runs/other/golden.json';
  const managed = await put({ id: 'golden-default', kind: 'golden', managed: true, s3Uri: other });
  const own = await put({ id: 'golden-own', kind: 'golden', s3Uri: other });

  expect(await runVersion('golden-default', managed, configOf(runs.first))).toMatchObject({ passed: true });
  expect(await runVersion('golden-own', own, configOf(runs.first))).toMatchObject({
    passed: false,
    detail: `${other} does not exist`,
  });
});

it('shows tests the scores that predict returns, where the model learnt from undersampled rows', async () => {
  // what the container answers, of a model that learnt from a tenth of the negative rows
  answer('0.25,0.75');
  const recalibrated = [0.025 / 0.775, 0.075 / 0.325].map((p, i) => ({ body: `${i}`, predictions: [p] }));
  const folder = `artifacts-bucket/loan/runs/${runs.first}`;
  const config = {
    evaluation: { task: 'binary' },
    dataset: { label: {} },
    imbalance: { undersample: 1 },
    deployment: { maxWaitMinutes: 60 },
  };
  const fitted = {
    version: 1,
    pipeline: 'loan',
    runId: runs.first,
    task: 'binary',
    label: { column: 'y', classes: ['a', 'b'], classCounts: [1000, 100] },
    balance: { kind: 'undersampled', majority: 0, keptShare: 0.1 },
    features: [{ kind: 'number', name: 'x', source: 'x', fill: 0 }],
    dropped: [],
    slices: [],
    sides: Object.fromEntries(['train', 'validation', 'test'].map((side) => [side, { rows: 2, classes: [1, 1] }])),
    parts: { train: [1], validation: [1] },
  };
  s3.objects.set(`${folder}/golden.json`, JSON.stringify({ valuesPerRow: 1, cases: recalibrated }));
  s3.objects.set(`${folder}/config.json`, JSON.stringify(config));
  s3.objects.set(`${folder}/transform.json`, JSON.stringify(fitted));
  const version = await put({ id: 'golden-default', kind: 'golden', managed: true, s3Uri: uri });

  expect(await runVersion('golden-default', version, configOf(runs.first))).toMatchObject({ passed: true });
  s3.objects.set(`${folder}/config.json`, JSON.stringify({ ...config, imbalance: 'none' }));
  expect(await runVersion('golden-default', version, configOf(runs.first))).toMatchObject({ passed: false });
});

it('answers within its share of the payload', async () => {
  answer('no number at all, '.repeat(20));
  const version = await put({ ...contract, id: 'form' });

  const whole = await runVersion('form', version);
  const short = await runVersion('form', version, 'made-by-hand', 200);
  expect(Buffer.byteLength(JSON.stringify(short))).toBeLessThanOrEqual(200);
  expect(whole.detail.startsWith(short.detail.slice(0, -1))).toBe(true);
});
