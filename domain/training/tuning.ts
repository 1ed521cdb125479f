import type { Algorithm, ClassCounts, TrainingFacts } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { tuningJobName } from '#domain/naming';
import type { RunPointer } from '#domain/runs/layout';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { planTrainingJob, runTags, type TrainingEnvironment } from '#domain/training/plan';
import type { TrainingSections } from '#domain/training/settings';
import { type SearchRange, searchRanges, tuningObjective } from '#domain/training/tuning-settings';

const scales = { auto: 'Auto', linear: 'Linear', logarithmic: 'Logarithmic' } as const;

/** ParameterRanges; numbers are sent as text. */
function parameterRanges(ranges: ReturnType<typeof searchRanges>) {
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

/** With Hyperband, a job gets at least this share of the resource before it may be stopped. */
const LEAST_SHARE = 27;

/** What Hyperband divides among the jobs, as boosting rounds. */
function hyperbandConfig(most: number) {
  return {
    HyperbandStrategyConfig: { MinResource: Math.max(1, Math.ceil(most / LEAST_SHARE)), MaxResource: most },
  };
}

/**
 * CreateHyperParameterTuningJob's request for a run (SageMaker API reference). The definition is the run's training job without
 * the tuned hyperparameters.
 *
 * @throws RangeError when the pipeline has no tuning, or its algorithm does not report the metric for its task
 */
export function planTuningJob(
  run: RunPointer,
  pipeline: TrainingSections,
  counts: ClassCounts,
  env: TrainingEnvironment,
  algorithm: Algorithm = algorithmOf(pipeline),
  monotone: TrainingFacts['monotone'] = [],
) {
  const { tuning, hyperparameters } = pipeline.training;
  const objective = algorithm.tuning;
  if (!tuning || !objective) throw new RangeError(`the pipeline ${pipeline.name} asks for no tuning`);
  const { metric, direction } = tuningObjective(tuning, pipeline.evaluation.task, hyperparameters, objective);
  if (!direction) throw new RangeError(`"${metric}" cannot be tuned for in a ${pipeline.evaluation.task} task`);
  const {
    TrainingJobName: _name,
    Tags: _tags,
    HyperParameters: _all,
    ...definition
  } = planTrainingJob(run, pipeline, counts, env, algorithm, monotone);
  const ranges = searchRanges(tuning, algorithm);
  const fixed = fixedHyperparameters(trainingHyperparameters(pipeline, counts, algorithm, monotone), ranges);
  return {
    HyperParameterTuningJobName: tuningJobName(env.stage, run),
    HyperParameterTuningJobConfig: {
      Strategy: tuning.strategy,
      ...(tuning.strategy === 'Hyperband'
        ? { StrategyConfig: hyperbandConfig(Number(fixed[objective.resource])) }
        : {}),
      HyperParameterTuningJobObjective: { Type: direction, MetricName: objective.reportedAs(metric) },
      ResourceLimits: {
        ...(tuning.maxJobs === undefined ? {} : { MaxNumberOfTrainingJobs: tuning.maxJobs }),
        MaxParallelTrainingJobs: tuning.parallel,
        MaxRuntimeInSeconds: tuning.maxRuntimeSeconds,
      },
      ParameterRanges: parameterRanges(ranges),
      TrainingJobEarlyStoppingType: tuning.earlyStopping ? 'Auto' : 'Off',
      RandomSeed: tuning.seed,
    },
    TrainingJobDefinition: { ...definition, StaticHyperParameters: fixed },
    Tags: runTags(run, env.stage),
  };
}

/** The run's hyperparameters without the tuned ones. */
function fixedHyperparameters(
  all: Readonly<Record<string, string>>,
  ranges: ReturnType<typeof searchRanges>,
): Record<string, string> {
  const searched = new Set<string>(ranges.map(([name]) => name));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !searched.has(name)));
}
