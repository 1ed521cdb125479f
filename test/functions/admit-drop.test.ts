import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dropRecordSchema } from '#schemas/run';
import type { MemoryState } from '../fakes/memory-state.ts';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { type Calls, Crash, countCalls } from './support/crash.ts';
import { fakeExecutions } from './support/executions.ts';
import { championOf, context, runs, setStage } from './support/stage.ts';
import { fakeStateTable } from './support/state-table.ts';

type AdmitDrop = typeof import('#functions/admit-drop').handler;
type Answer = Awaited<ReturnType<AdmitDrop>>;

const folder = mkdtempSync(join(tmpdir(), 'tidegate-admit-'));
const startedAt = '2026-01-02T08:00:00.123Z';
const definition = (name: string, trigger: string) => `
name: ${name}
dataset:
  format: csv
  trigger: ${trigger}
  label: { column: y, positive: 1, negative: 0 }
  columns: { x: { role: feature, type: number } }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }
`;

let admitDrop: AdmitDrop;
let finishRun: typeof import('#functions/finish-run').handler;
let state: MemoryState;
let buckets: FakeBuckets;
let executions: ReturnType<typeof fakeExecutions>;

function world(calls?: Calls): void {
  state = fakeStateTable(calls);
  buckets = fakeBuckets({ pageSize: 2, ...(calls ? { calls } : {}) });
  executions = fakeExecutions();
}
/** Puts objects into the raw bucket; returns the event of the last. */
function drop(prefix: string, files: Readonly<Record<string, string>>) {
  for (const [name, content] of Object.entries(files)) buckets.put(`raw-bucket/${prefix}${name}`, content);
  return created(`${prefix}${Object.keys(files).at(-1)}`);
}
const created = (key: string) => ({
  source: 'aws.s3' as const,
  'detail-type': 'Object Created' as const,
  detail: { bucket: { name: 'raw-bucket' }, object: { key } },
});
type Input = Parameters<AdmitDrop>[0]['input'];
/** An execution asks to be admitted, and goes on running. */
function admit(input: Input, arn = 'e1', settled = false): Promise<Answer> {
  executions.running.add(arn);
  return admitDrop({ input, execution: { arn, startedAt }, settled }, context);
}
const book = { 'a.csv': 'x,y\n1,0\n', 'b.csv': 'x,y\n2,1\n', _SUCCESS: '' };
const lease = () => state.get('loan', 'lease');

