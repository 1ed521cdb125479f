import { join } from 'node:path';
import { groupsSql, quasiColumns } from '#domain/anonymity/groups';
import { cleanColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { parquetOutput } from '#domain/data/transform';
import { examineColumn, type Suspicion } from '#domain/detectors/examine-column';
import { createScanner } from '#domain/detectors/find-spans';
import { judged, refusePersonalData } from '#domain/detectors/judge';
import { mergeSearches } from '#domain/detectors/merge';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { isHistory, keyColumns } from '#functions/shards/key-columns';
import { type FileRows, searchFiles } from '#functions/shards/search-files';
import type { Pipeline } from '#schemas/pipeline';
import type { ShardSearch } from '#schemas/records/personal-data';

const fix =
  'Nothing has left the raw bucket. Declare the column with a role for personal data, such as `role: pii` with `action: drop`, ' +
  'or list it under personalData.allow when it holds nothing personal.';

/** What the text says that names the negative class, where the data and not the pipeline names it. */
function searchNegative({ dataset, personalData }: Pipeline, onlyNegative: unknown): Suspicion[] {
  if (typeof onlyNegative !== 'string') return [];
  return examineColumn(dataset.label.column, [onlyNegative], createScanner(personalData), personalData.minShare);
}

/**
 * Searches the columns that are not declared personal, before any row leaves the raw bucket.
 *
 * @param name how messages name the files
 * @param rows a relation with `_row` and the clean columns
 * @param files whose rows these are, in their order
 * @param onlyNegative the text of the label that becomes the name of the negative class, if one does
 * @throws PersonalDataError when a column looks personal and the pipeline refuses it
 */
export async function searchUndeclared(
  engine: SqlEngine,
  pipeline: Pipeline,
  name: string,
  rows: string,
  files: readonly FileRows[],
  onlyNegative?: unknown,
): Promise<ShardSearch> {
  const { personalData } = pipeline;
  if (personalData.undeclared === 'allow') return { columns: 0, values: 0, findings: [] };
  const columns = cleanColumns(pipeline)
    .filter(({ spec }) => spec.role === 'feature' || spec.role === 'slice')
    .map((column) => ({ name: column.name, kind: column.kind, isCategory: column.kind === 'category' }));
  const searched = [...columns, ...keyColumns(pipeline)];
  const judge = (place: string, suspicions: readonly Suspicion[]) => {
    const findings = suspicions
      .filter((suspicion) => !isHistory(pipeline, suspicion))
      .map((suspicion) => judged(suspicion, personalData));
    refusePersonalData(findings, place, fix);
    return findings;
  };
  const found = await searchFiles(engine, searched, rows, files, personalData);
  const searches = found.map(({ suspicions, ...looked }, i) => ({
    ...looked,
    findings: judge(files[i]?.name ?? name, suspicions),
  }));
  const negative = judge(name, searchNegative(pipeline, onlyNegative));
  return mergeSearches([...searches, { columns: 0, values: 0, findings: negative }]);
}

/** Writes what a shard's search found, and its rows counted by quasi-identifiers. */
export async function writeShardPersonalData(
  engine: SqlEngine,
  { clean, artifacts }: { readonly clean: FileStore; readonly artifacts: ObjectStore },
  { run, shard, pipeline }: { readonly run: RunPointer; readonly shard: number; readonly pipeline: Pipeline },
  { search, rows, directory }: { readonly search: ShardSearch; readonly rows: string; readonly directory: string },
): Promise<void> {
  await artifacts.writeJson(artifactKeys(run).shardPersonalData(shard), search);
  await writeShardGroups(engine, clean, { run, shard, pipeline }, rows, directory);
}

/** Writes the rows of a shard counted by quasi-identifiers. */
export async function writeShardGroups(
  engine: SqlEngine,
  clean: FileStore,
  { run, shard, pipeline }: { readonly run: RunPointer; readonly shard: number; readonly pipeline: Pipeline },
  rows: string,
  directory: string,
): Promise<void> {
  const columns = quasiColumns(pipeline);
  if (columns.length === 0) return;
  const file = join(directory, 'groups.parquet');
  await engine.query('count groups', `COPY (${groupsSql(columns, rows)}) TO ${text(file)} ${parquetOutput}`);
  await clean.upload(file, cleanKeys(run).groups(shard), 'application/vnd.apache.parquet');
}
