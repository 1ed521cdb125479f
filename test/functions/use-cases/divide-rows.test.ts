import { afterEach, describe, expect, it } from 'vitest';
import { previousName } from '#domain/data/clean';
import type { TokenKeys } from '#domain/privacy/tokenize';
import { artifactKeys, cleanKeys, partName } from '#domain/runs/layout';
import { fitTransform } from '#functions/use-cases/fit-transform';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

const open: DataRun[] = [];
afterEach(() => {
  for (const run of open.splice(0)) run[Symbol.dispose]();
});

const key = (name: string) => new TextEncoder().encode(`key ${name}, long enough to serve as one of the tests`);
/** Rows of people from a number on: each has some, and one in five of them class 1. */
const people = (from: number, to: number, each = 3) =>
  [
    'y,x,id,at',
    ...Array.from({ length: (to - from) * each }, (_, i) => {
      const person = from + Math.floor(i / each);
      const day = String(1 + (person % 28)).padStart(2, '0');
      return `${person % 5 === 0 ? 1 : 0},${(person * 7919 + (i % each) * 31) % 997},p${person},20${20 + Math.floor(person / 400)}-03-${day}`;
    }),
    '',
  ].join('\n');

interface Given {
  readonly runId?: string;
  readonly folder?: string;
  readonly keys?: TokenKeys;
  readonly dataset?: Record<string, unknown>;
  readonly split?: Record<string, unknown>;
}
/** A run that read these files. */
async function runOf(files: readonly string[], { runId = 'r1', folder, keys, dataset = {}, split = {} }: Given = {}) {
  const columns = { x: { role: 'feature', type: 'number' }, at: { role: 'ignore' } };
  const definition = smallPipeline({ id: 'id', columns, ...dataset }, { split });
  const run = await startRun(definition, runId, folder, keys);
  open.push(run);
  for (const [i, content] of files.entries()) {
    run.drop(`small/${runId}/${i}.csv`, content);
    await run.desensitize(`small/${runId}/${i}.csv`, i);
  }
  return run;
}
const sided = async (run: DataRun, shards: number) => {
  const all = await Promise.all(Array.from({ length: shards }, (_, i) => run.sided(i)));
  return all.flat();
};
/** The holdout as it is judged: the id of each row, and whether the champion may be compared on it. */
async function holdout(run: DataRun, shards: number) {
  const keys = cleanKeys(run.run);
  const files = Array.from({ length: shards }, (_, i) => keys.holdoutLabels + partName(i, 0, 'parquet'));
  return (await Promise.all(files.map((file) => run.rows(file)))).flat();
}
const identities = (rows: readonly Readonly<Record<string, unknown>>[]) => new Set(rows.map((row) => row['_id']));

describe('a champion of an earlier drop', () => {
  const earlier = async (split = {}, dataset = {}) => {
    const champion = await runOf([people(0, 400)], { runId: 'r0', split, dataset });
    await champion.fit();
    return champion;
  };
  const later = (champion: DataRun, given: Given = {}, files: readonly string[] = [people(100, 900)]) =>
    runOf(files, { runId: 'r1', folder: champion.folder, ...given });

  it('is compared on no row of a group that it was trained on, and on all that it cannot have seen', async () => {
    const champion = await earlier();
    const files = [people(100, 300), people(300, 900)];
    const run = await later(champion, { split: { train: 0.5, validation: 0.2, test: 0.3 } }, files);
    await run.fit(2, champion.run);
    for (const shard of [0, 1]) await run.encode(shard, champion.run);

    const trained = identities((await sided(champion, 1)).filter(({ _side }) => _side !== 'test'));
    const judged = await holdout(run, 2);
    const compared = judged.filter((row) => row['_comparable'] === true);
    expect(trained.size).toBeGreaterThan(300);
    for (const row of judged) if (trained.has(row['_id'])) expect(row['_comparable']).toBe(false);
    // of 65,536 buckets the champion used 340: nearly every other row is comparable
    const unseen = judged.filter((row) => !trained.has(row['_id']));
    expect(unseen.length).toBeGreaterThan(300);
    expect(compared.length).toBeGreaterThan(unseen.length * 0.97);
  });

  it('is compared on later rows where both are divided by time', async () => {
    const byTime = [{ strategy: 'time' }, { time: 'at' }] as const;
    const champion = await earlier(...byTime);
    const run = await later(champion, { split: byTime[0], dataset: byTime[1] });
    const { comparable, time } = await run.divide(1, champion.run);
    const { time: before } = await champion.divide();
    expect(comparable).toEqual({ kind: 'later', after: before?.usedUntil });
    expect(time?.usedUntil.localeCompare(before?.usedUntil ?? '')).toBe(1);
  });

  it.each([
    ['another seed', { split: { seed: 'other' } }],
    ['other groups', { split: { groupBy: 'duplicates' } }],
  ])('is not compared after %s, and the record says why', async (_, given) => {
    const champion = await earlier();
    const run = await later(champion, given);
    const { comparable } = await run.divide(1, champion.run);
    expect(comparable).toMatchObject({ kind: 'none', reason: expect.stringContaining('another seed, other groups') });
  });

  it.each([
    ['duplicates', { kind: 'earlier-hash', seed: 'tidegate', test: 0.85 }],
    ['id', { kind: 'none', reason: expect.stringContaining('divided its rows by tokens') }],
  ])('of a version without sides.json is compared where it was divided by %s as that allows', async (groupBy, rule) => {
    const champion = await earlier({ groupBy });
    const { transform } = artifactKeys(champion.run);
    const { leftOut: _, ...former } = await champion.artifacts.readJson(transform, fittedTransformSchema);
    await champion.artifacts.writeJson(transform, former);
    const run = await later(champion, { split: { groupBy } });
    expect(await run.divide(1, champion.run)).toMatchObject({ comparable: rule });
  });
});