beforeAll(async () => {
  setStage();
  Object.assign(process.env, {
    RAW_BUCKET: 'raw-bucket',
    STATE_TABLE: 'tidegate-dev-state',
    GIT_COMMIT: 'c0ffee',
    LAMBDA_TASK_ROOT: folder,
    RETRAIN_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-retrain',
  });
  mkdirSync(join(folder, 'pipelines'));
  const put = (name: string, trigger: string) =>
    writeFileSync(join(folder, 'pipelines', `${name}.yml`), definition(name, trigger));
  put('loan', '{ marker: _SUCCESS }');
  put('stream', '{ eachObject: true, quietPeriodSeconds: 30 }');
  put('eager', '{ eachObject: true, quietPeriodSeconds: 0 }');
  ({ handler: admitDrop } = await import('#functions/admit-drop'));
  ({ handler: finishRun } = await import('#functions/finish-run'));
});
beforeEach(() => world());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a drop', () => {
  it('is admitted with its objects pinned and its configuration kept', async () => {
    const event = drop('loan/first/', book);
    buckets.put('raw-bucket/loan/first/a.csv', 'x,y\n3,0\n');
    buckets.put('raw-bucket/loan/other/a.csv', 'x,y\n9,0\n');

    const answer = await admit(event);

    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    const { runId } = answer.run;
    expect(runId).toMatch(/^20260102-080000-[0-9a-f]{4}$/);
    expect(answer).toEqual({
      decision: 'admitted',
      run: { pipeline: 'loan', runId },
      shards: 2,
      shardsKey: `loan/runs/${runId}/shards.json`,
    });
    const read = (name: string) => buckets.text(`artifacts-bucket/loan/runs/${runId}/${name}`) ?? '';
    expect(JSON.parse(read('shards.json'))).toEqual([
      { index: 0, key: 'loan/first/a.csv', size: 8, versionId: 'v4' },
      { index: 1, key: 'loan/first/b.csv', size: 8, versionId: 'v2' },
    ]);
    expect(dropRecordSchema.parse(JSON.parse(read('drop.json')))).toMatchObject({
      bucket: 'raw-bucket',
      prefix: 'loan/first/',
      bytes: 16,
      reason: 'drop',
      gitCommit: 'c0ffee',
      startedAt,
      executionArn: 'e1',
      objects: [{ versionId: 'v4' }, { versionId: 'v2' }],
    });
    expect(JSON.parse(read('config.json'))).toMatchObject({ name: 'loan' });
    expect(read('config.yml')).toBe(definition('loan', '{ marker: _SUCCESS }'));
    expect(await state.get('loan', `run#${runId}`)).toMatchObject({ status: 'running', objects: 2, bytes: 16 });
    expect(await lease()).toMatchObject({ holder: 'e1', runId });
  });

  it('is compared with the champion, when there is one', async () => {
    await state.put('loan', 'champion', championOf(1, runs.first, '2026-01-01T10:00:00.000Z'));
    expect(await admit(drop('loan/first/', book))).toMatchObject({ champion: { pipeline: 'loan', runId: runs.first } });
  });

  it('is the same data set wherever it lies and whenever it comes, until a file or the configuration differs', async () => {
    const first = await admit(drop('loan/first/', book), 'e1');
    const identity = (await lease())?.['identity'];
    expect(first.decision).toBe('admitted');

    expect(await admit(drop('loan/copied/', book), 'e2')).toMatchObject({
      decision: 'skipped',
      drop: 'loan/copied/',
      reason: expect.stringContaining('training on this very data set'),
    });
    const other = await admit(drop('loan/other/', { ...book, 'b.csv': 'x,y\n2,0\n' }), 'e3');
    expect(other).toMatchObject({ decision: 'skipped', reason: expect.stringContaining('it waits for run') });
    expect(await lease()).toMatchObject({ identity, pending: { drop: 'loan/other/' } });
  });

  it.each([
    ['no pipeline', () => drop('nobody/first/', book), 'UnknownPipelineError', 'pipelines/nobody.yml'],
    ['no folder of its own', () => drop('loan/', book), 'SchemaMismatchError', 'loan/_SUCCESS'],
    ['no data file', () => drop('loan/first/', { _SUCCESS: '' }), 'EmptyDropError', 'only markers'],
    ['an empty file', () => drop('loan/first/', { 'a.csv': '', _SUCCESS: '' }), 'EmptyDropError', 'loan/first/a.csv'],
    ['another format', () => drop('loan/first/', { 'a.xlsx': 'x', _SUCCESS: '' }), 'SchemaMismatchError', 'a.xlsx'],
    ['nothing left of it', () => created('loan/first/_SUCCESS'), 'DropVanishedError', 'loan/first/'],
  ])('with %s is refused, and holds no lease', async (_, event, name, said) => {
    await expect(admit(event())).rejects.toMatchObject({ name, message: expect.stringContaining(said) });
    expect(state.everything()).toEqual({});
  });
});

