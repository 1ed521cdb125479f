import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { deploymentKeys } from '#domain/deployment/target';
import { ConfigurationError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { type Probes, probesOf } from '#domain/serving/probes';
import { modelFormat } from '#domain/serving/recalibration';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type Baseline, baselineSchema } from '#schemas/records/baseline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { goldenSchema } from '#schemas/records/golden';
import { type Champion, championSchema } from '#schemas/records/run';

/** A run's model as drift checks see it: the records of its training. */
export interface WatchedModel {
  readonly pipeline: Pipeline;
  readonly drift: NonNullable<Pipeline['drift']>;
  readonly evaluation: Pipeline['evaluation'];
  readonly fitted: FittedTransform;
  readonly format: ModelFormat;
  readonly baseline: Baseline;
  /** The rows with known answers that `predict` adds to its requests. */
  readonly probes: Probes;
  /** Whether the run kept what estimates of performance rest on. */
  readonly kept: boolean;
}

/** The model in service; undefined without one. */
export async function readChampion(store: StateStore, pipeline: string): Promise<Champion | undefined> {
  const item = await store.get(pipeline, deploymentKeys.champion);
  return item && championSchema.parse(item);
}

/** @throws ConfigurationError when the run's configuration has no drift section; NotFoundError when a record of it is missing */
export async function readWatched(artifacts: ObjectStore, run: RunPointer): Promise<WatchedModel> {
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const { drift, evaluation } = pipeline;
  if (!drift) {
    throw new ConfigurationError(
      `Pipeline ${run.pipeline} has no drift section in the configuration run ${run.runId} was trained with.`,
    );
  }
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const { calibration } = await readOperatingPoint(artifacts, run, evaluation);
  const format = modelFormat(algorithmOf(pipeline), fitted, calibration);
  const baseline = await artifacts.readJson(keys.baseline, baselineSchema);
  const golden = await artifacts.readJson(keys.golden, goldenSchema);
  return {
    pipeline,
    drift,
    evaluation,
    fitted,
    format,
    baseline,
    probes: probesOf(golden),
    kept: golden.performance === true,
  };
}
