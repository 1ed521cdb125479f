import { definitionsOf } from '#src/sagemaker/tuning/definitions';
import type { CreateTuningJob } from '#src/sagemaker/tuning/request';
import { gridSize } from '#src/sagemaker/tuning/search/grid';

/** Default quotas (Developer Guide: Resource limits for automatic model tuning). */
export const MOST_TRAINING_JOBS = 750;
export const MOST_PARALLEL = 10;
export const MOST_TUNING_JOBS = 100;

/** How many training jobs a tuning job launches at most. @throws ParameterError as `definitionsOf` */
export const jobLimit = (request: CreateTuningJob): number => {
  const { Strategy: strategy, ResourceLimits: limits } = request.HyperParameterTuningJobConfig;
  if (strategy !== 'Grid') return limits.MaxNumberOfTrainingJobs ?? MOST_TRAINING_JOBS;
  return definitionsOf(request).reduce((sum, { space }) => sum + gridSize(space), 0);
};

/** Hyperparameters that set Hyperband's most epochs, where MaxResource doesn't (API reference: HyperbandStrategyConfig). */
const epochNames = ['epochs', 'numepochs', 'n-epochs', 'n_epochs', 'num_epochs'];

/** Fewest and most epochs of a job under Hyperband; undefined when nothing sets the most. */
export const resourcesOf = (request: CreateTuningJob): { readonly min: number; readonly max: number } | undefined => {
  const config = request.HyperParameterTuningJobConfig.StrategyConfig?.HyperbandStrategyConfig;
  const fixed = definitionsOf(request).flatMap(({ request: { StaticHyperParameters = {} } }) =>
    epochNames.flatMap((name) => StaticHyperParameters[name] ?? []),
  );
  const max = config?.MaxResource ?? (fixed.length > 0 ? Math.max(...fixed.map(Number)) : undefined);
  if (max === undefined || !Number.isInteger(max)) return undefined;
  return { min: config?.MinResource ?? 1, max };
};
