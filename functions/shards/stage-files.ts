import { join } from 'node:path';
import { cleanSelect } from '#domain/data/clean';
import { expectedColumns } from '#domain/data/columns';
import { asNumber } from '#domain/data/engine';
import { absentFromAll } from '#domain/data/merge-profiles';
import { joinFiles, layoutOf, rawRelation } from '#domain/data/raw';
import { parquetOutput } from '#domain/data/transform';
import { RowCountError } from '#domain/errors';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { fileName, fileRange } from '#domain/runs/drop-name';
import { text } from '#domain/sql/literals';
import type { OpenEngine } from '#functions/shards/duckdb';
import { countFlagged, type StagedRows } from '#functions/shards/flagged-rows';
import { countRows, type RowCounts, refuseTooManyMalformed } from '#functions/shards/malformed-rows';
import { type Quarantine, writeQuarantine } from '#functions/shards/quarantine';
import { createProblemCounts, type PreparedFile, prepareRawFile } from '#functions/shards/raw-file';
import type { FileRows } from '#functions/shards/search-files';
import type { LocalSource, Source } from '#functions/shards/sources';
import type { Pipeline } from '#schemas/pipeline';

/** What files are staged with. */
export interface Staging {
  readonly engine: OpenEngine;
  readonly pipeline: Pipeline;
  /** For the staged rows. */
  readonly directory: string;
  /** Whether a token key is being replaced. */
  readonly hasPreviousKey: boolean;
  /** Whether the staged rows have the numbers of their lines, as `_line`. */
  readonly numbered?: boolean;
  /** Keeps the malformed rows of a file. */
  quarantine(source: Source, rows: Quarantine): Promise<void>;
}

/** A file that has been staged: its rows by what became of them. */
export interface StagedFile {
  readonly source: Source;
  readonly counted: RowCounts;
  /** JSON lines with rows: the pipeline's columns that no object has. */
  readonly absent?: readonly string[] | undefined;
  /** Parquet in parts: rows of the whole file before the first of these. */
  readonly rowsBefore?: number | undefined;
}

interface ReadFile extends LocalSource {
  readonly prepared: PreparedFile;
}
type Batch = readonly [ReadFile, ...ReadFile[]];

const nameOf = (batch: Batch): string => fileRange(batch[0].source.index, batch.length);

/** Cleans the rows of files of one layout, in their order, by one statement. */
async function cleanRows({ engine, pipeline, hasPreviousKey, numbered = false }: Staging, batch: Batch, path: string) {
  const [first, ...others] = batch;
  const file = joinFiles([first.prepared.file, ...others.map(({ prepared }) => prepared.file)]);
  const relation = rawRelation(file, pipeline.dataset, expectedColumns(pipeline), numbered);
  const { sql, problems } = cleanSelect(pipeline, relation, PRIVACY_ACTIONS, { hasPreviousKey, numbered });
  const name = nameOf(batch);
  const [copied] = await engine.query(`desensitize ${name}`, `COPY (${sql}) TO ${text(path)} ${parquetOutput}`);
  const rows = batch.reduce((sum, { prepared }) => sum + prepared.rows, 0);
  const read = asNumber(copied?.['Count']);
  if (rows !== read) {
    const isOne = batch.length === 1;
    const cause =
      pipeline.dataset.format === 'parquet'
        ? 'The footer is damaged: write the data again, and drop them again. If that changes nothing, this is a fault of Tidegate.'
        : 'This is a fault of Tidegate.';
    throw new RowCountError(
      `${name} ${isOne ? 'has' : 'have'} ${rows} well-formed rows, of which the engine read ${read}. ${cause}`,
    );
  }
  return problems;
}

/** `cleanRows`, with errors that name the file. */
async function cleanBatch(staging: Staging, batch: Batch, path: string) {
  try {
    return await cleanRows(staging, batch, path);
  } catch (error) {
    if (batch.length > 1) for (const own of batch) await cleanRows(staging, [own], `${path}.${own.source.index}`);
    throw error;
  }
}

/** The rows of each file among the staged rows of a batch. */
function placeRows(batch: Batch, path: string, problems: StagedRows['problems']): StagedRows[] {
  let next = 0;
  return batch.map(({ prepared: { rows, firstLine } }) => {
    const first = next;
    next += rows;
    return { path, first, firstLine, rows, problems };
  });
}

