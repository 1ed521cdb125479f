import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { ItemReader } from '#src/stepfunctions/asl';
import { runDefinition } from '#src/stepfunctions/run-definition';
import { readItems } from '#src/stepfunctions/states/item-reader';

const bytes = (text: string) => new TextEncoder().encode(text);

async function parquet(select: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${join(folder, 'f')}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  const content = await readFile(join(folder, 'f'));
  await rm(folder, { recursive: true });
  return content;
}

/** Reads from a table of objects by `bucket/key`. */
async function read(reader: ItemReader, files: Record<string, Uint8Array>) {
  const run = {
    evaluate: async (template: unknown) => template,
    evaluateInteger: async (template: unknown) => template,
    env: {
      objects: {
        read: async (bucket: string, key: string, version?: string) =>
          files[`${bucket}/${key}${version === undefined ? '' : `@${version}`}`],
        async *list(bucket: string, prefix = '') {
          const start = `${bucket}/${prefix}`;
          for (const name of Object.keys(files).filter((file) => file.startsWith(start)))
            yield { Key: name.slice(bucket.length + 1), Size: files[name]?.length ?? 0 };
        },
      },
    },
  };
  return readItems(run as never, reader);
}
const object = (ReaderConfig: object, more: object = {}): ItemReader =>
  ({
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig,
    Arguments: { Bucket: 'b', Key: 'k', ...more },
  }) as ItemReader;
const list = (ReaderConfig: object): ItemReader =>
  ({
    Resource: 'arn:aws:states:::s3:listObjectsV2',
    ReaderConfig,
    Arguments: { Bucket: 'b', Prefix: 'in/' },
  }) as ItemReader;
const values = (sources: Awaited<ReturnType<typeof readItems>>) =>
  sources.map(({ items, source }) => [source, items.map(({ value }) => value)]);

/** Step Functions developer guide, "ItemReader (Map)". */
describe('items from S3', () => {
  it('are the rows of a Parquet file', async () => {
    const content = await parquet(
      "SELECT 1::BIGINT AS n, 'x' AS s, [1, 2] AS l, NULL AS nothing, DATE '2020-01-02' AS d, {'k': 1.5} AS o",
    );
    expect(values(await read(object({ InputType: 'PARQUET' }), { 'b/k': content }))).toEqual([
      ['s3://b/k', [{ n: 1, s: 'x', l: [1, 2], nothing: null, d: '2020-01-02', o: { k: 1.5 } }]],
    ]);
    await expect(read(object({ InputType: 'PARQUET' }), { 'b/k': bytes('no file') })).rejects.toMatchObject({
      error: 'States.ItemReaderFailed',
    });
  });

  it('come from one version of an object, which Parquet files do not have', async () => {
    const version = { VersionId: 'v1' };
    expect(values(await read(object({ InputType: 'JSON' }, version), { 'b/k@v1': bytes('[1]') }))).toEqual([
      ['s3://b/k', [1]],
    ]);
    await expect(read(object({ InputType: 'PARQUET' }, version), {})).rejects.toMatchObject({
      error: 'States.ItemReaderFailed',
      causeText: 'S3 Version ID selection is not currently supported for PARQUET files',
    });
  });

  it('are the objects of an S3 inventory, through its manifest', async () => {
    const manifest = (more: object) => bytes(JSON.stringify({ destinationBucket: 'arn:aws:s3:::inventory', ...more }));
    const rows = [
      { Bucket: 'raw', Key: 'x/1.csv', Size: '10' },
      { Bucket: 'raw', Key: 'x/2.csv', Size: '20' },
    ];
    const csv = {
      'b/k': manifest({ fileFormat: 'CSV', fileSchema: 'Bucket, Key, Size', files: [{ key: 'data/1.csv.gz' }] }),
      'inventory/data/1.csv.gz': gzipSync('"raw","x/1.csv","10"\n"raw","x/2.csv","20"\n'),
    };
    expect(values(await read(object({ InputType: 'MANIFEST' }), csv))).toEqual([['s3://b/k', rows]]);
    expect(values(await read(object({ ManifestType: 'S3_INVENTORY' }), csv))).toEqual([['s3://b/k', rows]]);
    const columns = {
      'b/k': manifest({ fileFormat: 'Parquet', files: [{ key: 'data/1.parquet' }] }),
      'inventory/data/1.parquet': await parquet("SELECT 'raw' AS bucket, 'x/1.csv' AS key"),
    };
    expect(values(await read(object({ InputType: 'MANIFEST' }), columns))).toEqual([
      ['s3://b/k', [{ bucket: 'raw', key: 'x/1.csv' }]],
    ]);
  });

  it('are what an Athena result holds, file by file', async () => {
    const files = {
      'b/k': bytes('s3://out/1.gz\ns3://out/2\n'),
      'out/1.gz': gzipSync('{"a":1}\n{"a":2}\n'),
      'out/2': bytes('{"a":3}\n'),
    };
    const config = { ManifestType: 'ATHENA_DATA', InputType: 'JSONL' };
    expect(values(await read(object(config), files))).toEqual([
      ['s3://out/1.gz', [{ a: 1 }, { a: 2 }]],
      ['s3://out/2', [{ a: 3 }]],
    ]);
    await expect(read(object(config), { 'b/k': bytes('nonsense') })).rejects.toMatchObject({
      error: 'States.ItemReaderFailed',
    });
  });

  it('are objects below a prefix, or with LOAD_AND_FLATTEN what is in them', async () => {
    const files = {
      'b/in/': bytes(''),
      'b/in/1.csv': bytes('a,b\n1,2\n3,4\n'),
      'b/in/2.csv': bytes('a,b\n5,6\n'),
      'b/other.csv': bytes('a\n9\n'),
    };
    expect(values(await read(list({}), files))).toEqual([
      [
        's3://b',
        [
          { Key: 'in/', Size: 0 },
          { Key: 'in/1.csv', Size: 12 },
          { Key: 'in/2.csv', Size: 8 },
        ],
      ],
    ]);
    const flat = { Transformation: 'LOAD_AND_FLATTEN', InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };
    expect(values(await read(list(flat), files))).toEqual([
      [
        's3://b/in/1.csv',
        [
          { a: '1', b: '2' },
          { a: '3', b: '4' },
        ],
      ],
      ['s3://b/in/2.csv', [{ a: '5', b: '6' }]],
    ]);
    expect(values(await read(list({ ...flat, MaxItems: 1 }), files))).toEqual([
      ['s3://b/in/1.csv', [{ a: '1', b: '2' }]],
    ]);
  });

  it('give an ItemSelector their source, in a Distributed Map alone', async () => {
    const map = (mode: object, more: object) => ({
      QueryLanguage: 'JSONata',
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          ItemSelector: { item: '{% $states.context.Map.Item %}' },
          ItemProcessor: { ProcessorConfig: mode, StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
          End: true,
          ...more,
        },
      },
    });
    const distributed = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    const own = await runDefinition({ definition: map(distributed, {}), input: { k: 7 } });
    expect(own.output).toEqual([{ item: { Index: 0, Value: { Key: 'k', Value: 7 }, Key: 'k', Source: 'STATE_DATA' } }]);
    const ItemReader = object({ InputType: 'JSON' });
    const read = await runDefinition({ definition: map(distributed, { ItemReader }), tasks: () => [5] });
    expect(read.output).toEqual([{ item: { Index: 0, Value: 5, Source: 's3://b/k' } }]);
    const inline = await runDefinition({ definition: map({ Mode: 'INLINE' }, {}), input: [5] });
    expect(inline.output).toEqual([{ item: { Index: 0, Value: 5 } }]);
  });
});
