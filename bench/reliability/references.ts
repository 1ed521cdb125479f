import { join } from 'node:path';
import { algorithmOf } from '#domain/algorithms/registry';
import { encodeRows, type RawRow, toCsv } from '#domain/data/online';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { artifactKeys } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import { openEngine } from '#functions/shards/duckdb';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { readRecord } from '../../cli/read-record.ts';
import type { RunRecord } from '../../cli/runs.ts';
import type { Target } from '../../cli/target.ts';
import { startContainer } from '../container.ts';

/**
 * The score of each row by a run's model: encoded as that run was trained, and answered by a container that serves this model alone.
 * Neither the endpoint nor the API has a part in it.
 */
export async function referenceScores(
  target: Target,
  run: RunRecord,
  rows: readonly RawRow[],
  folder: string,
): Promise<Float64Array> {
  const keys = artifactKeys(run);
  const [pipeline, fitted] = await Promise.all([
    readRecord(target, keys.config, pipelineSchema),
    readRecord(target, keys.transform, fittedTransformSchema),
  ]);
  if (!pipeline || !fitted) throw new Error(`run ${run.runId} has no records`);
  const engine = await openEngine({ memoryMb: 512 });
  const container = await startContainer(target, run, join(folder, run.runId));
  try {
    const { input, output } = modelFormat(algorithmOf(pipeline), fitted);
    const answer = await fetch(`${container.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': input.contentType },
      body: toCsv(await encodeRows(engine, pipeline, fitted, rows), input),
    });
    return output.readScores(await answer.text(), scoresPerRow(fitted), 'the container');
  } finally {
    container.stop();
    engine.close();
  }
}
