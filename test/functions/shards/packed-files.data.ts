import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { mergeSearches } from '#domain/detectors/merge';
import { artifactKeys, cleanKeys, rawKeys } from '#domain/runs/layout';
import { type ShardSearch, shardSearchSchema } from '#schemas/records/personal-data';
import type { Profile } from '#schemas/records/profile';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const runs: DataRun[] = [];
afterEach(() => {
  for (const run of runs.splice(0)) run[Symbol.dispose]();
});

type Files = Readonly<Record<string, string | Uint8Array>>;

async function packed(definition: unknown, files: Files, packs: readonly number[]): Promise<DataRun> {
  const run = await startRun(definition);
  runs.push(run);
  for (const [name, content] of Object.entries(files)) run.drop(`small/d/${name}`, content);
  await run.desensitizePacked(
    Object.keys(files).map((name) => `small/d/${name}`),
    packs,
  );
  return run;
}

/** What a run knows of its drop, whatever its shards are. */
async function resultOf(run: DataRun, shards: number) {
  const { rule, identity, groups, duplicates } = await run.divide(shards);
  const profiles: Profile[] = [];
  const searches: ShardSearch[] = [];
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (let shard = 0; shard < shards; shard++) {
    profiles.push(await run.profile(shard));
    const search = artifactKeys(run.run).shardPersonalData(shard);
    searches.push(await run.artifacts.readJson(search, shardSearchSchema));
    rows.push(...(await run.sided(shard)).map(({ _row, ...row }) => row));
  }
  const quarantine = async (store: DataRun['clean'], prefix: string) => {
    const objects = (await store.list(prefix)).map(({ key }) => key);
    return Promise.all(objects.map(async (key) => [key, await store.readText(key)] as const));
  };
  return {
    split: { rule, identity, groups, duplicates },
    profile: profiles.reduce(mergeProfiles),
    personal: mergeSearches(searches),
    rows,
    kept: await quarantine(
      run.raw,
      rawKeys(run.run)
        .quarantine(0)
        .replace(/[^/]*$/, ''),
    ),
    positions: await quarantine(
      run.clean,
      cleanKeys(run.run)
        .quarantine(0)
        .replace(/[^/]*$/, ''),
    ),
  };
}

