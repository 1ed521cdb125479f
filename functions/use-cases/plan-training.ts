import { algorithmOf } from '#domain/algorithms/registry';
import { runResourceName } from '#domain/naming';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { monotoneSigns } from '#domain/training/monotone';
import { planTrainingJob, planTransformJob, type TrainingEnvironment } from '#domain/training/plan';
import { planTuningJob } from '#domain/training/tuning';
import type { ObjectStore } from '#functions/ports/object-store';
import { readContinuation } from '#functions/shards/read-continuation';
import { readAlgorithm } from '#functions/shards/run-algorithm';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';

/** The dependencies of planning. */
export interface PlanningPorts {
  readonly environment: Omit<TrainingEnvironment, 'image'>;
  readonly artifacts: ObjectStore;
  /** The image of an algorithm. @throws ConfigurationError when the stack has none */
  readonly imageOf: (algorithm: string) => string;
}

/**
 * Plans a run's SageMaker jobs: training, or tuning if the pipeline has it, and the scoring of candidate and champion on the
 * same holdout. Writes the training parameters to the run's record.
 */
export async function planTraining(
  { environment: stack, artifacts, imageOf }: PlanningPorts,
  { run, champion }: { readonly run: RunPointer; readonly champion?: RunPointer | null | undefined },
) {
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const environment = { ...stack, image: imageOf(pipeline.training.algorithm) };
  const score = async (model: 'candidate' | 'champion', of: RunPointer) => {
    const format = await readAlgorithm(artifacts, of);
    return planTransformJob(run, model, runResourceName(stack.stage, of), pipeline, environment, format);
  };
  const counts = fitted.label.classCounts;
  const algorithm = algorithmOf(pipeline);
  const monotone = monotoneSigns(pipeline.dataset, fitted.features);
  const continuation = await readContinuation(artifacts, run, pipeline);
  const start = continuation?.kind === 'continued' ? continuation : undefined;
  const training = pipeline.training.tuning
    ? { tuningJob: planTuningJob(run, pipeline, counts, environment, algorithm, monotone) }
    : { trainingJob: planTrainingJob(run, pipeline, counts, environment, algorithm, monotone, start) };
  await artifacts.writeJson(keys.training, {
    hyperparameters:
      training.trainingJob?.HyperParameters ?? training.tuningJob?.TrainingJobDefinition.StaticHyperParameters,
    image: environment.image,
    ...(continuation ? { continuation } : {}),
  });
  return {
    ...training,
    scoring: [await score('candidate', run), ...(champion ? [await score('champion', champion)] : [])],
  };
}
