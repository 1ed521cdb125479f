import type { Contenders, ModelFacts } from '#domain/challenges/challenge-mode';
import { artifactKeys } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { readOperatingPoint } from '#functions/shards/operating-point';
import type { Challenge } from '#schemas/records/challenge';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { servedConfigSchema } from '#schemas/records/served-config';

/** The threshold of a pipeline that sets none (`domain/evaluation/settings.ts`). */
const usualThreshold = 0.5;

/** What it takes to read the scores of a run's model. */
export async function readModelFacts(
  artifacts: Pick<ObjectStore, 'readJson'>,
  run: { readonly pipeline: string; readonly runId: string },
): Promise<ModelFacts> {
  const keys = artifactKeys(run);
  const [{ evaluation }, { task, label }] = await Promise.all([
    artifacts.readJson(keys.config, servedConfigSchema),
    artifacts.readJson(keys.transform, fittedTransformSchema),
  ]);
  const { threshold } = await readOperatingPoint(artifacts, run, {
    ...evaluation,
    threshold: evaluation.threshold ?? usualThreshold,
  });
  return { task, threshold, classes: label.classes };
}

/** The two models of a challenge. */
export async function readContenders(
  artifacts: Pick<ObjectStore, 'readJson'>,
  { pipeline, champion, challenger }: Challenge,
): Promise<Contenders> {
  const [before, after] = await Promise.all([
    readModelFacts(artifacts, { pipeline, runId: champion.runId }),
    readModelFacts(artifacts, challenger.run),
  ]);
  return { champion: before, challenger: after };
}