describe('rows in the gaps of a split by time', () => {
  const byTime = { split: { strategy: 'time', gap: '3d' }, dataset: { time: 'at', id: undefined } };

  it('are counted: every row is used, malformed or in a gap', async () => {
    const days = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    const lines = Array.from({ length: 100 }, (_, i) => `${i % 2},${i},p${i},${i === 50 ? 'never' : days(i)}`);
    const run = await runOf([`y,x,id,at\n${lines.join('\n')}\n`], {
      ...byTime,
      dataset: {
        ...byTime.dataset,
        columns: { x: { role: 'feature', type: 'number' }, id: { role: 'ignore' } },
        maxMalformedFraction: 1,
      },
    });
    await run.fit();
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    const { train, validation, test } = profile.sides;
    expect(profile).toMatchObject({ rows: 100, malformed: { rows: 1 }, deduplicated: 0, inGaps: 6 });
    expect(train.rows + validation.rows + test.rows).toBe(93);
  });

  it('are lost by no step unnoticed', async () => {
    const run = await runOf([people(0, 100)]);
    await run.divide();
    const { shardProfile } = artifactKeys(run.run);
    const profile = await run.artifacts.readJson(shardProfile(0), profileSchema);
    await run.artifacts.writeJson(shardProfile(0), { ...profile, rows: profile.rows + 1 });
    await expect(
      fitTransform({ clean: run.clean, artifacts: run.artifacts, memoryMb: 1024 }, { run: run.run, shards: 1 }),
    ).rejects.toThrow('The drop has 301 rows, of which 300 are used and 0 left out. This is a fault of Tidegate.');
  });
});

describe('the token key', () => {
  const drops = [people(0, 300)];
  const sidesOf = async (run: DataRun) => (await sided(run, 1)).map((row) => row['_side']);

  it.each([{ groupBy: 'id' }, { groupBy: { column: 'at' } }, { groupBy: 'duplicates' }])(
    'decides no side: two keys divide the rows alike with %j',
    async (split) => {
      const [one, other] = [
        await runOf(drops, { keys: { current: key('one') }, split }),
        await runOf(drops, { keys: { current: key('other') }, split }),
      ];
      await one.divide();
      await other.divide();
      expect(await sidesOf(other)).toEqual(await sidesOf(one));
      const tokens = identities(await sided(one, 1));
      for (const token of identities(await sided(other, 1))) expect(tokens.has(token)).toBe(false);
    },
  );

  it('may be replaced: sides stay, tokens of the previous key are kept for joins, and the champion is compared', async () => {
    const before = await runOf(drops, { runId: 'r0', keys: { current: key('one') } });
    await before.fit();
    const keys = { current: key('two'), previous: key('one') };
    const after = await runOf(drops, { runId: 'r1', folder: before.folder, keys });
    const { comparable } = await after.divide(1, before.run);

    expect(comparable?.kind).toBe('unused');
    expect(await sidesOf(after)).toEqual(await sidesOf(before));
    const [former, present] = [await sided(before, 1), await sided(after, 1)];
    expect(present.map((row) => row[previousName('id')])).toEqual(former.map((row) => row['_id']));
    expect(present[0]?.['_id']).not.toBe(former[0]?.['_id']);
  });
});
