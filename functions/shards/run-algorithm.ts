import type { Algorithm } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { pinnedAlgorithmSchema } from '#schemas/records/run';

/** The algorithm of a run, as its pinned configuration names it: a champion may have another one than the candidate. */
export const readAlgorithm = async (artifacts: Pick<ObjectStore, 'readJson'>, run: RunPointer): Promise<Algorithm> =>
  algorithmOf(await artifacts.readJson(artifactKeys(run).config, pinnedAlgorithmSchema));
