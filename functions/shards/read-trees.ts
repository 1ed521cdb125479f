import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { algorithmOf } from '#domain/algorithms/registry';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { modelKey } from '#domain/training/plan';
import { ModelFileError } from '#domain/trees/model-file-error';
import type { TreeModel } from '#domain/trees/tree-model';
import type { ObjectStore } from '#functions/ports/object-store';
import { withScratch } from '#functions/shards/scratch';
import { unpackModel } from '#functions/shards/unpack-model';
import type { Pipeline } from '#schemas/pipeline';
import { trainingRecordSchema } from '#schemas/records/run';

/**
 * Reads the trees of a run's model out of the artifact of its training job.
 *
 * @throws ModelFileError when the model has none, or is of a format that is not known
 */
export async function readTrees(
  artifacts: ObjectStore,
  stage: string,
  run: RunPointer,
  pipeline: Pipeline,
): Promise<TreeModel> {
  const { explaining, label } = algorithmOf(pipeline);
  if (!explaining) throw new ModelFileError(`the answers of ${label} are not explained`);
  const training = await artifacts.readJson(artifactKeys(run).training, trainingRecordSchema);
  return withScratch(async (directory) => {
    const archive = join(directory, 'model.tar.gz');
    await artifacts.download(modelKey(run, training, stage), archive);
    const file = await unpackModel(archive, directory, explaining.modelFile).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new ModelFileError('the training left several models, or none');
      throw error;
    });
    if (file === undefined) throw new ModelFileError('it is too large');
    return explaining.readModel(await readFile(file));
  });
}
