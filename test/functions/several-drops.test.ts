import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { objectId } from '#domain/runs/drop-name';
import { dropRecordSchema } from '#schemas/records/run';
import { type Admission, book, startAdmission } from './support/admission.ts';

let stage: Admission;
beforeAll(async () => {
  stage = await startAdmission();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** Admits a drop by an execution, whose lease ends with it. */
async function admitted(prefix: string, arn: string, files: Readonly<Record<string, string>> = book) {
  const answer = await stage.admit(stage.drop(prefix, files), arn);
  if (answer.decision !== 'admitted') throw new Error(JSON.stringify(answer));
  await stage.state.remove('whole', 'lease');
  const read = (name: string) =>
    JSON.parse(stage.buckets.text(`artifacts-bucket/whole/runs/${answer.run.runId}/${name}`) ?? '');
  return { ...answer, record: dropRecordSchema.parse(read('drop.json')), shardList: read('shards.json') };
}
const end = (runId: string, record: object) => stage.state.set('whole', `run#${runId}`, { ...record });

describe('a run that reads all drops', () => {
  it('reads those before its own in the order of their arrival, each in shards of its own', async () => {
    const first = await admitted('whole/2026-01-09/', 'e1');
    expect(first.record).not.toHaveProperty('drops');
    const { record, shards, shardList, run } = await admitted('whole/2026-01-02/', 'e2', {
      'c.csv': 'x,y\n4,1\n',
      _SUCCESS: '',
    });

    expect(record.drops).toMatchObject([
      { drop: 'whole/2026-01-09/', objects: 2, bytes: 16, shards: 2, arrivedAt: expect.any(String) },
      { drop: 'whole/2026-01-02/', objects: 1, bytes: 8, shards: 1 },
    ]);
    expect(record).toMatchObject({ prefix: 'whole/2026-01-02/', bytes: 24 });
    expect(record.objects.map(({ id }) => id)).toEqual(
      ['2026-01-09/a.csv', '2026-01-09/b.csv', '2026-01-02/c.csv'].map((key) => objectId(`whole/${key}`)),
    );
    expect(record.datasetVersion).not.toBe(first.record.datasetVersion);
    expect([shards, shardList.map((s: { index: number; first: number }) => [s.index, s.first])]).toEqual([
      3,
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
    ]);
    expect(JSON.parse(stage.buckets.text(`raw-bucket/_tidegate/whole/${run.runId}.json`) ?? '')).toHaveLength(3);
  });

  it('leaves out drops that were refused or cannot be read, and counts them', async () => {
    const failed = (error: string) => ({ status: 'failed', failure: { error, message: '' } });
    await end((await admitted('whole/2026-01-01/', 'e1')).run.runId, failed('DataQualityError'));
    await end((await admitted('whole/2026-01-02/', 'e2')).run.runId, failed('States.Timeout'));
    stage.drop('whole/2026-01-03/', { 'a.parquet': 'PAR1', _SUCCESS: '' });
    stage.drop('whole/outcomes/2026-01-04/', { 'a.csv': 'id,y\n1,1\n', _SUCCESS: '' });
    stage.drop('whole/2026-01-04/', { 'a.csv': 'x,y\n5,1\n' });

    const { record } = await admitted('whole/2026-01-05/', 'e5', { 'a.csv': 'x,y\n6,1\n', _SUCCESS: '' });
    expect(record.drops?.map(({ drop }) => drop)).toEqual(['whole/2026-01-02/', 'whole/2026-01-05/']);
    expect(record.refusedDrops).toBe(2);
  });

  it('compares the folder of its own drop alone with an earlier run of it', async () => {
    await admitted('whole/2026-01-01/', 'e1');
    await admitted('whole/2026-01-02/', 'e2', { 'c.csv': 'x,y\n4,1\n', _SUCCESS: '' });
    const again = await admitted('whole/2026-01-02/', 'e3', { 'c.csv': 'x,y\n7,1\n', _SUCCESS: '' });
    expect(again.record.earlier).toMatchObject({ unchanged: 0, replaced: 1, added: 0, removed: 0 });
  });

  it('finds the same data again, whatever arrives later', async () => {
    await admitted('whole/2026-01-01/', 'e1');
    const { record } = await admitted('whole/2026-01-02/', 'e2', { 'c.csv': 'x,y\n4,1\n', _SUCCESS: '' });
    const version = async (arn: string) => {
      const answer = await stage.admit({ pipeline: 'whole', drop: 'whole/2026-01-02/', force: true }, arn);
      if (answer.decision !== 'admitted') throw new Error(answer.decision);
      await stage.state.remove('whole', 'lease');
      const text = stage.buckets.text(`artifacts-bucket/whole/runs/${answer.run.runId}/drop.json`) ?? '';
      return dropRecordSchema.parse(JSON.parse(text)).datasetVersion;
    };
    expect(await version('e3')).toBe(record.datasetVersion);
    // a later drop changes nothing
    stage.drop('whole/2026-01-03/', book);
    expect(await version('e4')).toBe(record.datasetVersion);
  });
});
