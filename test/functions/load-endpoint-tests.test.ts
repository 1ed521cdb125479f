import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fakeSageMaker } from './support/sagemaker.ts';
import { configOf, context, endpointName, runs, setStage } from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let tables: Tables;
let sageMaker: ReturnType<typeof fakeSageMaker>;
let load: (
  trigger: 'deploy' | 'update' | 'manual',
  executionArn?: string,
  name?: string,
  only?: string[],
) => Promise<unknown>;

const startedAt = '2026-03-01T08:00:00.000Z';

const put = (id: string, test: Record<string, unknown>) => tables.tests.put(endpointName, `test#${id}`, test);
const limit = { kind: 'contract', request: { body: '1,2' }, expect: { maxLatencyMs: 80 } };

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/load-endpoint-tests');
  load = (trigger, executionArn = 'arn:execution:1', name = endpointName, only = []) =>
    handler({ endpointName: name, trigger, executionArn, startedAt, only }, context);
});
beforeEach(async () => {
  await tables.clear();
  sageMaker = fakeSageMaker();
  sageMaker.serve(endpointName, configOf(runs.first));
});
afterAll(() => tables.close());

it('lists the tests of the endpoint in the order of their ids, without their contents', async () => {
  await put('b-latency', limit);
  await put('a-golden', { kind: 'golden', cases: [{ body: '1,2', predictions: [0.25] }] });
  await tables.tests.put('tidegate-dev-other', 'test#c', limit);

  expect(await load('deploy')).toEqual({
    decision: 'test',
    endpointName,
    endpointConfigName: configOf(runs.first),
    trigger: 'deploy',
    tests: [
      { id: 'a-golden', version: 1 },
      { id: 'b-latency', version: 1 },
    ],
    resultBytes: 2000,
  });
});

it('leaves out what is switched off, and lists what it cannot read, so that it fails by name', async () => {
  await put('off', { ...limit, enabled: false });
  await put('typo', { ...limit, expect: { maxLatency: 80 } });
  await put('no id', limit);

  expect(await load('deploy')).toMatchObject({ tests: [{ id: 'no id' }, { id: 'typo', version: 1 }] });
});

it('keeps what somebody wrote in the console as a version, once', async () => {
  await put('mine', limit);
  const first = await load('manual', 'arn:1');
  const again = await load('manual', 'arn:2');
  await tables.tests.set(endpointName, 'test#mine', { expect: { maxLatencyMs: 90 } });
  const edited = await load('manual', 'arn:3');

  expect([first, again, edited]).toMatchObject([1, 1, 2].map((version) => ({ tests: [{ id: 'mine', version }] })));
  expect(await tables.tests.list(endpointName, 'version#mine#')).toMatchObject([
    { version: 2, at: startedAt, test: { expect: { maxLatencyMs: 90 } } },
    { version: 1, at: startedAt, test: limit },
  ]);
});

it('lists the picked tests alone, and refuses one that is not there or is switched off', async () => {
  await put('a', limit);
  await put('b', limit);
  await put('off', { ...limit, enabled: false });

  expect(await load('manual', 'arn:1', endpointName, ['b'])).toMatchObject({ only: ['b'], tests: [{ id: 'b' }] });
  for (const id of ['c', 'off']) {
    await expect(load('manual', 'arn:1', endpointName, ['a', id])).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: `${endpointName} has no such test, or it is switched off: ${id}.`,
    });
  }
});

it('tests an update once however many events report it, and answers a retry the same', async () => {
  const answer = await load('update', 'arn:execution:1');

  expect(answer).toMatchObject({ decision: 'test', trigger: 'update' });
  expect(await load('update', 'arn:execution:2')).toMatchObject({ decision: 'skip' });
  expect(await load('update', 'arn:execution:1')).toEqual(answer);
});

it('tests the next update of the same config', async () => {
  await load('update', 'arn:execution:1');
  sageMaker.settle(endpointName);

  expect(await load('update', 'arn:execution:2')).toMatchObject({ decision: 'test' });
});

it('leaves an update to the deployment that makes it, while it runs and afterwards', async () => {
  await tables.state.put('loan', 'deployment-lock', { executionArn: 'arn:deploy' });
  const during = await load('update', 'arn:event:1');
  await load('deploy', 'arn:deploy:tests');
  await tables.state.remove('loan', 'deployment-lock');

  expect(during).toMatchObject({ decision: 'skip', reason: expect.stringContaining('under way') });
  expect(await load('update', 'arn:event:2')).toMatchObject({
    decision: 'skip',
    reason: expect.stringContaining('tested already'),
  });
});

it('skips what is not ours, gone or changing again', async () => {
  const foreign = await load('update', 'arn:1', 'tidegate-prod-loan');
  sageMaker.endpoints.set(endpointName, { status: 'Updating', config: 'x', modifiedAt: '2026-01-01T00:00:00Z' });
  const changing = await load('update');
  sageMaker.endpoints.clear();
  const gone = await load('update');

  expect([foreign, changing, gone]).toMatchObject([
    { decision: 'skip', reason: 'tidegate-prod-loan belongs to no pipeline of stage dev' },
    { decision: 'skip', reason: `${endpointName} is Updating by now` },
    { decision: 'skip', reason: `${endpointName} is gone by now` },
  ]);
});

it('tests whenever somebody asks, also what was tested already and during a deployment', async () => {
  await load('update', 'arn:event:1');
  await tables.state.put('loan', 'deployment-lock', { executionArn: 'arn:deploy' });

  expect(await load('manual', 'arn:asked:1')).toMatchObject({ decision: 'test', trigger: 'manual' });
  expect(await load('manual', 'arn:asked:2')).toMatchObject({ decision: 'test', trigger: 'manual' });
});

it('fails a deployment whose endpoint is gone', async () => {
  sageMaker.endpoints.clear();

  await expect(load('deploy')).rejects.toMatchObject({ name: 'NotFoundError' });
});
