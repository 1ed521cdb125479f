import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dropName, objectId } from '#domain/runs/drop-name';
import { dropRecordSchema } from '#schemas/records/run';
import {
  type Admission,
  book,
  created,
  definition,
  type Input,
  startAdmission,
  startedAt,
} from './support/admission.ts';
import { Crash, countCalls } from './support/crash.ts';
import { championOf, runs } from './support/stage.ts';

let stage: Admission;
beforeAll(async () => {
  stage = await startAdmission();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());
const lease = () => stage.state.get('loan', 'lease');

describe('a drop', () => {
  it('of a retired pipeline is skipped until the retirement is taken back', async () => {
    await stage.state.put('loan', 'retired', { at: '2026-01-01T00:00:00.000Z' });
    const event = stage.drop('loan/2026-01-01/', book);

    expect(await stage.admit(event)).toEqual({
      decision: 'skipped',
      pipeline: 'loan',
      drop: 'loan/2026-01-01/',
      cause: 'retired',
      reason: 'the pipeline was retired on 2026-01-01. To take that back: npx tidegate retire loan --undo',
    });
    expect(await stage.admit({ pipeline: 'loan', force: true })).toMatchObject({ cause: 'retired', drop: 'loan/' });

    await stage.state.remove('loan', 'retired');
    expect(await stage.admit(event)).toMatchObject({ decision: 'admitted' });
  });

  it('is admitted with its objects pinned and its configuration kept', async () => {
    const event = stage.drop('loan/2026-01-01/', book);
    stage.buckets.put('raw-bucket/loan/2026-01-01/a.csv', 'x,y\n3,0\n');
    stage.buckets.put('raw-bucket/loan/2026-01-05/a.csv', 'x,y\n9,0\n');

    const answer = await stage.admit(event);

    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    const { runId } = answer.run;
    expect(runId).toMatch(/^20260102-080000-[0-9a-f]{4}$/);
    expect(answer).toEqual({
      decision: 'admitted',
      run: { pipeline: 'loan', runId },
      shards: 2,
      shardsKey: `loan/runs/${runId}/shards.json`,
    });
    const read = (name: string) => stage.buckets.text(`artifacts-bucket/loan/runs/${runId}/${name}`) ?? '';
    expect(JSON.parse(read('shards.json'))).toEqual([
      { index: 0, size: 8, first: 0, files: 1 },
      { index: 1, size: 8, first: 1, files: 1 },
    ]);
    expect(JSON.parse(stage.buckets.text(`raw-bucket/_tidegate/loan/${runId}.json`) ?? '')).toEqual([
      { key: 'loan/2026-01-01/a.csv', versionId: 'v4' },
      { key: 'loan/2026-01-01/b.csv', versionId: 'v2' },
    ]);
    expect(dropRecordSchema.parse(JSON.parse(read('drop.json')))).toMatchObject({
      bucket: 'raw-bucket',
      prefix: 'loan/2026-01-01/',
      bytes: 16,
      reason: 'drop',
      gitCommit: 'c0ffee',
      startedAt,
      executionArn: 'e1',
      objects: [
        { id: objectId('loan/2026-01-01/a.csv'), versionId: 'v4' },
        { id: objectId('loan/2026-01-01/b.csv'), versionId: 'v2' },
      ],
    });
    expect(JSON.parse(read('config.json'))).toMatchObject({ name: 'loan' });
    expect(read('config.yml')).toBe(definition('loan', '{ marker: _SUCCESS }'));
    expect(await stage.state.get('loan', `run#${runId}`)).toMatchObject({ status: 'running', objects: 2, bytes: 16 });
    expect(await lease()).toMatchObject({ holder: 'e1', runId });
  });

  it('is compared with the champion, when there is one', async () => {
    await stage.state.put('loan', 'champion', championOf(1, runs.first, '2026-01-01T10:00:00.000Z'));
    expect(await stage.admit(stage.drop('loan/2026-01-01/', book))).toMatchObject({
      champion: { pipeline: 'loan', runId: runs.first },
    });
  });

  it.each(['_temporary/0/', 'year=2026/_temporary/', '.ipynb_checkpoints/'])(
    'is not started by a marker in %s, nor changed by what lies there',
    async (folder) => {
      const hidden = await stage.admit(stage.drop(`loan/2026-01-01/${folder}`, book), 'e0');
      expect(hidden).toMatchObject({ decision: 'skipped', reason: expect.stringContaining('is not data') });
      expect(stage.state.everything()).toEqual({});
      await stage.admit(stage.drop('loan/2026-01-01/', book), 'e1');
      await expect(stage.admit(stage.drop('loan/2026-01-04/', book), 'e2')).resolves.toMatchObject({
        decision: 'skipped',
        reason: expect.stringContaining('already training on this data set'),
      });
    },
  );

  it.each([
    ['outcomes', 'of a pipeline with a marker', 'loan', { 'a.csv': 'id,y\n1,0\n', _SUCCESS: '' }],
    ['outcomes', 'of a pipeline where each object counts', 'eager', { 'a.csv': 'id,y\n1,0\n' }],
    ['batch', 'of a pipeline with a marker', 'loan', { 'a.csv': 'id,x\n1,0\n', _SUCCESS: '' }],
    ['batch', 'of a pipeline where each object counts', 'eager', { 'a.csv': 'id,x\n1,0\n' }],
  ])('is not started by files of %s %s', async (folder, _, pipeline, files) => {
    const answer = await stage.admit(stage.drop(`${pipeline}/${folder}/jan/`, files), 'e0');
    expect(answer).toMatchObject({ decision: 'skipped', pipeline, cause: folder });
    expect(stage.state.everything()).toEqual({});
    await expect(stage.admit({ pipeline }, 'e1')).rejects.toMatchObject({ name: 'EmptyDropError' });
    await expect(stage.admit({ pipeline, drop: `${pipeline}/${folder}/jan/` }, 'e2')).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: `The folder ${pipeline}/${folder}/ holds no drop. Name another folder below ${pipeline}/.`,
    });
  });

  it("is not started by another pipeline's marker", async () => {
    const answer = await stage.admit(stage.drop('loan/first/', { 'a.csv': 'x,y\n1,0\n', READY: '' }), 'e0');
    expect(answer).toMatchObject({
      decision: 'skipped',
      cause: 'not-data',
      reason: 'the object is not the marker of the pipeline, _SUCCESS',
    });
  });

  it('is the same data set wherever it lies and whenever it comes, until a file or the configuration differs', async () => {
    const first = await stage.admit(stage.drop('loan/2026-01-01/', book), 'e1');
    const identity = (await lease())?.['identity'];
    expect(first.decision).toBe('admitted');

    expect(await stage.admit(stage.drop('loan/2026-01-04/', book), 'e2')).toMatchObject({
      decision: 'skipped',
      drop: 'loan/2026-01-04/',
      reason: expect.stringContaining('already training on this data set'),
    });
    const other = await stage.admit(stage.drop('loan/2026-01-05/', { ...book, 'b.csv': 'x,y\n2,0\n' }), 'e3');
    expect(other).toMatchObject({ decision: 'skipped', reason: expect.stringContaining('it waits for run') });
    expect(await lease()).toMatchObject({ identity, pending: { drop: 'loan/2026-01-05/' } });
  });

  it.each([
    [
      'no pipeline',
      () => stage.drop('nobody/2026-01-01/', book),
      'UnknownPipelineError',
      'add a pipeline of this name',
    ],
    ['no folder of its own', () => stage.drop('loan/', book), 'SchemaMismatchError', 'not in a drop folder'],
    ['no data file', () => stage.drop('loan/2026-01-01/', { _SUCCESS: '' }), 'EmptyDropError', 'only markers'],
    [
      'an empty file',
      () => stage.drop('loan/2026-01-01/', { 'a.csv': '', _SUCCESS: '' }),
      'EmptyDropError',
      'Empty: file 1 of the drop',
    ],
    [
      'another format',
      () => stage.drop('loan/2026-01-01/', { 'a.xlsx': 'x', _SUCCESS: '' }),
      'SchemaMismatchError',
      'Another format, by the ending of its name: file 1 of the drop',
    ],
    ['nothing left of it', () => created('loan/2026-01-01/_SUCCESS'), 'DropVanishedError', 'loan/2026-01-01/'],
  ])('with %s is refused, and holds no lease', async (_, event, name, said) => {
    await expect(stage.admit(event())).rejects.toMatchObject({ name, message: expect.stringContaining(said) });
    expect(stage.state.everything()).toEqual({});
  });
});

