import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { labelClasses } from '#domain/data/label';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { readAll } from '#functions/shards/read-all';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';

/** What it takes to read the scores of a model that was trained with a configuration. */
export const readFacts = async (
  { artifacts }: { readonly artifacts: Pick<ObjectStore, 'readJson'> },
  run: RunPointer,
  { dataset, evaluation }: Pipeline,
): Promise<ModelFacts> => ({
  task: evaluation.task,
  threshold: (await readOperatingPoint(artifacts, run, evaluation)).threshold,
  classes: labelClasses({ dataset, evaluation }),
});

/** The configurations of runs, by their ids, in the same order. The records of a run may have been deleted: it is left out. */
export async function readConfigs(
  { artifacts }: { readonly artifacts: Pick<ObjectStore, 'readJson'> },
  pipeline: string,
  runs: readonly string[],
): Promise<(readonly [runId: string, config: Pipeline])[]> {
  const found = await readAll(runs.length, async (i) => {
    const runId = runs[i] as string;
    const config = await ifThere(artifacts.readJson(artifactKeys({ pipeline, runId }).config, pipelineSchema));
    return config === undefined ? [] : [[runId, config] as const];
  });
  return found.flat();
}
