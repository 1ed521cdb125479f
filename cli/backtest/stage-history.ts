import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutLabel } from '#domain/data/columns';
import { MalformedDataError, SchemaMismatchError } from '#domain/errors';
import { fileName } from '#domain/runs/drop-name';
import { texts } from '#domain/sql/literals';
import { compressionOf } from '#functions/shards/archive';
import type { OpenEngine } from '#functions/shards/duckdb';
import { roomFor } from '#functions/shards/scratch';
import type { LocalSource } from '#functions/shards/sources';
import { mergeFiles, stageFiles } from '#functions/shards/stage-files';
import type { Pipeline } from '#schemas/pipeline';

/** A file of history as clean rows. */
export interface StagedHistory {
  /** As the user gave it. */
  readonly file: string;
  /** The staged Parquet file, malformed rows included. */
  readonly path: string;
  /** Rows that are used. */
  readonly rows: number;
  readonly malformed: number;
  /** Why its labels were not read; absent where they were. */
  readonly unlabelled?: string;
}

interface Staging {
  readonly engine: OpenEngine;
  readonly pipeline: Pipeline;
  readonly directory: string;
}

/** The user's file, read where it is: only what is made of it is removed. */
async function* localSource(path: string, index: number, folder: string): AsyncGenerator<LocalSource> {
  const archive = { name: fileName(index), path, compression: compressionOf(path), mostBytes: await roomFor(folder) };
  yield { source: { index, key: path }, archive, folder, free: async () => {} };
}

async function stageFile({ engine, pipeline, directory }: Staging, file: string, index: number) {
  await mkdir(join(directory, 'rows'), { recursive: true });
  const staging = { engine, pipeline, directory, hasPreviousKey: false, quarantine: async () => {} };
  const { staged, files } = await stageFiles(staging, localSource(file, index, join(directory, 'rows')));
  const { total, malformed } = mergeFiles(files);
  return { file, path: staged[0] as string, rows: total - malformed, malformed };
}

/** Why a file may be readable without its label: columns are missing, or too many rows are malformed. */
const mayLackLabel = (error: unknown): error is Error =>
  error instanceof SchemaMismatchError || error instanceof MalformedDataError;

/**
 * Desensitizes and types files as `DesensitizeShard` does, on this machine: each becomes clean rows in a scratch folder. A file that can only
 * be read without its label is.
 *
 * @throws SchemaMismatchError, MalformedDataError, DataEngineError naming the file by its position
 */
export async function stageHistory(
  { engine, pipeline, directory }: Staging,
  files: readonly string[],
): Promise<StagedHistory[]> {
  const staged: StagedHistory[] = [];
  for (const [index, file] of files.entries()) {
    // the engine remembers what it read of a file, so no attempt may use another one's folder
    const folder = join(directory, `file-${index}`);
    try {
      staged.push(await stageFile({ engine, pipeline, directory: folder }, file, index));
    } catch (error) {
      if (!mayLackLabel(error)) throw error;
      const again = { engine, pipeline: withoutLabel(pipeline), directory: join(folder, 'unlabelled') };
      const read = await stageFile(again, file, index).catch(() => {
        throw error;
      });
      staged.push({ ...read, unlabelled: error.message });
    }
  }
  return staged;
}

/** The usable rows of staged files as a relation. */
export const usableRows = (staged: readonly Pick<StagedHistory, 'path'>[]): string =>
  `(SELECT * FROM read_parquet([${texts(staged.map(({ path }) => path))}], union_by_name = true) WHERE NOT starts_with(_side, '#'))`;