describe('a Hive table', () => {
  const eu = { 'region=eu/a.csv': 'x,y\n1,0\n', 'region=eu/b.csv': 'x,y\n2,1\n' };
  const us = { 'region=us/a.csv': 'x,y\n3,0\n' };

  it('below a drop folder is one drop, and its last object starts the one run', async () => {
    const first = stage.drop('eager/2026-01/', eu);
    const last = stage.drop('eager/2026-01/', us);

    expect(await stage.admit(first, 'e1')).toMatchObject({ decision: 'skipped', drop: 'eager/2026-01/' });
    expect(await stage.admit(last, 'e2')).toMatchObject({ decision: 'admitted', shards: 3 });
    expect(await stage.state.list('eager', 'run#')).toMatchObject([{ drop: 'eager/2026-01/', objects: 3 }]);
  });

  it('in the folder of the pipeline is one drop, without the drops beside it', async () => {
    stage.drop('eager/2026-01/', { 'a.csv': 'x,y\n9,0\n' });
    stage.drop('eager/', eu);
    const last = stage.drop('eager/', us);
    const marker = await stage.admit(stage.drop('eager/', { _SUCCESS: '' }), 'e1');

    expect(marker).toMatchObject({ decision: 'skipped', drop: 'eager/', cause: 'not-data' });
    expect(await stage.admit(last, 'e2')).toMatchObject({ decision: 'admitted', shards: 3 });
    expect(await stage.state.list('eager', 'run#')).toMatchObject([{ drop: 'eager/' }]);
    stage.executions.running.delete('e2');
    expect(await stage.admit({ pipeline: 'eager', drop: 'eager/', force: true }, 'e3')).toMatchObject({ shards: 3 });
  });

  it('is complete with the marker that Spark writes at its root', async () => {
    const below = await stage.admit(stage.drop('loan/2026-01/', { ...eu, ...us, _SUCCESS: '' }), 'e1');
    expect(below).toMatchObject({ decision: 'admitted', shards: 3 });
    stage.executions.running.delete('e1');

    const root = await stage.admit(stage.drop('loan/', { ...eu, _SUCCESS: '' }), 'e2');
    expect(root).toMatchObject({ decision: 'admitted', shards: 2 });
    stage.executions.running.delete('e2');

    expect(await stage.admit({ pipeline: 'loan', force: true }, 'e3')).toMatchObject({ shards: 2 });
  });

  it('has partitions that are drops of their own where each has a marker', async () => {
    stage.drop('loan/', { ...eu, 'region=eu/_SUCCESS': '' });
    const answer = await stage.admit(stage.drop('loan/', { ...us, 'region=us/_SUCCESS': '' }), 'e1');

    expect(answer).toMatchObject({ decision: 'admitted', shards: 1 });
    expect(await stage.state.list('loan', 'run#')).toMatchObject([{ drop: dropName('loan', 'loan/region=us/') }]);
  });
});

