import type { Algorithm } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { pinnedAlgorithmSchema } from '#schemas/records/run';

/** The algorithm of a run, from its pinned configuration: champion and candidate may have different ones. */
export const readAlgorithm = async (artifacts: Pick<ObjectStore, 'readJson'>, run: RunPointer): Promise<Algorithm> =>
  algorithmOf(await artifacts.readJson(artifactKeys(run).config, pinnedAlgorithmSchema));