/** Rounds what depends on the order of additions. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, own) =>
      typeof own === 'bigint' ? String(own) : typeof own === 'number' ? Number(own.toPrecision(9)) : own,
    ),
  );

const columns = { x: { role: 'feature', type: 'number' }, c: { role: 'feature', type: 'category' } };
const line = (i: number) => [i, i % 2, i % 9 === 0 ? 'oops' : i / 4, 'abc'[i % 3]];

const csvFiles: Files = {
  'a.csv': `id,y,x,c\n${[1, 2, 3, 4].map((i) => line(i).join()).join('\n')}\n`,
  'b.csv': '',
  'c.csv.gz': gzipSync(`id,y,x,c\n${[5, 6, 7, 8, 9].map((i) => line(i).join()).join('\n')}\n`),
  'd.csv': `c,x,y,id\n${[10, 11, 18].map((i) => line(i).toReversed().join()).join('\n')}\n`,
  'e.csv': 'id,y,x,c\n',
  'f.csv': `id,y,x,c\n12,0,1,"a\nb"\ntoo,short\n27,1,oops,b\n14,0,2,c\n`,
  'g.csv': `id,y,x,c\n${[15, 16, 17, 36].map((i) => line(i).join()).join('\n')}\n`,
};
const object = ([id, y, x, c]: readonly unknown[]) => JSON.stringify({ id, y, x, c });
const jsonFiles: Files = {
  'a.jsonl': `${[1, 2, 3].map((i) => object(line(i))).join('\n')}\n`,
  'b.jsonl': `${[4, 9].map((i) => JSON.stringify({ c: 'b', y: 1, id: i, x: i === 9 ? 'oops' : i })).join('\n')}\n`,
  'c.jsonl': `{"id":5,"y":0}\n[1]\nnot json\n`,
  'd.jsonl': '',
  'e.jsonl': `${[6, 7, 18].map((i) => object(line(i))).join('\n')}\n`,
};

async function parquetFiles(): Promise<Files> {
  const run = await startRun(smallPipeline());
  runs.push(run);
  using engine = await testEngine();
  const files: Record<string, Uint8Array> = {};
  const selects = [
    `SELECT i AS id, i % 2 AS y, i / 4 AS x, 'a' AS c FROM range(4) t(i)`,
    `SELECT i AS id, i % 2 AS y, CASE WHEN i = 6 THEN 'oops' ELSE '1.5' END AS x, 'b' AS c FROM range(4, 9) t(i)`,
    `SELECT i AS id, i % 2 AS y, CASE WHEN i = 10 THEN 'oops' ELSE '2.5' END AS x, 'c' AS c FROM range(9, 12) t(i)`,
    `SELECT 1 AS id, 1 AS y, '1' AS x, 'b' AS c WHERE false`,
    `SELECT i AS id, i % 2 AS y, CASE WHEN i = 15 THEN 'oops' ELSE '2.5' END AS x, 'c' AS c FROM range(12, 16) t(i)`,
  ];
  for (const [i, select] of selects.entries()) {
    const path = `${run.folder}/${i}.parquet`;
    await engine.query('write', `COPY (${select}) TO '${path}' (FORMAT parquet)`);
    files[`${i}.parquet`] = readFileSync(path);
  }
  return files;
}

describe('a drop gives the same rows, sides, profile, counts and quarantine however its files are packed', () => {
  test.each([
    ['csv', async () => csvFiles],
    ['jsonl', async () => jsonFiles],
    ['parquet', parquetFiles],
  ])('%s', async (format, filesOf) => {
    const files = await filesOf();
    const count = Object.keys(files).length;
    const definition = smallPipeline({ format, id: 'id', maxMalformedFraction: 1, columns });
    const alone = await resultOf(
      await packed(
        definition,
        files,
        Array.from({ length: count }, () => 1),
      ),
      count,
    );

    for (const packs of [[count], [2, count - 2], [count - 1, 1]]) {
      const together = await resultOf(await packed(definition, files, packs), packs.length);
      expect(rounded(together)).toEqual(rounded(alone));
    }
    expect(alone.kept.length).toBeGreaterThanOrEqual(2);
    expect(alone.profile.malformed.rows).toBeGreaterThan(2);
    expect(alone.rows.length + alone.profile.malformed.rows).toBe(alone.profile.rows);
  });

  test('and files without rows keep their positions in the drop', async () => {
    const run = await packed(smallPipeline({ id: 'id', maxMalformedFraction: 1, columns }), csvFiles, [3, 4]);
    expect((await run.counts(0)).blankFiles).toEqual([1]);
    expect((await run.counts(1)).blankFiles).toEqual([4]);
    await run.fit(2);
    expect(await run.artifacts.readText(`small/runs/r1/profile.json`)).toContain('"blankFiles":[1,4]');
  });
});

test('the rows of a large file keep their order', async () => {
  const run = await startRun(smallPipeline({ format: 'parquet', id: 'id', maxMalformedFraction: 1, columns }));
  runs.push(run);
  using engine = await testEngine();
  // several row groups, which are read at the same time
  const path = `${run.folder}/large.parquet`;
  const rows = `SELECT i AS id, i % 2 AS y, CASE WHEN i % 1000 = 7 THEN 'oops' ELSE i::VARCHAR END AS x, 'c' AS c FROM range(400000) t(i)`;
  await engine.query('write', `COPY (${rows}) TO '${path}' (FORMAT parquet)`);
  run.drop('small/d/a.parquet', readFileSync(path));
  await run.desensitizePacked(['small/d/a.parquet'], [1]);

  const clean = `read_parquet('${run.folder}/clean/${cleanKeys(run.run).shard(0)}', file_row_number = true)`;
  const [found] = await engine.query(
    'compare',
    `SELECT count(*) AS rows, count(*) FILTER (WHERE x <> file_row_number + (file_row_number + 992) // 999) AS moved FROM ${clean}`,
  );
  expect(found).toEqual({ rows: 399_600, moved: 0 });
  const kept = (await run.raw.readText(rawKeys(run.run).quarantine(0))).trim().split('\n');
  expect(kept).toHaveLength(400);
  expect(JSON.parse(kept[1] as string)).toMatchObject({ row: 1008, column: 'x' });
});

describe('a file among others', () => {
  const good = 'y,x\n0,1\n1,2\n';
  const failure = (files: Files, packs: readonly number[]) =>
    packed(smallPipeline({ maxMalformedFraction: 0.4 }), files, packs).then(
      () => undefined,
      (error: unknown) => error as Error,
    );

  test('is named by its position in the drop when its columns differ', async () => {
    const error = await failure({ 'a.csv': good, 'b.csv': good, 'c.csv': 'y,z\n1,2\n', 'd.csv': good }, [1, 3]);
    expect(error).toMatchObject({
      name: 'SchemaMismatchError',
      message: expect.stringMatching(/^file 3 of the drop: /),
    });
  });

  test('may have no more malformed rows than the pipeline allows of one file, and the quarantine of each is kept', async () => {
    const files = { 'a.csv': good, 'b.csv': 'y,x\n0,oops\n1,oops\n0,1\n', 'c.csv': `${good}0,1\n1,oops\n` };
    const run = await startRun(smallPipeline({ maxMalformedFraction: 0.4 }));
    runs.push(run);
    for (const [name, content] of Object.entries(files)) run.drop(`small/d/${name}`, content);
    const keys = Object.keys(files).map((name) => `small/d/${name}`);

    await expect(run.desensitizePacked(keys, [3])).rejects.toMatchObject({
      name: 'MalformedDataError',
      message: expect.stringMatching(
        /^file 2 of the drop: 2 of 3 rows .* allows:\n- column "x": .* \(2 rows: lines 2, 3\)/,
      ),
    });
    const kept = async (file: number) =>
      (await run.raw.readText(rawKeys(run.run).quarantine(file)))
        .trim()
        .split('\n')
        .map((entry) => JSON.parse(entry));
    expect(await kept(1)).toMatchObject([
      { file: 'file 2 of the drop', line: 2, text: '0,oops' },
      { file: 'file 2 of the drop', line: 3, text: '1,oops' },
    ]);
    expect(await kept(2)).toMatchObject([{ file: 'file 3 of the drop', line: 5, text: '1,oops' }]);
  });

  test('is named when the engine cannot read it', async () => {
    const parquet = await parquetFiles();
    const damaged = Buffer.from(parquet['1.parquet'] as Uint8Array);
    damaged.fill(0xff, 4, 60);
    const files = {
      'a.parquet': parquet['2.parquet'] as Uint8Array,
      'b.parquet': damaged,
      'c.parquet': parquet['4.parquet'] as Uint8Array,
    };
    const definition = smallPipeline({ format: 'parquet', id: 'id', maxMalformedFraction: 1, columns });
    const error = await packed(definition, files, [3]).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'DataEngineError', message: expect.stringContaining('file 2 of the drop') });
  });

  test('is searched for personal data by itself, whatever the other files hold', async () => {
    const lines = (n: number, c: (i: number) => string) =>
      `y,x,c\n${Array.from({ length: n }, (_, i) => `${i % 2},${i},${c(i)}`).join('\n')}\n`;
    const letters = (i: number) => 'abc'[i % 3] as string;
    const files = Object.fromEntries([
      // a large one is searched by a sample
      ['00.csv', lines(3000, letters)],
      ...Array.from({ length: 30 }, (_, i) => [
        `${10 + i}.csv`,
        lines(20, i === 16 ? (row) => `nobody${row}@example.com` : letters),
      ]),
    ]);
    const attempt = (undeclared: string) =>
      packed(smallPipeline({ columns }, { personalData: { undeclared, sampleRows: 100 } }), files, [31]);

    await expect(attempt('refuse')).rejects.toMatchObject({
      name: 'PersonalDataError',
      message: expect.stringMatching(
        /^file 18 of the drop: column "c" looks like e-mail addresses in 100 % of 20 values/,
      ),
    });
    const run = await attempt('warn');
    const search = artifactKeys(run.run).shardPersonalData(0);
    expect(await run.artifacts.readJson(search, shardSearchSchema)).toMatchObject({
      columns: 2,
      values: 2 * (100 + 30 * 20),
      findings: [{ column: 'c', examined: 20, found: 20, outcome: 'warned' }],
    });
  });

  test('is missed when the list of files ends before it', async () => {
    const run = await startRun(smallPipeline());
    runs.push(run);
    run.drop('small/d/a.csv', good);
    await expect(run.desensitizePacked(['small/d/a.csv'], [2])).rejects.toMatchObject({
      name: 'DropVanishedError',
      message: expect.stringContaining("The list of the drop's files ends before file 2 of the drop."),
    });
  });

  test('is missed when it is gone', async () => {
    const error = await packed(smallPipeline(), { 'a.csv': good }, [1])
      .then((run) => run.desensitizePacked(['small/d/a.csv', 'small/d/gone.csv'], [2]))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'DropVanishedError' });
  });
});