describe('a drop in the folder of an earlier run', () => {
  const recordOf = async (answer: Awaited<ReturnType<Admission['admit']>>) => {
    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    const text = stage.buckets.text(`artifacts-bucket/loan/runs/${answer.run.runId}/drop.json`) ?? '';
    return dropRecordSchema.parse(JSON.parse(text));
  };

  it('is recorded with the numbers of objects that are the same, other, new and gone', async () => {
    const first = await stage.admit(stage.drop('loan/2026-01-01/', book), 'e1');
    expect(await recordOf(first)).not.toHaveProperty('earlier');
    if (first.decision !== 'admitted') throw new Error(first.decision);
    stage.executions.running.delete('e1');
    const more = stage.drop('loan/2026-01-01/', { 'b.csv': 'x,y\n7,1\n', 'c.csv': 'x,y\n8,1\n', _SUCCESS: '' });

    const earlier = { runId: first.run.runId, unchanged: 1, replaced: 1, added: 1, removed: 0 };
    expect(await recordOf(await stage.admit(more, 'e2'))).toMatchObject({ earlier });
    // a retry compares with the same run
    expect(await recordOf(await stage.admit(more, 'e2'))).toMatchObject({ earlier });
  });

  it('is admitted although the record of the earlier run was deleted', async () => {
    await stage.admit(stage.drop('loan/2026-01-01/', book), 'e1');
    stage.executions.running.delete('e1');
    const [run] = await stage.state.list('loan', 'run#');
    stage.buckets.remove(`artifacts-bucket/loan/runs/${String(run?.['runId'])}/drop.json`);

    const again = await recordOf(await stage.admit({ pipeline: 'loan', force: true }, 'e2'));
    expect(again).not.toHaveProperty('earlier');
  });

  it('keeps the names of folder and files out of the state and of every bucket but raw', async () => {
    const files = { 'jane.doe.csv': 'x,y\n1,0\n', _SUCCESS: '' };
    const answer = await stage.admit(stage.drop('loan/jane.doe/', files), 'e1');
    const keys = Object.keys(stage.state.everything());
    expect(keys.filter((key) => key.includes('folder#'))).toHaveLength(1);
    const elsewhere = stage.buckets.paths().filter((path) => !path.startsWith('raw-bucket/'));
    expect(elsewhere.length).toBeGreaterThan(3);
    const written = elsewhere.map((path) => `${path} ${stage.buckets.text(path)}`);
    expect(JSON.stringify([answer, stage.state.everything(), written])).not.toContain('jane');
  });

  it('is found by the name that hides its folder, also when it waited', async () => {
    await stage.admit(stage.drop('loan/2026-01-01/', book), 'e1');
    const hidden = dropName('loan', 'loan/jane.doe/part/');
    const other = { ...book, 'a.csv': 'x,y\n5,0\n' };
    expect(await stage.admit(stage.drop('loan/jane.doe/part/', other), 'e2')).toMatchObject({ cause: 'queued' });
    expect(await lease()).toMatchObject({ pending: { drop: hidden } });
    stage.executions.running.delete('e1');

    expect(await stage.admit({ pipeline: 'loan', drop: hidden }, 'e3')).toMatchObject({
      decision: 'admitted',
      shards: 2,
    });
    expect(await stage.state.get('loan', 'lease')).toMatchObject({ holder: 'e3' });
    stage.executions.running.delete('e3');
    await expect(stage.admit({ pipeline: 'loan', drop: 'loan/drop-0123456789ab' }, 'e4')).rejects.toMatchObject({
      name: 'DropVanishedError',
    });
  });
});

