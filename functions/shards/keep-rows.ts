import { join } from 'node:path';
import { asNumber } from '#domain/data/engine';
import { groupsSql } from '#domain/data/groups';
import { parquetOutput } from '#domain/data/transform';
import type { Problem } from '#domain/data/typing';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import type { OpenEngine } from '#functions/shards/duckdb';
import { measureFacts, writeHashes } from '#functions/shards/facts';
import { writeShardPersonalData } from '#functions/shards/search-undeclared';
import type { StagedFile } from '#functions/shards/stage-files';
import type { Pipeline } from '#schemas/pipeline';
import type { ShardSearch } from '#schemas/records/personal-data';

/** The clean rows of a shard, with what was found in them. */
export interface CleanShard {
  readonly run: RunPointer;
  /** Its number. */
  readonly shard: number;
  readonly pipeline: Pipeline;
  /** A relation of the clean rows, with `_row`. */
  readonly rows: string;
  readonly files: readonly StagedFile[];
  readonly counts: readonly (Problem & { readonly count: number })[];
  readonly search: ShardSearch;
}

/** Where it goes. */
export interface KeepingPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
}

/** What later steps need of a shard besides its rows, in local files. */
export interface KeptRows {
  /** How many rows are in them. */
  readonly used: number;
  upload(): Promise<void>;
}

const parquet = 'application/vnd.apache.parquet';

/** What the division of a drop needs: groups, facts, hashes, and what looked personal. */
export async function keepRowsToDivide(
  engine: OpenEngine,
  { clean, artifacts }: KeepingPorts,
  { run, shard, pipeline, rows, counts, search }: CleanShard,
  directory: string,
): Promise<KeptRows> {
  const groups = join(directory, 'split.parquet');
  await engine.query('group the rows', `COPY (${groupsSql(pipeline, rows)}) TO ${text(groups)} ${parquetOutput}`);
  const [sum] = await engine.query(
    'count the clean rows',
    `SELECT sum(rows) AS rows FROM read_parquet(${text(groups)})`,
  );
  const keys = cleanKeys(run);
  return {
    used: asNumber(sum?.['rows']),
    async upload() {
      await writeShardPersonalData(engine, { clean, artifacts }, { run, shard, pipeline }, { search, rows, directory });
      const facts = await measureFacts(engine, pipeline, rows, counts);
      const hashes = join(directory, 'hashes.parquet');
      const hashed = await writeHashes(engine, pipeline, rows, hashes);
      await Promise.all([
        artifacts.writeJson(artifactKeys(run).shardFacts(shard), facts),
        ...(hashed ? [clean.upload(hashes, keys.hashes(shard), parquet)] : []),
        clean.upload(groups, keys.split(shard), parquet),
      ]);
    },
  };
}

/** Where each row of a shard comes from: files with rows, by the first of them among the clean rows. */
function placesSql(files: readonly StagedFile[], rows: string, id: string): string {
  let next = 0;
  const places = files.flatMap(({ source, counted, rowsBefore = 0 }) => {
    const first = next;
    const own = counted.total - counted.malformed;
    next += own;
    return own === 0 ? [] : [{ first, file: source.index, before: rowsBefore }];
  });
  if (places.length === 0) {
    return `SELECT _row, ${id}, CAST(0 AS BIGINT) AS _file, _line FROM ${rows} WHERE false`;
  }
  const list = (key: 'first' | 'file' | 'before') =>
    `unnest([${places.map((place) => place[key]).join(', ')}]::BIGINT[])`;
  return (
    `SELECT _row, ${id}, _file, _line + _before AS _line FROM ${rows} AS clean ` +
    `ASOF JOIN (SELECT ${list('first')} AS _first, ${list('file')} AS _file, ${list('before')} AS _before) AS files ` +
    'ON clean._row >= files._first ORDER BY _row'
  );
}

/** What the scores of a batch are joined with: the file, the line and the token of each row. */
export async function keepRowsToScore(
  engine: OpenEngine,
  { clean, artifacts }: KeepingPorts,
  { run, shard, pipeline, rows, files, search }: CleanShard,
  directory: string,
): Promise<KeptRows> {
  const places = join(directory, 'places.parquet');
  const id = pipeline.dataset.id === undefined ? 'CAST(NULL AS VARCHAR) AS _id' : '_id';
  const [copied] = await engine.query(
    'place the rows',
    `COPY (${placesSql(files, rows, id)}) TO ${text(places)} ${parquetOutput}`,
  );
  return {
    used: asNumber(copied?.['Count']),
    async upload() {
      await artifacts.writeJson(artifactKeys(run).shardPersonalData(shard), search);
      await clean.upload(places, cleanKeys(run).batchRows(shard), parquet);
    },
  };
}