describe('a request by hand', () => {
  it('is for the newest drop when it names none', async () => {
    drop('loan/second/', book);
    drop('loan/first/', { ...book, 'a.csv': 'x,y\n5,0\n' });
    buckets.put('raw-bucket/loan/README.md', 'belongs to no drop');

    await admit({ pipeline: 'loan' });

    expect(Object.values(state.everything())).toContainEqual(
      expect.objectContaining({ drop: 'loan/first/', reason: 'manual' }),
    );
  });

  it.each(['loan/first', 'loan/first/'])('may name the drop, as %s', async (named) => {
    drop('loan/first/', book);
    drop('loan/second/', book);
    const answer = await admit({ pipeline: 'loan', drop: named, reason: 'drift' });
    expect(answer).toMatchObject({ decision: 'admitted' });
    expect(await state.list('loan', 'run#')).toMatchObject([{ drop: 'loan/first/', reason: 'drift' }]);
  });

  it.each([
    ["another pipeline's drop", { pipeline: 'loan', drop: 'stream/first/' }, 'InvalidInputError', 'below loan/'],
    ['the whole pipeline', { pipeline: 'loan', drop: 'loan' }, 'SchemaMismatchError', 'drop folder'],
    ['the newest drop of a pipeline that has none', { pipeline: 'eager' }, 'EmptyDropError', 'no drop yet'],
  ])('for %s is refused', async (_, input, name, said) => {
    drop('stream/first/', book);
    await expect(admit(input)).rejects.toMatchObject({ name, message: expect.stringContaining(said) });
  });
});

describe('a drop without a marker', () => {
  const files = { 'a.csv': 'x,y\n1,0\n', 'b.csv': 'x,y\n2,1\n' };

  it('is given time to be whole, then its last object speaks for it', async () => {
    drop('stream/first/', files);
    const [first, last] = [created('stream/first/a.csv'), created('stream/first/b.csv')];

    expect(await admit(first, 'e1')).toEqual({ decision: 'settling', waitSeconds: 30 });
    expect(await admit(first, 'e1', true)).toMatchObject({
      decision: 'skipped',
      reason: expect.stringContaining('stream/first/b.csv'),
    });
    expect(await admit(last, 'e2', true)).toMatchObject({ decision: 'admitted', shards: 2 });
  });

  it('trains once when two objects came in one moment, or the object is gone', async () => {
    buckets.put('raw-bucket/eager/first/a.csv', 'x,y\n1,0\n', '2026-01-01T00:00:00Z');
    buckets.put('raw-bucket/eager/first/b.csv', 'x,y\n2,0\n', '2026-01-01T00:00:00Z');

    expect(await admit(created('eager/first/a.csv'), 'e1')).toMatchObject({ decision: 'admitted' });
    for (const [name, arn] of [
      ['b.csv', 'e2'],
      ['deleted.csv', 'e3'],
    ] as const)
      expect(await admit(created(`eager/first/${name}`), arn)).toMatchObject({ decision: 'skipped' });
  });

  it('that was admitted stays so when it asks again after another object came', async () => {
    const first = await admit(drop('eager/first/', { 'a.csv': 'x,y\n1,0\n' }), 'e1');
    const second = drop('eager/first/', { 'b.csv': 'x,y\n2,1\n' });
    expect(await admit(second, 'e2')).toMatchObject({ reason: expect.stringContaining('it waits') });

    const again = await admit(created('eager/first/a.csv'), 'e1');

    expect(again).toEqual({ ...first, shards: 2 });
    expect(await state.get('eager', 'lease')).toMatchObject({ holder: 'e1', pending: { drop: 'eager/first/' } });
    expect(await state.list('eager', 'run#')).toHaveLength(1);
    expect(await admit(second, 'e3')).toMatchObject({ reason: expect.stringContaining('training on this very') });
  });
});

describe('an admission that breaks off', () => {
  it('wherever it did, gives the same answer and leaves the same state when it is tried again', async () => {
    const whole = countCalls();
    world(whole);
    const answer = await admit(drop('loan/first/', book));
    const wanted = state.everything();
    const paths = buckets.paths();
    expect(whole.log.length).toBeGreaterThan(8);

    for (let n = 1; n <= whole.log.length; n++) {
      world(countCalls(n));
      const event = drop('loan/first/', book);
      await expect(admit(event), `call ${n}`).rejects.toBeInstanceOf(Crash);

      expect(await admit(event), `after call ${n}`).toEqual(answer);
      expect(state.everything(), `after call ${n}`).toEqual(wanted);
      expect(buckets.paths()).toEqual(paths);
      for (const path of paths) expect(buckets.text(path)).toBeDefined();
    }
  });
});