describe('a request by hand', () => {
  it('is for the newest drop when it names none', async () => {
    stage.drop('loan/2026-01-02/', book);
    stage.drop('loan/2026-01-01/', { ...book, 'a.csv': 'x,y\n5,0\n' });
    stage.buckets.put('raw-bucket/loan/README.md', 'belongs to no drop');

    await stage.admit({ pipeline: 'loan' });

    expect(Object.values(stage.state.everything())).toContainEqual(
      expect.objectContaining({ drop: 'loan/2026-01-01/', reason: 'manual' }),
    );
  });

  it('is for no folder that something else keeps for itself', async () => {
    stage.drop('loan/2026-01-01/', book);
    stage.drop('loan/2026-01-01/_temporary/0/', { 'part-0.csv': 'x,y\n9,0\n' });
    stage.drop('loan/.ipynb_checkpoints/', { 'a-checkpoint.csv': 'x,y\n9,0\n' });
    await stage.admit({ pipeline: 'loan' });
    expect(Object.values(stage.state.everything())).toContainEqual(
      expect.objectContaining({ drop: 'loan/2026-01-01/' }),
    );
  });

  it.each(['loan/2026-01-01', 'loan/2026-01-01/'])('may name the drop, as %s', async (named) => {
    stage.drop('loan/2026-01-01/', book);
    stage.drop('loan/2026-01-02/', book);
    const answer = await stage.admit({ pipeline: 'loan', drop: named, reason: 'drift' });
    expect(answer).toMatchObject({ decision: 'admitted' });
    expect(await stage.state.list('loan', 'run#')).toMatchObject([{ drop: 'loan/2026-01-01/', reason: 'drift' }]);
  });

  it.each([
    ["another pipeline's drop", { pipeline: 'loan', drop: 'stream/2026-01-01/' }, 'InvalidInputError', 'below loan/'],
    ['the whole pipeline', { pipeline: 'loan', drop: 'loan' }, 'SchemaMismatchError', 'drop folder'],
    ['the newest drop of a pipeline that has none', { pipeline: 'eager' }, 'EmptyDropError', 'no drop yet'],
  ])('for %s is refused', async (_, input, name, said) => {
    stage.drop('stream/2026-01-01/', book);
    await expect(stage.admit(input)).rejects.toMatchObject({ name, message: expect.stringContaining(said) });
  });
});

