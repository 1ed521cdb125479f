import { tuningJobName } from '#domain/naming';
import type { RunPointer } from '#domain/runs/layout';
import { type ClassCounts, trainingHyperparameters } from '#domain/training/hyperparameters';
import { planTrainingJob, runTags, type TrainingEnvironment } from '#domain/training/plan';
import type { TrainingSections } from '#domain/training/settings';
import { type SearchRange, searchRanges, type Tuning, tuningObjective } from '#domain/training/tuning-settings';

const scales = { auto: 'Auto', linear: 'Linear', logarithmic: 'Logarithmic' } as const;

/** ParameterRanges; numbers travel as text. */
function parameterRanges(tuning: Tuning) {
  const ranges = searchRanges(tuning);
  const numeric = (kind: 'integer' | 'continuous') =>
    ranges.flatMap(([Name, range]) => (range.kind === kind ? [numericRange(Name, range)] : []));
  return {
    IntegerParameterRanges: numeric('integer'),
    ContinuousParameterRanges: numeric('continuous'),
    CategoricalParameterRanges: ranges.flatMap(([Name, range]) =>
      range.kind === 'values' ? [{ Name, Values: range.values.map(String) }] : [],
    ),
  };
}

const numericRange = (Name: string, { min, max, scale }: Exclude<SearchRange, { readonly kind: 'values' }>) => ({
  Name,
  MinValue: String(min),
  MaxValue: String(max),
  ScalingType: scales[scale],
});

/** Under Hyperband a job gets at least this share of the rounds before it may be stopped. */
const LEAST_SHARE = 27;

/** The epochs between which Hyperband divides: boosting rounds. */
function hyperbandConfig(rounds: number) {
  return {
    HyperbandStrategyConfig: { MinResource: Math.max(1, Math.ceil(rounds / LEAST_SHARE)), MaxResource: rounds },
  };
}

/**
 * CreateHyperParameterTuningJob's request for a run (SageMaker API reference): the run's training job as definition, without
 * what is searched.
 *
 * @throws RangeError when the pipeline asks for no tuning, or for a metric its task does not have
 */
export function planTuningJob(
  run: RunPointer,
  pipeline: TrainingSections,
  counts: ClassCounts,
  env: TrainingEnvironment,
) {
  const { tuning, hyperparameters } = pipeline.training;
  if (!tuning) throw new RangeError(`the pipeline ${pipeline.name} asks for no tuning`);
  const { metric, direction } = tuningObjective(tuning, pipeline.evaluation.task, hyperparameters);
  if (!direction) throw new RangeError(`"${metric}" cannot be tuned for in a ${pipeline.evaluation.task} task`);
  const {
    TrainingJobName: _name,
    Tags: _tags,
    HyperParameters: _all,
    // The jobs of a tuning would take up one another's checkpoints: a spot interruption starts a job anew instead.
    CheckpointConfig: _checkpoints,
    ...definition
  } = planTrainingJob(run, pipeline, counts, env);
  const fixed = fixedHyperparameters(pipeline, counts, tuning);
  return {
    HyperParameterTuningJobName: tuningJobName(env.stage, run),
    HyperParameterTuningJobConfig: {
      Strategy: tuning.strategy,
      ...(tuning.strategy === 'Hyperband' ? { StrategyConfig: hyperbandConfig(Number(fixed['num_round'])) } : {}),
      HyperParameterTuningJobObjective: { Type: direction, MetricName: `validation:${metric}` },
      ResourceLimits: {
        ...(tuning.maxJobs === undefined ? {} : { MaxNumberOfTrainingJobs: tuning.maxJobs }),
        MaxParallelTrainingJobs: tuning.parallel,
        MaxRuntimeInSeconds: tuning.maxRuntimeSeconds,
      },
      ParameterRanges: parameterRanges(tuning),
      TrainingJobEarlyStoppingType: tuning.earlyStopping ? 'Auto' : 'Off',
      RandomSeed: tuning.seed,
    },
    TrainingJobDefinition: { ...definition, StaticHyperParameters: fixed },
    Tags: runTags(run, env.stage),
  };
}

/** The run's hyperparameters without those that are searched. */
function fixedHyperparameters(pipeline: TrainingSections, counts: ClassCounts, tuning: Tuning): Record<string, string> {
  const searched = new Set<string>(searchRanges(tuning).map(([name]) => name));
  const all = Object.entries(trainingHyperparameters(pipeline, counts));
  return Object.fromEntries(all.filter(([name]) => !searched.has(name)));
}
