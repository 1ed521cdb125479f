import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { cleanKeys, rawKeys } from '#domain/runs/layout';
import type { FileStore } from '#functions/ports/object-store';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import type { Profile } from '#schemas/records/profile';
import { type DataRun, smallPipeline, startRun, testEngine, tokenKey } from '../../fakes/data-run.ts';

const runs: DataRun[] = [];
afterEach(() => {
  for (const run of runs.splice(0)) run[Symbol.dispose]();
});
async function start(definition: unknown): Promise<DataRun> {
  const run = await startRun(definition);
  runs.push(run);
  return run;
}

const folderOf = (key: string): string => key.replace(/[^/]*$/, '');
const textsBelow = async (store: FileStore, prefix: string): Promise<string> =>
  (await Promise.all((await store.list(prefix)).map(({ key }) => store.readText(key)))).join('');

/** Rounds what depends on the order of additions. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, own) =>
      typeof own === 'bigint' ? String(own) : typeof own === 'number' ? Number(own.toPrecision(9)) : own,
    ),
  );

/** What a run knows of a drop of one file, in parts of at most so many bytes. */
async function resultOf(definition: unknown, name: string, content: string | Uint8Array, partBytes: number) {
  const run = await start(definition);
  run.drop(`small/d/${name}`, content);
  const shards = await run.desensitizeParts(`small/d/${name}`, partBytes);
  const { rule, identity, groups, duplicates } = await run.divide(shards);
  const profiles: Profile[] = [];
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (let shard = 0; shard < shards; shard++) {
    profiles.push(await run.profile(shard));
    rows.push(...(await run.sided(shard)).map(({ _row, ...row }) => row));
  }
  return {
    shards,
    result: rounded({
      split: { rule, identity, groups, duplicates },
      profile: profiles.reduce(mergeProfiles),
      rows,
      kept: await textsBelow(run.raw, folderOf(rawKeys(run.run).quarantine(0))),
      positions: await textsBelow(run.clean, folderOf(cleanKeys(run.run).quarantine(0))),
    }) as { rows: unknown[]; kept: string; profile: { rows: number; malformed: { rows: number } } },
  };
}

const columns = { x: { role: 'feature', type: 'number' }, c: { role: 'feature', type: 'category' } };
const pipeline = (dataset: Record<string, unknown> = {}) =>
  smallPipeline({ id: 'id', maxMalformedFraction: 1, columns, ...dataset });
const numbers = Array.from({ length: 60 }, (_, i) => i);

/** Rows with values over lines, escapes, stray quotes, too few fields, blank lines and comments. */
const lines = (end: string, quote = '""') =>
  numbers
    .map((i) => {
      if (i % 17 === 5) return `${i},${i % 2},oops,a`;
      if (i % 17 === 9) return `${i},too short${end}`;
      if (i % 17 === 12) return `${i},${i % 2},3,"a"b"`;
      if (i % 5 === 0) return `${i},${i % 2},${i / 4},"${quote}a${end}b, ${quote}${end}${end}é€😀"`;
      return i % 13 === 1 ? `#${i}${end}${i},1,2,#` : `${i},${i % 2},${i / 4},c${i % 3}`;
    })
    .join(end);
const header = 'id,y,x,c';
const csv = (end: string, quote?: string) => `${header}${end}${lines(end, quote)}${end}`;
/** A quote that is not closed takes in the rows after it. */
const stray = `${header}\n${numbers.map((i) => `${i},${i % 2},${i},${i === 20 ? '"' : ''}a`).join('\n')}`;
const object = (i: number) =>
  i % 9 === 4 ? 'not json' : JSON.stringify({ id: i, y: i % 2, x: i % 11 === 3 ? 'oops' : i, c: 'é"\\n' });

