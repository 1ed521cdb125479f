import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../asl.ts';

/** The rows of a Parquet file as objects by column name; times and dates become texts. */
export async function readParquet(bytes: Uint8Array): Promise<Json[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const folder = await mkdtemp(join(tmpdir(), 'items-'));
  try {
    const [source, rows] = [join(folder, 'items.parquet'), join(folder, 'items.jsonl')];
    await writeFile(source, bytes);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      await connection.run(`COPY (SELECT * FROM read_parquet('${source}')) TO '${rows}' (FORMAT json)`);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
    const lines = (await readFile(rows, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Json);
  } finally {
    await rm(folder, { recursive: true });
  }
}
