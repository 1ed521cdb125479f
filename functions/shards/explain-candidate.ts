import type { FeatureMatrix } from '#domain/drift/columns';
import { explainModel, mostModelNodes, nodesOf } from '#domain/explanations/explain-model';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { ModelFileError } from '#domain/trees/model-file-error';
import type { TreeModel } from '#domain/trees/tree-model';
import type { ObjectStore } from '#functions/ports/object-store';
import type { Pipeline } from '#schemas/pipeline';
import type { Explanation } from '#schemas/records/explanation';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** The dependencies of explaining a candidate. */
export interface ExplanationPorts {
  readonly artifacts: ObjectStore;
  /** The trees of a run's model. @throws ModelFileError when it has none that can be read */
  readonly readTrees: (run: RunPointer, pipeline: Pipeline) => Promise<TreeModel>;
}

interface Explaining {
  readonly run: RunPointer;
  readonly pipeline: Pipeline;
  readonly fitted: FittedTransform;
  /** Model inputs of holdout rows. */
  readonly inputs: FeatureMatrix;
}

const recordOf = ({ link, base, trees }: TreeModel) => ({
  version: 1,
  link,
  base,
  trees: trees.map(({ group, ...arrays }) => ({
    group,
    ...Object.fromEntries(Object.entries(arrays).map(([name, numbers]) => [name, Array.from(numbers)])),
  })),
});

/** Writes why a candidate answers what it does, and what explains its answers to requests. A model that cannot be explained says why. */
export async function explainCandidate(
  ports: ExplanationPorts,
  { run, pipeline, fitted, inputs }: Explaining,
): Promise<void> {
  const keys = artifactKeys(run);
  let explanation: Explanation;
  try {
    const model = await ports.readTrees(run, pipeline);
    explanation = explainModel(fitted, model, inputs);
    if (nodesOf(model) <= mostModelNodes) await ports.artifacts.writeJson(keys.trees, recordOf(model));
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    explanation = { version: 1, status: 'unexplained', reason: error.message };
  }
  await ports.artifacts.writeJson(keys.explanation, explanation);
}