describe('a large text file gives in parts what it gives whole', () => {
  test.each<[string, Record<string, unknown>, string | Uint8Array]>([
    ['CSV', { csv: { comment: '#' } }, csv('\n')],
    ['CSV with Windows line ends', { csv: { comment: '#' } }, csv('\r\n')],
    ['CSV with old line ends', { csv: {} }, csv('\r')],
    ['CSV with escapes', { csv: { escape: '\\' } }, csv('\n', '\\"')],
    ['CSV without quotes', { csv: { quote: 'none' } }, csv('\n')],
    ['CSV with an unclosed quote', {}, stray],
    ['CSV with titles and a line for Excel', { csv: { skipLines: 2 } }, `sep=,\r\ntitle, "\r\n\r\n${csv('\r\n')}`],
    ['CSV without a header', { csv: { header: false, names: ['id', 'y', 'x', 'c'] } }, `\uFEFF0,1,2,a\n${lines('\n')}`],
    ['CSV in UTF-16', {}, Buffer.from(`\uFEFF${csv('\r\n')}`, 'utf16le')],
    [
      'CSV in UTF-16, big end first, unmarked',
      { csv: { encoding: 'utf-16' } },
      Buffer.from(csv('\n'), 'utf16le').swap16(),
    ],
    [
      'CSV in windows-1252',
      { csv: { encoding: 'windows-1252' } },
      Buffer.from(csv('\n').replaceAll('€😀', ''), 'latin1'),
    ],
    ['CSV with bytes that are no UTF-8', {}, Buffer.from(csv('\n').replaceAll('€😀', '\xff'), 'latin1')],
    [
      'CSV with a column that the pipeline does not name',
      { extraColumns: 'ignore' },
      csv('\n').replace('\n', ',more\n').replaceAll('c0', 'c0,1'),
    ],
    ['JSON lines', { format: 'jsonl' }, `${numbers.map(object).join('\n')}\n`],
    ['JSON lines with a mark and blank lines', { format: 'jsonl' }, `\uFEFF${numbers.map(object).join('\r\n\r\n')}`],
  ])(
    '%s',
    async (_, dataset, content) => {
      const name = dataset['format'] === 'jsonl' ? 'a.jsonl' : 'a.csv';
      const whole = await resultOf(pipeline(dataset), name, content, 1e9);
      expect(whole.shards).toBe(1);
      const partBytes = Math.ceil(content.length / 3);
      const parts = await resultOf(pipeline(dataset), name, content, partBytes);
      expect(parts.shards).toBe(Math.ceil(Buffer.byteLength(content) / partBytes));
      expect(parts.result).toEqual(whole.result);
      const { rows, profile } = whole.result;
      expect(profile.malformed.rows).toBeGreaterThan(2);
      expect(rows.length + profile.malformed.rows).toBe(profile.rows);
    },
    60_000,
  );
});

