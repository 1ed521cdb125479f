import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { BudgetExceededError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import type { RawObject } from '#functions/ports/raw-listing';
import { admitDrop, type DropAdmissionPorts } from '#functions/use-cases/admit-drop';
import type { AdmittedRun } from '#functions/use-cases/run-costs';
import { dropRecordSchema } from '#schemas/records/run';
import { type MemoryObjects, memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, pipeline } from '../support/stage.ts';

const startedAt = '2026-01-02T08:00:00.000Z';
let raw: RawObject[];
let store: MemoryState;
let artifacts: MemoryObjects;
let rawRecords: MemoryObjects;
let running: Set<string>;
let ports: DropAdmissionPorts;
let costed: AdmittedRun[];

const object = (key: string, lastModified = '2026-01-01T00:00:00.000Z'): RawObject => ({
  key,
  size: 8,
  etag: key,
  versionId: `version of ${key}`,
  lastModified,
});
const admit = (input: { drop?: string; force?: boolean } = {}, arn = 'e1') => {
  running.add(arn);
  return admitDrop(ports, {
    input: { pipeline: 'loan', reason: 'manual', force: false, ...input },
    execution: { arn, startedAt },
    settled: false,
  });
};

beforeEach(() => {
  raw = [object('loan/2026-01-01/a.csv'), object('loan/2026-01-01/b.csv')];
  store = memoryState();
  artifacts = memoryObjects('artifacts-bucket');
  rawRecords = memoryObjects('raw-bucket');
  running = new Set();
  costed = [];
  ports = {
    raw: { bucket: 'raw-bucket', list: async (prefix) => raw.filter(({ key }) => key.startsWith(prefix)) },
    rawRecords,
    artifacts,
    store,
    isRunning: async (arn) => running.has(arn),
    readPipeline: () => ({ text: 'name: loan', pipeline }),
    gitCommit: 'c0ffee',
    checkCosts: async (admitted) => {
      costed.push(admitted);
    },
  };
});

describe('admission', () => {
  it('notes the last good run, with whose drop this one is compared', async () => {
    await store.put('loan', 'last-good', { runId: 'r0' });
    const answer = await admit();
    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    expect(await artifacts.readJson(artifactKeys(answer.run).drop, dropRecordSchema)).toMatchObject({ lastGood: 'r0' });
  });

  it('plans a large text file in parts, which are located first', async () => {
    raw = [object('loan/2026-01-01/a.csv'), { ...object('loan/2026-01-01/b.csv'), size: 400e6 }];
    const answer = await admit();
    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    expect(answer).toMatchObject({ shards: 3, step: 'locate' });
    const shards = await artifacts.readJson(answer.shardsKey, z.array(z.unknown()));
    expect(shards[2]).toEqual({ index: 2, size: 200e6, first: 1, files: 1, part: { index: 1, count: 2, size: 400e6 } });
  });

  it('refuses an archive that has no room on any disk', async () => {
    raw = [{ ...object('loan/2026-01-01/a.csv.gz'), size: 5e9 }];
    await expect(admit()).rejects.toMatchObject({ name: 'DataEngineError' });
    expect(await store.get('loan', 'lease')).toBeUndefined();
  });

  it('has what the run costs checked, with its size, after its records were written', async () => {
    await store.put('loan', 'champion', championOf(1, 'r0', startedAt));
    const answer = await admit({ force: true });
    expect(costed).toMatchObject([
      { bytes: 16, shards: 2, locating: false, champion: true, startedAt, forced: true, definition: { pipeline } },
    ]);
    expect(answer).toMatchObject({ run: costed[0]?.run });
    expect((await admit({}, 'e1')).decision).toBe('admitted');
    expect(costed[1]?.forced).toBe(false);
  });

  it('keeps the record of a run that a budget refuses, and no claim to its folder', async () => {
    ports = { ...ports, checkCosts: () => Promise.reject(new BudgetExceededError('too dear')) };
    await expect(admit()).rejects.toThrow('too dear');
    const keys = Object.keys(store.everything());
    expect(keys.filter((key) => key.includes('run#'))).toHaveLength(1);
    expect(keys.filter((key) => key.includes('folder#'))).toEqual([]);
  });

  it('notes none before a run registered a model', async () => {
    const answer = await admit();
    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    const record = await artifacts.readJson(artifactKeys(answer.run).drop, dropRecordSchema);
    expect(record).not.toHaveProperty('lastGood');
  });

  it('pins versions, sizes and ETags of the objects, and the configuration', async () => {
    const answer = await admit();

    if (answer.decision !== 'admitted') throw new Error(answer.decision);
    const keys = artifactKeys(answer.run);
    expect(await artifacts.readJson(keys.drop, dropRecordSchema)).toMatchObject({
      bucket: 'raw-bucket',
      prefix: 'loan/2026-01-01/',
      bytes: 16,
      gitCommit: 'c0ffee',
      objects: [{ versionId: 'version of loan/2026-01-01/a.csv' }, { versionId: 'version of loan/2026-01-01/b.csv' }],
    });
    expect(artifacts.texts.get(keys.config)).toBe(JSON.stringify(pipeline));
    expect(artifacts.texts.get(keys.config.replace(/json$/, 'yml'))).toBe('name: loan');
  });

  it('takes the drop with the newest object when none is named', async () => {
    raw.push(
      object('loan/2026-01-02/a.csv', '2026-01-03T00:00:00.000Z'),
      object('loan/README.md', '2027-01-01T00:00:00Z'),
    );

    expect(await admit()).toMatchObject({ decision: 'admitted', shards: 1 });
    expect(await store.list('loan', 'run#')).toMatchObject([{ drop: 'loan/2026-01-02/' }]);
  });

  it('queues another drop while a run is under way, and takes over from a run that was lost', async () => {
    await admit({ drop: 'loan/2026-01-01' });
    raw.push(object('loan/2026-01-02/a.csv'));

    expect(await admit({ drop: 'loan/2026-01-02' }, 'e2')).toMatchObject({
      decision: 'skipped',
      reason: expect.stringContaining('it waits for run'),
    });
    running.delete('e1');
    expect(await admit({ drop: 'loan/2026-01-02' }, 'e3')).toMatchObject({ decision: 'admitted' });
    expect(await store.get('loan', 'finished#e1')).toMatchObject({ outcome: 'lost' });
  });

  it('trains a data set again when an edit of the pipeline can change the model, and not for a new description', async () => {
    const end = async (arn: string) => {
      const lease = await store.get('loan', 'lease');
      await store.put('loan', `trained#${String(lease?.['identity'])}`, { runId: lease?.['runId'] });
      await store.remove('loan', 'lease');
      running.delete(arn);
    };
    const edit = (changes: Partial<typeof pipeline>) => {
      ports = { ...ports, readPipeline: () => ({ text: 'name: loan', pipeline: { ...pipeline, ...changes } }) };
    };
    await admit({}, 'e1');
    await end('e1');

    edit({ description: 'Who pays back?', notify: { slack: '#loans' } });
    expect(await admit({}, 'e2')).toMatchObject({ decision: 'skipped', cause: 'trained', runId: expect.any(String) });

    edit({ imbalance: 'none' });
    expect(await admit({}, 'e3')).toMatchObject({ decision: 'admitted' });
    await end('e3');
    expect(await admit({}, 'e4')).toMatchObject({ cause: 'trained' });
  });

  it('trains a data set again only when it is forced', async () => {
    await admit();
    const lease = await store.get('loan', 'lease');
    await store.put('loan', `trained#${String(lease?.['identity'])}`, { runId: 'r0' });
    await store.remove('loan', 'lease');

    expect(await admit({}, 'e2')).toMatchObject({ reason: 'this data set was trained before, by run r0' });
    expect(await admit({ force: true }, 'e3')).toMatchObject({ decision: 'admitted' });
  });
});
