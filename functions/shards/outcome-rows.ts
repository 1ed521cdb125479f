import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { previousName } from '#domain/data/clean';
import type { SqlRow } from '#domain/data/engine';
import { SchemaMismatchError } from '#domain/errors';
import { describeForms, type OutcomeForm, outcomeForms } from '#domain/outcomes/forms';
import { outcomesPrefix, outcomesQuarantine } from '#domain/outcomes/layout';
import type { TokenKeys } from '#domain/privacy/tokenize';
import { ident, texts } from '#domain/sql/literals';
import type { FileStore } from '#functions/ports/object-store';
import { compressionOf } from '#functions/shards/archive';
import { openEngine } from '#functions/shards/duckdb';
import { roomFor } from '#functions/shards/scratch';
import { type StagedFile, stageFiles } from '#functions/shards/stage-files';
import type { Pipeline } from '#schemas/pipeline';

/** The dependencies of reading the rows of a file with outcomes. */
interface RowPorts {
  readonly raw: Pick<FileStore, 'upload'>;
  readonly tokenKeys: TokenKeys;
  readonly memoryMb: number;
}

/** How messages name the file: its own name does not leave the raw bucket. */
const fileName = 'the file with outcomes';

/** The local copy of a file, and where what is made of it goes. */
interface LocalFile {
  readonly key: string;
  readonly path: string;
  readonly directory: string;
  readonly id: string;
}

/** The rows of a file in the form that fits its columns. */
export interface OutcomeRows {
  readonly form: OutcomeForm<Pipeline>;
  readonly staged: StagedFile;
  readonly rows: readonly SqlRow[];
}

/** Reads a file as one form. @throws SchemaMismatchError when its columns are others */
async function readForm(
  { raw, tokenKeys, memoryMb }: RowPorts,
  form: OutcomeForm<Pipeline>,
  { key, path, directory, id }: LocalFile,
): Promise<OutcomeRows> {
  const { pipeline } = form;
  const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill'), tokenKeys });
  try {
    const staging = {
      engine,
      pipeline,
      directory,
      hasPreviousKey: tokenKeys.previous !== undefined,
      quarantine: (_: unknown, { rows }: { readonly rows: string }) =>
        raw.upload(rows, outcomesQuarantine(pipeline.name, id), 'application/x-ndjson'),
    };
    const archive = { name: fileName, path, compression: compressionOf(key), mostBytes: await roomFor(directory) };
    const local = { source: { index: 0, key }, archive, folder: directory, free: async () => {} };
    const { staged, files } = await stageFiles(
      staging,
      (async function* () {
        yield local;
      })(),
    );
    const columns = ['_label', ...(form.by === 'key' ? ['_id'] : []), ...Object.keys(pipeline.dataset.columns)];
    const previous = form.by === 'key' && staging.hasPreviousKey ? [previousName('id')] : [];
    const rows = await engine.query(
      `read the rows of ${fileName}`,
      `SELECT ${[...columns, ...previous].map(ident).join(', ')} FROM read_parquet([${texts(staged)}]) WHERE NOT starts_with(_side, '#')`,
    );
    return { form, staged: files[0] as StagedFile, rows };
  } finally {
    engine.close();
  }
}

/**
 * Reads a file with outcomes in the first form that fits its columns. Malformed rows stay in the raw bucket.
 *
 * @throws SchemaMismatchError when none fits; DataEngineError when the file cannot be read to its end
 */
export async function readOutcomeRows(ports: RowPorts, pipeline: Pipeline, file: LocalFile): Promise<OutcomeRows> {
  for (const [i, form] of outcomeForms(pipeline).entries()) {
    // the engine remembers what it read of a file, so no file may take another one's name
    const directory = join(file.directory, `form-${i}`);
    await mkdir(directory);
    try {
      return await readForm(ports, form, { ...file, directory });
    } catch (error) {
      if (!(error instanceof SchemaMismatchError)) throw error;
    }
  }
  throw new SchemaMismatchError(
    `The columns of a file below ${outcomesPrefix(pipeline.name)} are not those of outcomes. ${describeForms(pipeline)}`,
  );
}