/** Stages files of one layout: counts their rows, and sets the malformed ones aside. */
async function stageBatch(staging: Staging, batch: Batch, path: string): Promise<StagedFile[]> {
  const { engine, pipeline } = staging;
  const problems = await cleanBatch(staging, batch, path);
  const placed = placeRows(batch, path, problems);
  const firsts = placed.map(({ first, rows }) => (rows === 0 ? undefined : first));
  const flagged = await countFlagged(engine, nameOf(batch), { path, problems }, firsts);
  const refusals: (() => void)[] = [];
  const files: StagedFile[] = [];
  for (const [i, { source, archive, prepared, folder, free }] of batch.entries()) {
    const counted = countRows(prepared, flagged[i] ?? []);
    files.push({ source, counted, absent: prepared.absent, rowsBefore: archive.rowsBefore });
    if (counted.malformed > 0) {
      const staged = placed[i] as StagedRows;
      const quarantine = await writeQuarantine({ engine, archive, pipeline, staged, counted }, folder);
      await staging.quarantine(source, quarantine);
      refusals.push(() => refuseTooManyMalformed(pipeline, archive.name, counted, quarantine.first));
    }
    await free();
  }
  // once the malformed rows of every file are kept
  for (const refuse of refusals) refuse();
  return files;
}

/** Files whose rows have this many bytes are staged before more are read, so that the disk has room. */
const bytesAtOnce = 256e6;

/**
 * Turns raw files into clean rows, in their order: reads and checks each, desensitizes and types its rows, and sets the malformed
 * ones aside. Consecutive files of one layout share a statement.
 *
 * @param sources local copies in order; they are removed when they are no longer needed
 * @returns the Parquet files with the results of `cleanSelect`, in order, and the files that they are of
 * @throws SchemaMismatchError, MalformedDataError, DataEngineError, RowCountError
 */
export async function stageFiles(
  staging: Staging,
  sources: AsyncIterable<LocalSource>,
): Promise<{ readonly staged: readonly string[]; readonly files: readonly StagedFile[] }> {
  const { engine, pipeline, directory } = staging;
  const staged: string[] = [];
  const files: StagedFile[] = [];
  let batch: ReadFile[] = [];
  let layout: string | undefined;
  let bytes = 0;
  const flush = async () => {
    const [first, ...others] = batch;
    if (!first) return;
    const path = join(directory, `staged-${staged.length}.parquet`);
    staged.push(path);
    files.push(...(await stageBatch(staging, [first, ...others], path)));
    batch = [];
    layout = undefined;
    bytes = 0;
  };
  for await (const local of sources) {
    const prepared = await prepareRawFile(engine, pipeline, local.archive, local.folder, staging.numbered);
    // a file without rows fits any layout
    const own = prepared.file.isBlank ? undefined : layoutOf(prepared.file, pipeline.dataset);
    if ((layout !== undefined && own !== undefined && own !== layout) || bytes > bytesAtOnce) await flush();
    batch.push({ ...local, prepared });
    layout ??= own;
    bytes += prepared.bytes;
  }
  await flush();
  return { staged, files };
}

/** The rows of a shard's files together. */
export function mergeFiles(files: readonly StagedFile[]) {
  const counts = createProblemCounts();
  for (const problem of files.flatMap(({ counted }) => counted.counts)) counts.add(problem, problem.count);
  const sum = (key: 'total' | 'malformed' | 'flagged') => files.reduce((all, { counted }) => all + counted[key], 0);
  return {
    total: sum('total'),
    malformed: sum('malformed'),
    flagged: sum('flagged'),
    counts: counts.list(),
    blankFiles: files.flatMap(({ source, counted }) =>
      counted.total === 0 && source.part === undefined ? [source.index] : [],
    ),
    absent: absentFromAll(files.map(({ absent }) => absent)),
  };
}

/** The clean rows of each file among those of the shard. */
export function placeFiles(files: readonly StagedFile[]): FileRows[] {
  let next = 0;
  return files.map(({ source, counted }) => {
    const [first, rows] = [next, counted.total - counted.malformed];
    next += rows;
    return { name: fileName(source.index), first, rows };
  });
}
