import { join } from 'node:path';
import type { ModelInput } from '#domain/algorithms/algorithm';
import { featureColumns } from '#domain/data/columns';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import { sameInputsSql } from '#domain/data/groups';
import { csvOutput, encodeCsv, parquetOutput } from '#domain/data/transform';
import { cleanKeys, type RunPointer } from '#domain/runs/layout';
import { copiedRowsSql, copiedSetsSql, mergedCopiedSql } from '#domain/splits/copied';
import { text, texts } from '#domain/sql/literals';
import type { FileStore } from '#functions/ports/object-store';
import { downloadShards } from '#functions/shards/download-shards';
import type { Pipeline } from '#schemas/pipeline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { Duplicates } from '#schemas/records/sides';

interface CopiedPorts {
  readonly engine: SqlEngine;
  readonly clean: FileStore;
  readonly directory: string;
}

const parquet = 'application/vnd.apache.parquet';

/** Writes a sample of the drop's sets of duplicates, where there are any. */
export async function writeCopiedSets(
  { engine, clean, directory }: CopiedPorts,
  run: RunPointer,
  groups: string,
  duplicates: Duplicates,
): Promise<void> {
  if (duplicates.sets === 0) return;
  const file = join(directory, 'copied-sets.parquet');
  await engine.query('sample the duplicates', `COPY (${copiedSetsSql(groups)}) TO ${text(file)} ${parquetOutput}`);
  await clean.upload(file, cleanKeys(run).copiedSets, parquet);
}

/** Writes a shard's training rows that have copies, where the drop has duplicates. */
export async function writeCopiedShard(
  { engine, clean, directory }: CopiedPorts,
  of: { readonly run: RunPointer; readonly shard: number; readonly pipeline: Pipeline; readonly rows: string },
  duplicates: Duplicates,
): Promise<void> {
  if (duplicates.sets === 0) return;
  const { run, shard, pipeline, rows } = of;
  const keys = cleanKeys(run);
  const sets = join(directory, 'copied-sets.parquet');
  await clean.download(keys.copiedSets, sets);
  const file = join(directory, 'copied.parquet');
  const columns = featureColumns(pipeline).map((c) => c.name);
  const copied = copiedRowsSql(
    {
      shard,
      rows,
      same: sameInputsSql(pipeline),
      sets: `read_parquet(${text(sets)})`,
      train: pipeline.split.train,
    },
    columns,
  );
  await engine.query('sample the duplicates', `COPY (${copied}) TO ${text(file)} ${parquetOutput}`);
  await clean.upload(file, keys.copied(shard), parquet);
}

/** Writes the copied rows for scoring: the CSV that is scored with the holdout, and the labels and chances of its lines. */
export async function writeCopiedRows(
  { engine, clean, directory }: CopiedPorts,
  { shards, fitted, input }: { readonly shards: number; readonly fitted: FittedTransform; readonly input: ModelInput },
  duplicates: Duplicates,
): Promise<number> {
  if (duplicates.sets === 0) return 0;
  const keys = cleanKeys({ pipeline: fitted.pipeline, runId: fitted.runId });
  const files = await downloadShards(clean, shards, keys.copied, directory);
  const rows = mergedCopiedSql(`read_parquet([${texts(files)}])`);
  const task = 'write the duplicates';
  const [found] = await engine.query(task, `SELECT count(*) AS rows FROM ${rows}`);
  const count = asNumber(found?.['rows']);
  if (count === 0) return 0;
  const [features, labels] = [join(directory, 'copied.csv'), join(directory, 'copied-labels.parquet')];
  const { inputs, from } = encodeCsv(fitted, rows, input);
  const copy = (select: string, file: string, options: string) =>
    engine.query(task, `COPY (SELECT ${select} FROM ${from} ORDER BY _hash) TO ${text(file)} ${options}`);
  await copy(inputs.join(', '), features, csvOutput(input));
  await copy('_label, _chance', labels, parquetOutput);
  await clean.upload(features, keys.copiedFeatures, input.contentType);
  await clean.upload(labels, keys.copiedLabels, parquet);
  return count;
}
