import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInput } from '#domain/algorithms/algorithm';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import {
  dealtSql,
  permutedLabelsSql,
  permuteFields,
  planPermutations,
  splitLines,
  unpermutedSql,
} from '#domain/data/importance';
import { csvOutput, parquetOutput } from '#domain/data/transform';
import { sourcesOf } from '#domain/encodings/encoding';
import { cleanKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore } from '#functions/ports/object-store';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** The unchanged rows, encoded once for all blocks. */
const table = '_unpermuted';

/** What the rows for permutation importance are made of. */
export interface PermutationInput {
  readonly fitted: FittedTransform;
  readonly input: ModelInput;
  readonly seed: string;
  /** A relation of sampled holdout rows with `_hash`, `_label` and the clean columns. */
  readonly sample: string;
  /** What each column alone says about the label. */
  readonly skills: ReadonlyMap<string, number>;
}

/**
 * Writes the rows for permutation importance: the CSV that is scored with the holdout, and an index of its lines.
 *
 * @returns the number of rows
 */
export async function writePermutedRows(
  { engine, clean, directory }: { readonly engine: SqlEngine; readonly clean: FileStore; readonly directory: string },
  { fitted, input, seed, sample, skills }: PermutationInput,
): Promise<number> {
  const task = 'permute the holdout sample';
  const [features, labels] = [join(directory, 'permuted.csv'), join(directory, 'permuted.parquet')];
  const [found] = await engine.query(task, `SELECT count(*) AS rows FROM ${sample}`);
  const { rows, columns } = planPermutations(fitted, asNumber(found?.['rows']), skills);
  await engine.query(task, `CREATE OR REPLACE TEMP TABLE ${table} AS ${unpermutedSql(fitted, input, rows, sample)}`);
  const fields = `SELECT * EXCLUDE (_ordinal, _label) FROM ${table} ORDER BY _ordinal`;
  await engine.query(task, `COPY (${fields}) TO ${text(features)} ${csvOutput(input)}`);
  const split = splitLines((await readFile(features, 'utf8')).split('\n').slice(0, -1), input.delimiter);
  // an interaction goes along with each of its columns
  const fieldsOf = (column: string) =>
    fitted.features.flatMap((feature, i) => (sourcesOf(feature).includes(column) ? [i] : []));
  for (const column of columns) {
    const [row] = await engine.query(task, dealtSql(column, seed, table));
    const dealt = JSON.parse(String(row?.['dealt'])).map((ordinal: number) => ordinal - 1);
    const block = permuteFields(split, fieldsOf(column), dealt);
    await appendFile(features, block.map((line) => `${line}\n`).join(''));
  }
  await engine.query(task, `COPY (${permutedLabelsSql(columns, table)}) TO ${text(labels)} ${parquetOutput}`);
  await engine.query(task, `DROP TABLE ${table}`);
  const keys = cleanKeys({ pipeline: fitted.pipeline, runId: fitted.runId });
  await clean.upload(features, keys.permuted, input.contentType);
  await clean.upload(labels, `${keys.holdoutLabels}permuted.parquet`, 'application/vnd.apache.parquet');
  return rows * (columns.length + 1);
}