describe('a large Parquet file', () => {
  const nested = {
    format: 'parquet',
    columns: { ...columns, zip: { role: 'feature', type: 'category', from: 'home.zip' } },
  };
  const write = async (rows: number) => {
    const run = await start(pipeline());
    using engine = await testEngine();
    const path = `${run.folder}/a.parquet`;
    const select = `SELECT i AS id, i % 2 AS y, CASE WHEN i % 1000 = 7 THEN 'oops' ELSE i::VARCHAR END AS x, 'c' || i % 3 AS c, {'zip': 'z' || i % 5, 'other': [i]} AS home FROM range(${rows}) t(i)`;
    await engine.query('write', `COPY (${select}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    return readFileSync(path);
  };
  test('gives in parts what it gives whole, with the numbers of its rows', async () => {
    const content = await write(12_000);
    const definition = pipeline({ ...nested, extraColumns: 'ignore' });
    const whole = await resultOf(definition, 'a.parquet', content, 1e9);
    for (const count of [2, 5, 20]) {
      const parts = await resultOf(definition, 'a.parquet', content, Math.ceil(content.length / count));
      expect(parts.shards).toBe(count);
      expect(parts.result).toEqual(whole.result);
    }
    expect(whole.result.kept).toContain('"row":11008');
  }, 60_000);
});

describe('a part', () => {
  const event = { index: 1, size: 1, first: 0, files: 1, part: { index: 1, count: 2, size: 20 } };
  const ports = (run: DataRun) => ({ ...run, tokenKeys: { current: tokenKey }, memoryMb: 512 });

  test('has its own quarantine, which names the file and its lines', async () => {
    const run = await start(pipeline());
    run.drop('small/d/a.csv', `${header}\n1,0,1,a\n2,1,oops,a\n3,0,oops,a\n4,1,oops,b\n`);
    expect(await run.desensitizeParts('small/d/a.csv', 30)).toBe(2);
    const read = async (part: number) =>
      (await run.raw.readText(rawKeys(run.run).quarantine(0, part)))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect(rawKeys(run.run).quarantine(0, 1)).toMatch(/00000-00001\.jsonl$/);
    expect(await read(0)).toMatchObject([{ file: 'file 1 of the drop', line: 3, text: '2,1,oops,a' }]);
    expect((await read(1)).map(({ line }) => line)).toEqual([4, 5]);
  });
  test('without rows is no blank file', async () => {
    const run = await start(pipeline());
    run.drop('small/d/a.csv', `${header}\n1,0,1,"${'\n'.repeat(100)}"\n`);
    expect(await run.desensitizeParts('small/d/a.csv', 50)).toBe(3);
    expect(await Promise.all([0, 1, 2].map((i) => run.counts(i)))).toMatchObject([
      { rows: 1 },
      { rows: 0 },
      { rows: 0 },
    ]);
    expect((await run.counts(2)).blankFiles ?? []).toEqual([]);
  });
  test('may have no more malformed rows than the pipeline allows', async () => {
    const run = await start(pipeline({ maxMalformedFraction: 0.5 }));
    run.drop('small/d/a.csv', `${header}\n1,0,1,a\n2,1,3,a\n3,0,oops,a\n4,1,oops,b\n`);
    await expect(run.desensitizeParts('small/d/a.csv', 25)).rejects.toMatchObject({
      name: 'MalformedDataError',
      message: expect.stringContaining('- column "x": not a finite number (2 rows: lines 4, 5)'),
    });
  });
  test('is refused when it was not located, or is of an archive', async () => {
    const run = await start(pipeline());
    run.drop('small/d/a.csv', 'x');
    await run.raw.writeJson(rawKeys(run.run).files, [{ key: 'small/d/a.csv' }]);
    await run.raw.writeJson(rawKeys(run.run).parts(0), { version: 1, encoding: 'utf-8', parts: [] });
    await expect(desensitizeShard(ports(run), { run: run.run, shard: event })).rejects.toMatchObject({
      name: 'DropVanishedError',
      message: expect.stringContaining('The parts of file 1 of the drop are not located.'),
    });
    await run.raw.writeJson(rawKeys(run.run).files, [{ key: 'small/d/a.csv.gz' }]);
    await expect(desensitizeShard(ports(run), { run: run.run, shard: event })).rejects.toThrow('an archive');
  });
  test('is refused when it has other lines than were located', async () => {
    const run = await start(pipeline());
    run.drop('small/d/a.csv', `${header}\n1,0,1,a\n2,1,3,a\n`);
    await run.raw.writeJson(rawKeys(run.run).files, [{ key: 'small/d/a.csv' }]);
    const part = { start: 9, end: 17, line: 2, lines: 2 };
    await run.raw.writeJson(rawKeys(run.run).parts(0), {
      version: 1,
      encoding: 'utf-8',
      columns: ['id', 'y', 'x', 'c'],
      parts: [part, part],
    });
    await expect(desensitizeShard(ports(run), { run: run.run, shard: event })).rejects.toMatchObject({
      name: 'RowCountError',
    });
  });
});
