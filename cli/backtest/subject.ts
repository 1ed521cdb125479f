import { isDeepStrictEqual } from 'node:util';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { deploymentKeys } from '#domain/deployment/target';
import { overrideSettings } from '#domain/drift/replay/settings';
import type { DriftSettings } from '#domain/drift/settings';
import { NotFoundError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import { objectStore } from '#functions/aws/object-store';
import type { ObjectStore } from '#functions/ports/object-store';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type Baseline, baselineSchema } from '#schemas/records/baseline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { goldenSchema } from '#schemas/records/golden';
import { championSchema } from '#schemas/records/run';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import { readProjectPipeline } from '../project.ts';
import { findRun, getState } from '../runs.ts';
import type { Target } from '../target.ts';

/** What history is compared with, and by which rules. */
export interface Subject {
  readonly run: RunPointer;
  readonly packageArn?: string;
  readonly artifacts: ObjectStore;
  /** As it is on disk: how files are read. */
  readonly pipeline: Pipeline;
  /** As it is on disk, with what the command line overrides. */
  readonly drift: DriftSettings;
  /** Whether live checks of the run's model have other rules. */
  readonly differs: boolean;
  /** As the run was trained with. */
  readonly evaluation: Pipeline['evaluation'];
  /** Binary: scores at or above it are the positive class. */
  readonly threshold: number;
  readonly fitted: FittedTransform;
  readonly format: ModelFormat;
  readonly baseline: Baseline;
  /** Whether the run kept what estimates of performance rest on. */
  readonly kept: boolean;
}

type Compared = Pick<Subject, 'run' | 'packageArn'>;

/** The run to compare with. @throws CliError when there is none */
async function chooseRun(target: Target, pipeline: string, wanted: string | undefined): Promise<Compared> {
  if (wanted !== undefined) {
    const { runId, pipeline: of, modelPackageArn } = await findRun(target, wanted);
    if (of !== pipeline)
      throw new CliError(`Run ${runId} is one of pipeline ${of}, not of ${pipeline}.`, exitCodes.usage);
    return { run: { pipeline, runId }, ...(modelPackageArn === undefined ? {} : { packageArn: modelPackageArn }) };
  }
  const item = await getState(target, pipeline, deploymentKeys.champion);
  if (item === undefined) {
    throw new CliError(
      `Pipeline ${pipeline} has no model in service: there is nothing to compare with yet. Name a run with --run <id>.`,
    );
  }
  const { runId, modelPackageArn } = championSchema.parse(item);
  return { run: { pipeline, runId }, packageArn: modelPackageArn };
}

/** What a check does about an alarm, and when it is made, changes no alarm. */
const rulesOf = ({ schedule: _, action: __, window: ___, ...rules }: DriftSettings) => rules;

/**
 * Reads the records of a run, and the rules of its pipeline on disk.
 *
 * @param overrides as `psi=0.3`
 * @throws CliError when there is no such run, or it has no baseline; ConfigurationError for an override that is none
 */
export async function readSubject(
  target: Target,
  name: string,
  { run: wanted, overrides }: { readonly run?: string | undefined; readonly overrides: readonly string[] },
): Promise<Subject> {
  const pipeline = readProjectPipeline(name, target.stage);
  const drift = overrideSettings(pipeline.drift, overrides);
  const compared = await chooseRun(target, name, wanted);
  const { run } = compared;
  const keys = artifactKeys(run);
  const artifacts = objectStore(target.s3, target.outputs.ArtifactsBucketName);
  try {
    const [trained, fitted, baseline, golden] = await Promise.all([
      artifacts.readJson(keys.config, pipelineSchema),
      artifacts.readJson(keys.transform, fittedTransformSchema),
      artifacts.readJson(keys.baseline, baselineSchema),
      artifacts.readJson(keys.golden, goldenSchema),
    ]);
    const point = await readOperatingPoint(artifacts, run, trained.evaluation);
    return {
      ...compared,
      artifacts,
      pipeline,
      drift,
      differs: trained.drift === undefined || !isDeepStrictEqual(rulesOf(trained.drift), rulesOf(drift)),
      evaluation: trained.evaluation,
      threshold: point.threshold,
      fitted,
      format: modelFormat(algorithmOf(trained), fitted, point.calibration),
      baseline,
      kept: golden.performance === true,
    };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new CliError(
      `Run ${run.runId} has no baseline to compare with: it did not train a model, or its data was deleted. Choose another with --run <id>.`,
    );
  }
}