describe('many drops', () => {
  /** Starts what FinishRun starts, once a name. */
  function machine() {
    const started = new Map<string, Input>();
    executions.mock.on(StartExecutionCommand).callsFake(({ name, input }) => {
      if (started.has(name)) throw new ExecutionAlreadyExists({ message: 'exists', $metadata: {} });
      started.set(name, JSON.parse(input));
      return {};
    });
    return started;
  }
  const finish = async (input: Input, arn: string, outcome: 'registered' | 'failed' = 'registered') => {
    await finishRun({ executionArn: arn, input, outcome }, context);
    executions.running.delete(arn);
  };

  it('of one data set train once, while it trains and ever after, unless forced', async () => {
    machine();
    const event = drop('loan/first/', book);
    expect(await admit(event, 'e1')).toMatchObject({ decision: 'admitted' });
    expect(await admit(event, 'e2')).toMatchObject({ decision: 'skipped' });
    await finish(event, 'e1');

    expect(await admit(event, 'e3')).toMatchObject({ reason: expect.stringContaining('trained before, by run') });
    expect(await admit(drop('loan/again/', book), 'e4')).toMatchObject({ decision: 'skipped' });
    expect(await admit({ pipeline: 'loan', drop: 'loan/first', force: true }, 'e5')).toMatchObject({
      decision: 'admitted',
    });
  });

  it('of a data set whose run failed train again', async () => {
    machine();
    const event = drop('loan/first/', book);
    await admit(event, 'e1');
    await finish(event, 'e1', 'failed');
    expect(await admit(event, 'e2')).toMatchObject({ decision: 'admitted' });
  });

  it('wait and coalesce: the newest is started when the run ends, and trains', async () => {
    const started = machine();
    const first = drop('loan/first/', book);
    await admit(first, 'e1');
    await admit(drop('loan/second/', { ...book, 'a.csv': 'x,y\n5,0\n' }), 'e2');
    await admit(drop('loan/third/', { ...book, 'a.csv': 'x,y\n6,0\n' }), 'e3');

    await finish(first, 'e1');
    await finish(first, 'e1');

    const [[name, input] = []] = [...started];
    expect(started.size).toBe(1);
    expect(input).toEqual({ pipeline: 'loan', drop: 'loan/third/', reason: 'drop', force: false });
    if (!name || !input) throw new Error('nothing was started');
    expect(await admit(input, name)).toMatchObject({ decision: 'admitted' });
    await finish(input, name);
    expect(started.size).toBe(1);
    expect(await state.list('loan', 'trained#')).toHaveLength(2);
  });

  it('behind an execution that was aborted wait no longer', async () => {
    const first = drop('loan/first/', book);
    await admit(first, 'e1');
    executions.running.delete('e1');

    expect(await admit(drop('loan/second/', { ...book, 'a.csv': 'x,y\n5,0\n' }), 'e2')).toMatchObject({
      decision: 'admitted',
    });
  });
});

it('never quotes what a drop holds, whatever is wrong with it', async () => {
  const secret = 'jane.doe@example.com,+49 151 000000';
  const name = fc.constantFrom('a.csv', 'a.xlsx', '_SUCCESS', '.hidden', 'b.csv');
  const content = fc.constantFrom('', secret, `x,y\n${secret}\n`);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.tuple(name, content), { selector: ([n]) => n, minLength: 1 }), async (files) => {
      world();
      const told = await admit(drop('loan/first/', Object.fromEntries(files))).catch((e: Error) => ({
        name: e.name,
        message: e.message,
        cause: String(e.cause),
      }));
      for (const text of [JSON.stringify(told), JSON.stringify(state.everything()), ...buckets.written()])
        expect(text).not.toContain('jane.doe');
    }),
    { numRuns: 100 },
  );
});

it('refuses an event that is none, without quoting it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const input = { pipeline: { secret: 'jane.doe' }, value } as unknown as Input;
      const refused = await admit(input).catch((e: Error) => e);
      expect(refused).toMatchObject({ name: 'InvalidInputError' });
      expect((refused as Error).message).not.toContain('jane.doe');
    }),
    { numRuns: 30 },
  );
});
