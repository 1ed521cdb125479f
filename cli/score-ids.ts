import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { batchForm } from '#domain/batch/form';
import { expectedColumns } from '#domain/data/columns';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import { rawRelation } from '#domain/data/raw';
import { parquetOutput } from '#domain/data/transform';
import { artifactKeys } from '#domain/runs/layout';
import { ident, text } from '#domain/sql/literals';
import { compressionOf } from '#functions/shards/archive';
import { openEngine } from '#functions/shards/duckdb';
import { prepareRawFile } from '#functions/shards/raw-file';
import { withScratch } from '#functions/shards/scratch';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { BatchFormat, BatchRecord } from '#schemas/records/batch';
import { dropRecordSchema } from '#schemas/records/run';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './output.ts';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';

/** Memory for the engine, in MB. */
const memoryMb = 2048;
const task = 'put the ids in';

/** The order of a batch's files: that of their names as S3 lists them, by bytes. */
const byName = (a: string, b: string): number => Buffer.compare(Buffer.from(basename(a)), Buffer.from(basename(b)));

/** How the files of a batch were read. @throws CliError when the pipeline has no id, or the records are gone */
export async function readForm(target: Pick<Target, 's3' | 'outputs'>, batch: BatchRecord): Promise<Pipeline> {
  const keys = artifactKeys({ pipeline: batch.pipeline, runId: batch.batchId });
  const pipeline = await readRecord(target, keys.config, pipelineSchema);
  const drop = await readRecord(target, keys.drop, dropRecordSchema);
  if (pipeline === undefined || drop?.scoring === undefined)
    throw new CliError(`The records of batch ${batch.batchId} are gone: its scores keep their tokens.`);
  if (pipeline.dataset.id === undefined)
    throw new CliError(
      `Pipeline ${batch.pipeline} names no id: the columns file and line of the scores name the rows. Set dataset.id to have one, and train again.`,
      exitCodes.usage,
    );
  return batchForm(pipeline, drop.scoring.reads);
}

/** A table with the id of each row of the files, by the position of the file (from 1) and the line. */
async function readIds(engine: SqlEngine, form: Pipeline, files: readonly string[], directory: string): Promise<void> {
  const columns = expectedColumns(form);
  const parts: string[] = [];
  for (const [i, path] of files.toSorted(byName).entries()) {
    const own = join(directory, String(i));
    await mkdir(own);
    const archive = { name: path, path, compression: compressionOf(path), mostBytes: Number.MAX_SAFE_INTEGER };
    const { file } = await prepareRawFile(engine, form, archive, own);
    const { sql, line } = rawRelation(file, form.dataset, columns, true);
    if (line === undefined) continue;
    parts.push(
      `SELECT CAST(${i + 1} AS BIGINT) AS file, CAST(${line} AS BIGINT) AS line, ${ident(form.dataset.id ?? '')} AS id FROM ${sql}`,
    );
  }
  const none = 'SELECT CAST(0 AS BIGINT) AS file, CAST(0 AS BIGINT) AS line, NULL AS id WHERE false';
  await engine.query(task, `CREATE TEMP TABLE ids AS ${parts.join(' UNION ALL ') || none}`);
}

const types: Readonly<Record<string, string>> = {
  file: 'BIGINT',
  line: 'BIGINT',
  modelVersion: 'BIGINT',
  id: 'VARCHAR',
  label: 'VARCHAR',
  positive: 'BOOLEAN',
};

/** The scores in a file as a relation, and how they are written again. */
async function relationOf(engine: SqlEngine, path: string, format: BatchFormat) {
  if (format === 'csv') {
    const options = `header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'`;
    return { sql: `read_csv(${text(path)}, ${options})`, options: '(FORMAT csv, HEADER true)' };
  }
  if (format === 'parquet') return { sql: `read_parquet(${text(path)})`, options: parquetOutput };
  const lines = `read_json(${text(path)}, format = 'newline_delimited'`;
  const found = await engine.query(task, `DESCRIBE SELECT * FROM ${lines})`);
  const fields = found.map((row) => {
    const name = String(row['column_name']);
    return `${text(name)}: '${types[name] ?? 'DOUBLE'}'`;
  });
  return { sql: `${lines}, columns = {${fields.join(', ')}})`, options: '(FORMAT json)' };
}

/**
 * Puts the ids of files in the place of their tokens, in scores that were fetched to this machine. The files are read here: no id
 * leaves the raw bucket, and none is sent anywhere.
 *
 * @param form how the files are read: see `readForm`
 * @param files those that were scored
 * @param scores files with their scores; they are written again
 * @throws CliError when the files are not those that were scored
 */
export function putIds(
  form: Pipeline,
  files: readonly string[],
  scores: readonly string[],
  format: BatchFormat,
): Promise<void> {
  return withScratch(async (directory) => {
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      await readIds(engine, form, files, directory);
      for (const path of scores) {
        const { sql, options } = await relationOf(engine, path, format);
        const joined = `(SELECT *, row_number() OVER () AS _at FROM ${sql}) AS scores LEFT JOIN ids ON CAST(scores.file AS BIGINT) = ids.file AND CAST(scores.line AS BIGINT) = ids.line`;
        const [counts] = await engine.query(
          task,
          `SELECT count(*) FILTER (WHERE ids.id IS NULL) AS lost FROM ${joined}`,
        );
        const lost = asNumber(counts?.['lost']);
        if (lost > 0) {
          throw new CliError(
            `${lost} ${lost === 1 ? 'row was' : 'rows were'} scored that these files do not have: they are not the files of the batch. ${path} keeps its tokens.`,
          );
        }
        const written = `${path}.tmp`;
        const rows = `SELECT scores.* EXCLUDE (_at) REPLACE (ids.id AS id) FROM ${joined} ORDER BY _at`;
        await engine.query(task, `COPY (${rows}) TO ${text(written)} ${options}`);
        await rename(written, path);
      }
    } finally {
      engine.close();
    }
  });
}
