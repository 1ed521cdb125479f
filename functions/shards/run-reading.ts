import { batchForm } from '#domain/batch/form';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type DropRecord, dropRecordSchema } from '#schemas/records/run';

/** How the files of a run, or of a batch, are read: as its pinned pipeline says, of a batch without label and other columns. */
export interface RunReading {
  readonly pipeline: Pipeline;
  readonly drop: DropRecord;
}

/** Reads it from the run's records. */
export async function readReading(artifacts: Pick<ObjectStore, 'readJson'>, run: RunPointer): Promise<RunReading> {
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const drop = await artifacts.readJson(keys.drop, dropRecordSchema);
  return { pipeline: drop.scoring === undefined ? pipeline : batchForm(pipeline, drop.scoring.reads), drop };
}
