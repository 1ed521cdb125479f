import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqlEngine } from '#domain/data/engine';
import { DataEngineError } from '#domain/errors';
import { downloadParquetPart, type LargeParquet } from '#functions/shards/parquet-part';
import { testEngine } from '../../fakes/data-run.ts';
import { folderStore } from '../../fakes/folder-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-part-'));
const raw = folderStore(folder);
let engine: SqlEngine & Disposable;
beforeAll(async () => {
  engine = await testEngine();
});
afterAll(() => {
  engine[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a Parquet file of 20,000 rows with 10 row groups. */
async function write(key: string, options = ''): Promise<LargeParquet> {
  const rows =
    "SELECT i, i % 7 AS few, 'text ' || i AS t, {'a': i, 'b': [i, i + 1], 'c': {'d': i::VARCHAR}} AS nested, MAP {'k': i} AS m, " +
    "i / 3 AS x, DATE '2026-01-01' + CAST(i % 100 AS INTEGER) AS d, CASE WHEN i % 3 = 0 THEN i END AS missing, " +
    'i % 2 = 0 AS flag, uuid() AS u FROM range(20000) AS r(i)';
  const path = join(folder, key);
  await engine.query('write', `COPY (${rows}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048${options})`);
  return { name: 'file 1 of the drop', key, size: statSync(path).size };
}
const rowsOf = (path: string) => engine.query('read', `SELECT * FROM read_parquet('${path}')`);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe('a part of a Parquet file', () => {
  test.each([
    ['snappy', ''],
    ['zstd', ', COMPRESSION zstd'],
    ['keys and values in the footer', ", KV_METADATA {a: 'b', c: '€'}"],
    ['the second version of pages', ', PARQUET_VERSION V2'],
  ])('has whole row groups, so that all parts have all rows in order: %s', async (_, options) => {
    const source = await write('a.parquet', options);
    const whole = await rowsOf(join(folder, 'a.parquet'));
    const wholeFooter = await engine.query('read', `SELECT * FROM parquet_kv_metadata('${join(folder, 'a.parquet')}')`);
    for (const count of [1, 3, 4, 25]) {
      const all: unknown[] = [];
      for (let index = 0; index < count; index++) {
        const path = join(folder, `part-${count}-${index}`);
        const before = await downloadParquetPart(raw, source, { index, count }, path, source.size);
        expect(before).toBe(all.length);
        const rows = await rowsOf(path);
        const [footer] = await engine.query('read', `SELECT num_rows AS n FROM parquet_file_metadata('${path}')`);
        expect(Number(footer?.['n'])).toBe(rows.length);
        const kept = await engine.query('read', `SELECT * EXCLUDE (file_name) FROM parquet_kv_metadata('${path}')`);
        expect(kept).toEqual(wholeFooter.map(({ file_name: _name, ...rest }) => rest));
        all.push(...rows);
      }
      expect(all).toEqual(whole);
    }
  });
  test('takes the room of its row groups on the disk alone', async () => {
    const source = await write('a.parquet');
    const path = join(folder, 'last');
    await downloadParquetPart(raw, source, { index: 9, count: 10 }, path, source.size);
    expect(statSync(path).blocks * 512).toBeLessThan(source.size / 4);
  });
  test('is refused where its row groups have no room', async () => {
    const source = await write('a.parquet');
    const error = await failure(downloadParquetPart(raw, source, { index: 0, count: 2 }, join(folder, 'p'), 1000));
    expect(error).toBeInstanceOf(DataEngineError);
    expect(error?.message).toMatch(/^Cannot read file 1 of the drop: a row group has .* smaller row groups/);
  });
  test('is refused where the file is cut off, no Parquet file, or damaged', async () => {
    const source = await write('a.parquet');
    const bytes = readFileSync(join(folder, 'a.parquet'));
    const refusal = async (content: Uint8Array) => {
      writeFileSync(join(folder, 'bad'), content);
      const bad = { ...source, key: 'bad', size: content.length };
      return String(await failure(downloadParquetPart(raw, bad, { index: 0, count: 2 }, join(folder, 'p'), 1e9)));
    };
    for (const content of [bytes.subarray(0, -1), bytes.subarray(-100), Buffer.from('PAR1'), Buffer.from('a,b\n1,2\n')])
      expect(await refusal(content)).toContain('does not end as a Parquet file does');
    const length = bytes.readUInt32LE(bytes.length - 8);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, bytes.length - 8 - length, bytes.length - 8);
    expect(await refusal(damaged)).toContain('its footer is damaged');
  });
});
