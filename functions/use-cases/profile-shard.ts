import { join } from 'node:path';
import { type CleanColumn, cleanColumns, featureColumns } from '#domain/data/columns';
import { asNumber, type SqlEngine, type SqlRow } from '#domain/data/engine';
import { labelClasses } from '#domain/data/label';
import { needsOf, needsSql } from '#domain/data/needs';
import { categoriesSql, columnsProfileSql, labelProfileSql, profiledColumns, readProfile } from '#domain/data/profile';
import { sampleSizes, sampleSql } from '#domain/data/sample';
import { columnsAtOnce, slices } from '#domain/data/slices';
import { parquetOutput } from '#domain/data/transform';
import { shardName } from '#domain/runs/drop';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { writeCopiedShard } from '#functions/shards/copied-rows';
import { writeShardWindow } from '#functions/shards/drop-drift';
import { openEngine } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';
import { writeShardGroups } from '#functions/shards/search-undeclared';
import { readSidedRows } from '#functions/shards/sided-rows';
import type { ProfileShardEvent } from '#schemas/events/shard';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { Profile } from '#schemas/records/profile';
import { type ShardCounts, shardCountsSchema } from '#schemas/records/shard-counts';

/** The dependencies of profiling a shard. */
export interface ProfilingPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly memoryMb: number;
}

/** The profile of a shard's clean rows. */
async function profileRows(
  engine: SqlEngine,
  pipeline: Pipeline,
  columns: readonly CleanColumn[],
  rows: string,
  counts: ShardCounts,
): Promise<Profile> {
  const classes = labelClasses(pipeline).length;
  const row: Record<string, SqlRow[string]> = {};
  for (const [i, some] of slices(profiledColumns(columns)).entries()) {
    const sql = columnsProfileSql(some, rows, i * columnsAtOnce);
    Object.assign(row, ...(await engine.query('profile the columns', sql)));
  }
  const labels = await engine.query('profile the label', labelProfileSql(classes, rows));
  const categories = new Map<string, readonly SqlRow[]>();
  for (const some of slices(columns.filter((c) => c.kind === 'category').map((c) => c.name))) {
    const found = await engine.query('profile the categories', categoriesSql(some, rows));
    const byColumn = Map.groupBy(found, (r) => asNumber(r['name']));
    some.forEach((name, i) => {
      categories.set(name, byColumn.get(i) ?? []);
    });
  }
  const needed = new Map<string, readonly SqlRow[]>();
  for (const column of columns) {
    const needs = needsOf(column);
    if (needs === undefined) continue;
    const sql = needsSql(column.name, needs, classes, rows);
    needed.set(column.name, await engine.query('profile what the encodings need', sql));
  }
  return readProfile(columns, { counts, classes, columns: row, labels, categories, needed });
}

/**
 * Profiles a shard's clean rows by side and writes its samples. The output is deterministic.
 *
 * @throws DataEngineError
 */
export async function profileShard(ports: ProfilingPorts, { run, shard, champion }: ProfileShardEvent) {
  const { index } = shard;
  const { clean, artifacts } = ports;
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const counts = await artifacts.readJson(artifactKeys(run).shardCounts(index), shardCountsSchema);
  return withScratch(async (directory) => {
    const { rows, sides } = await readSidedRows(ports, run, index, directory);
    const engine = await openEngine({ memoryMb: ports.memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      const columns = cleanColumns(pipeline);
      const profile = await profileRows(engine, pipeline, columns, rows, counts);
      const sample = join(directory, 'sample.parquet');
      const sampledColumns = profiledColumns(columns).map((c) => c.name);
      const sampled = sampleSql(
        index,
        [...(pipeline.dataset.time === undefined ? [] : ['_time']), ...sampledColumns],
        rows,
        sampleSizes(featureColumns(pipeline).length),
      );
      await engine.query(`sample ${shardName(shard)}`, `COPY (${sampled}) TO ${text(sample)} ${parquetOutput}`);
      await clean.upload(sample, cleanKeys(run).sample(index), 'application/vnd.apache.parquet');
      const of = { run, shard: index, pipeline, rows };
      // people of several drops count once
      if ((sides.superseded?.rows ?? 0) > 0) await writeShardGroups(engine, clean, of, rows, directory);
      await writeCopiedShard({ engine, clean, directory }, of, sides.duplicates);
      await writeShardWindow(engine, artifacts, of, champion);
      await artifacts.writeJson(artifactKeys(run).shardProfile(index), profile);
      const { train, validation, test } = profile.sides;
      return { train: train.rows, validation: validation.rows, test: test.rows };
    } finally {
      engine.close();
    }
  });
}