describe('a drop without a marker', () => {
  const files = { 'a.csv': 'x,y\n1,0\n', 'b.csv': 'x,y\n2,1\n' };

  it('is not started by an object that is no data, nor does that speak for it', async () => {
    const data = stage.drop('eager/2026-01-01/', files);
    for (const name of ['.DS_Store', '._a.csv', '_temporary/part-0.csv']) {
      const answer = await stage.admit(stage.drop('eager/2026-01-01/', { [name]: 'x' }), `for ${name}`);
      expect(answer).toMatchObject({ decision: 'skipped', reason: expect.stringContaining('is not data') });
    }
    expect(await stage.admit(data, 'e1')).toMatchObject({ decision: 'admitted', shards: 2 });
  });

  it('is given time to be whole, then its last object speaks for it', async () => {
    stage.drop('stream/2026-01-01/', files);
    const [first, last] = [created('stream/2026-01-01/a.csv'), created('stream/2026-01-01/b.csv')];

    expect(await stage.admit(first, 'e1')).toEqual({ decision: 'settling', waitSeconds: 30 });
    expect(await stage.admit(first, 'e1', true)).toMatchObject({
      decision: 'skipped',
      reason: expect.stringContaining('a later object of the same drop starts'),
    });
    expect(await stage.admit(last, 'e2', true)).toMatchObject({ decision: 'admitted', shards: 2 });
  });

  it('trains once when two objects came in one moment, or the object is gone', async () => {
    stage.buckets.put('raw-bucket/eager/2026-01-01/a.csv', 'x,y\n1,0\n', '2026-01-01T00:00:00Z');
    stage.buckets.put('raw-bucket/eager/2026-01-01/b.csv', 'x,y\n2,0\n', '2026-01-01T00:00:00Z');

    expect(await stage.admit(created('eager/2026-01-01/a.csv'), 'e1')).toMatchObject({ decision: 'admitted' });
    for (const [name, arn] of [
      ['b.csv', 'e2'],
      ['deleted.csv', 'e3'],
    ] as const)
      expect(await stage.admit(created(`eager/2026-01-01/${name}`), arn)).toMatchObject({ decision: 'skipped' });
  });

  it('that was admitted stays so when it asks again after another object came', async () => {
    const first = await stage.admit(stage.drop('eager/2026-01-01/', { 'a.csv': 'x,y\n1,0\n' }), 'e1');
    const second = stage.drop('eager/2026-01-01/', { 'b.csv': 'x,y\n2,1\n' });
    expect(await stage.admit(second, 'e2')).toMatchObject({ reason: expect.stringContaining('it waits') });

    const again = await stage.admit(created('eager/2026-01-01/a.csv'), 'e1');

    expect(again).toEqual({ ...first, shards: 2 });
    expect(await stage.state.get('eager', 'lease')).toMatchObject({
      holder: 'e1',
      pending: { drop: 'eager/2026-01-01/' },
    });
    expect(await stage.state.list('eager', 'run#')).toHaveLength(1);
    expect(await stage.admit(second, 'e3')).toMatchObject({
      reason: expect.stringContaining('already training on this data set'),
    });
  });
});

describe('an admission that breaks off', () => {
  it('wherever it did, gives the same answer and leaves the same state when it is tried again', async () => {
    const whole = countCalls();
    stage.reset(whole);
    const answer = await stage.admit(stage.drop('loan/2026-01-01/', book));
    const wanted = stage.state.everything();
    const paths = stage.buckets.paths();
    expect(whole.log.length).toBeGreaterThan(8);

    for (let n = 1; n <= whole.log.length; n++) {
      stage.reset(countCalls(n));
      const event = stage.drop('loan/2026-01-01/', book);
      await expect(stage.admit(event), `call ${n}`).rejects.toBeInstanceOf(Crash);

      expect(await stage.admit(event), `after call ${n}`).toEqual(answer);
      expect(stage.state.everything(), `after call ${n}`).toEqual(wanted);
      expect(stage.buckets.paths()).toEqual(paths);
      for (const path of paths) expect(stage.buckets.text(path)).toBeDefined();
    }
  });
});

it('never quotes what a drop holds, whatever is wrong with it', async () => {
  const secret = 'jane.doe@example.com,+49 151 000000';
  const name = fc.constantFrom('a.csv', 'a.xlsx', '_SUCCESS', '.hidden', 'b.csv');
  const content = fc.constantFrom('', secret, `x,y\n${secret}\n`);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.tuple(name, content), { selector: ([n]) => n, minLength: 1 }), async (files) => {
      stage.reset();
      const told = await stage.admit(stage.drop('loan/2026-01-01/', Object.fromEntries(files))).catch((e: Error) => ({
        name: e.name,
        message: e.message,
        cause: String(e.cause),
      }));
      for (const text of [JSON.stringify(told), JSON.stringify(stage.state.everything()), ...stage.buckets.written()])
        expect(text).not.toContain('jane.doe');
    }),
    { numRuns: 100 },
  );
});

it('refuses an event that is none, without quoting it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const input = { pipeline: { secret: 'jane.doe' }, value } as unknown as Input;
      const refused = await stage.admit(input).catch((e: Error) => e);
      expect(refused).toMatchObject({ name: 'InvalidInputError' });
      expect((refused as Error).message).not.toContain('jane.doe');
    }),
    { numRuns: 30 },
  );
});
