import { join } from 'node:path';
import { groupSettings } from '#domain/data/clean';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import { parquetOutput } from '#domain/data/transform';
import { cleanKeys, type RunPointer } from '#domain/runs/layout';
import { dropGroups, dropOfShard, isSupersededSql } from '#domain/splits/superseded';
import { text, texts } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import type { Pipeline } from '#schemas/pipeline';
import type { DropRecord } from '#schemas/records/run';
import type { Sides } from '#schemas/records/sides';

interface Ports {
  readonly engine: SqlEngine;
  readonly clean: FileStore;
  readonly directory: string;
}

/**
 * The groups of a run's rows as its division reads them: of several drops, each group as the newest drop has it. Writes the groups that
 * are in more than one drop.
 *
 * @param files the groups of each shard, in shard order
 */
export async function readGroups(
  { engine, clean, directory }: Ports,
  { run, pipeline, drop }: { readonly run: RunPointer; readonly pipeline: Pipeline; readonly drop: DropRecord },
  files: readonly string[],
): Promise<{ readonly groups: string; readonly superseded?: NonNullable<Sides['superseded']> }> {
  const shards = (drop.drops ?? []).map((one) => one.shards);
  if (shards.length < 2 || groupSettings(pipeline).by !== 'id') return { groups: `read_parquet([${texts(files)}])` };
  const task = 'find rows that several drops have';
  const { all, superseded, kept } = dropGroups(files, shards);
  const file = join(directory, 'superseded.parquet');
  await engine.query(task, `COPY (${superseded} ORDER BY 1) TO ${text(file)} ${parquetOutput}`);
  await engine.query(task, `CREATE TEMP VIEW drop_groups AS ${kept(`read_parquet(${text(file)})`)}`);
  const [row] = await engine.query(
    task,
    `SELECT (SELECT coalesce(sum(rows), 0) FROM ${all})::BIGINT - (SELECT coalesce(sum(rows), 0) FROM drop_groups)::BIGINT AS rows`,
  );
  await clean.upload(file, cleanKeys(run).superseded, 'application/vnd.apache.parquet');
  return { groups: 'drop_groups', superseded: { rows: asNumber(row?.['rows']), shards } };
}

/** A relation of the clean rows of a shard without those that a later drop of the run has too. */
export async function withoutSuperseded(
  clean: Pick<ObjectStore, 'download'>,
  {
    run,
    shard,
    sides,
    rows,
  }: { readonly run: RunPointer; readonly shard: number; readonly sides: Sides; readonly rows: string },
  directory: string,
): Promise<string> {
  const { superseded } = sides;
  if (superseded === undefined || superseded.rows === 0) return rows;
  const file = join(directory, 'superseded.parquet');
  await clean.download(cleanKeys(run).superseded, file);
  const drop = dropOfShard(superseded.shards, shard);
  return `(SELECT * FROM ${rows} WHERE NOT ${isSupersededSql(`read_parquet(${text(file)})`, drop)})`;
}
