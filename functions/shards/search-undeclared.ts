import { join } from 'node:path';
import { groupsSql, quasiColumns } from '#domain/anonymity/groups';
import { cleanColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { parquetOutput } from '#domain/data/transform';
import { judged, refusePersonalData } from '#domain/detectors/judge';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { searchColumns } from '#functions/shards/search-columns';
import type { Pipeline } from '#schemas/pipeline';
import type { ShardSearch } from '#schemas/records/personal-data';

const fix =
  'Nothing has left the raw bucket. Declare the column with a role for personal data, such as `role: pii` with `action: drop`, ' +
  'or list it under personalData.allow when it holds nothing personal.';

/**
 * Searches the columns that are not declared personal, before any row leaves the raw bucket.
 *
 * @param name how messages name the files
 * @param rows a relation with `_row` and the clean columns
 * @throws PersonalDataError when a column looks personal and the pipeline refuses it
 */
export async function searchUndeclared(
  engine: SqlEngine,
  pipeline: Pipeline,
  name: string,
  rows: string,
): Promise<ShardSearch> {
  const { personalData } = pipeline;
  if (personalData.undeclared === 'allow') return { columns: 0, values: 0, findings: [] };
  const columns = cleanColumns(pipeline)
    .filter(({ spec }) => spec.role === 'feature' || spec.role === 'slice')
    .map((column) => ({ name: column.name, kind: column.kind, isCategory: column.kind === 'category' }));
  const { suspicions, ...looked } = await searchColumns(engine, columns, rows, personalData);
  const findings = suspicions.map((suspicion) => judged(suspicion, personalData));
  refusePersonalData(findings, name, fix);
  return { ...looked, findings };
}

/** Writes what a shard's search found, and its rows counted by quasi-identifiers. */
export async function writeShardPersonalData(
  engine: SqlEngine,
  { clean, artifacts }: { readonly clean: FileStore; readonly artifacts: ObjectStore },
  { run, shard, pipeline }: { readonly run: RunPointer; readonly shard: number; readonly pipeline: Pipeline },
  { search, rows, directory }: { readonly search: ShardSearch; readonly rows: string; readonly directory: string },
): Promise<void> {
  await artifacts.writeJson(artifactKeys(run).shardPersonalData(shard), search);
  const columns = quasiColumns(pipeline);
  if (columns.length === 0) return;
  const file = join(directory, 'groups.parquet');
  await engine.query('count groups', `COPY (${groupsSql(columns, rows)}) TO ${text(file)} ${parquetOutput}`);
  await clean.upload(file, cleanKeys(run).groups(shard), 'application/vnd.apache.parquet');
}
