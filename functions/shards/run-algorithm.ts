import type { Algorithm, ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import type { ObjectStore } from '#functions/ports/object-store';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { pinnedAlgorithmSchema } from '#schemas/records/run';

/** The algorithm of a run, from its pinned configuration: champion and candidate may have different ones. */
export const readAlgorithm = async (artifacts: Pick<ObjectStore, 'readJson'>, run: RunPointer): Promise<Algorithm> =>
  algorithmOf(await artifacts.readJson(artifactKeys(run).config, pinnedAlgorithmSchema));

/** How a run's model is asked, and how its answers become scores. @throws NotFoundError when a record of the run is missing */
export async function readFormat(artifacts: Pick<ObjectStore, 'readJson'>, run: RunPointer): Promise<ModelFormat> {
  const fitted = await artifacts.readJson(artifactKeys(run).transform, fittedTransformSchema);
  const config = await artifacts.readJson(artifactKeys(run).config, pinnedAlgorithmSchema);
  const { calibration } = await readOperatingPoint(artifacts, run, config.evaluation);
  return modelFormat(algorithmOf(config), fitted, calibration);
}
