import { join } from 'node:path';
import { asNumber } from '#domain/data/engine';
import { cleanRowsSql, csvOutput, encodeCsv } from '#domain/data/transform';
import { artifactKeys, cleanKeys, partName, type RunPointer } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { openEngine } from '#functions/shards/duckdb';
import { readAlgorithm } from '#functions/shards/run-algorithm';
import { withScratch } from '#functions/shards/scratch';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';

/** How many rows of a batch's shard became model inputs. */
export interface EncodedBatch {
  readonly rows: number;
}

/**
 * Turns the clean rows of a batch's shard into the inputs of the model that scores them, in their order, with the SQL that encodes the rows
 * of a request (`encodeRows`). A shard without rows gets no object.
 *
 * @param batch the shard, and the run that trained the model
 */
export async function encodeBatchShard(
  {
    clean,
    artifacts,
    memoryMb,
  }: { readonly clean: FileStore; readonly artifacts: ObjectStore; readonly memoryMb: number },
  { run, shard, model }: { readonly run: RunPointer; readonly shard: number; readonly model: RunPointer },
): Promise<EncodedBatch> {
  const fitted = await artifacts.readJson(artifactKeys(model).transform, fittedTransformSchema);
  const { input } = await readAlgorithm(artifacts, model);
  return withScratch(async (directory) => {
    const [local, file] = [join(directory, 'clean.parquet'), join(directory, 'inputs.csv')];
    await clean.download(cleanKeys(run).shard(shard), local);
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      const { inputs, from } = encodeCsv(fitted, cleanRowsSql(local), input);
      const select = `SELECT ${inputs.join(', ')} FROM ${from} ORDER BY _row`;
      const [copied] = await engine.query('encode the rows', `COPY (${select}) TO ${text(file)} ${csvOutput(input)}`);
      const rows = asNumber(copied?.['Count']);
      if (rows > 0) {
        await clean.upload(file, cleanKeys(run).batchInputs + partName(shard, 0, 'csv'), input.contentType);
      }
      return { rows };
    } finally {
      engine.close();
    }
  });
}
