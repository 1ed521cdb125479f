import { AwsError } from '#src/cloud/service';
import { isBuiltIn } from '#src/sagemaker/built-in';
import { type Hub, mustAssume } from '#src/sagemaker/hub';
import { arnOf, invalid } from '#src/sagemaker/names';
import { checkTraining } from '#src/sagemaker/training/operations';
import { checkBuiltIn } from '#src/sagemaker/tuning/built-in-xgboost';
import { type Definition, definitionsOf, trainingRequest, trialName } from '#src/sagemaker/tuning/definitions';
import { parentsOf, type TuningJob } from '#src/sagemaker/tuning/job';
import {
  jobLimit,
  MOST_PARALLEL,
  MOST_TRAINING_JOBS,
  MOST_TUNING_JOBS,
  resourcesOf,
} from '#src/sagemaker/tuning/limits';
import { ParameterError } from '#src/sagemaker/tuning/ranges';
import type { CreateTuningJob } from '#src/sagemaker/tuning/request';
import { drawValues } from '#src/sagemaker/tuning/search/space';

/** Most epochs that Hyperband plans with (API reference: HyperbandStrategyConfig). */
const MOST_EPOCHS = 20_000;

/**
 * Rules of CreateHyperParameterTuningJob that span several members.
 * @throws AwsError as AWS refuses the request
 */
export const checkTuning = (hub: Hub, request: CreateTuningJob): void => {
  try {
    const definitions = definitionsOf(request);
    checkUnsupported(request);
    for (const definition of definitions) checkDefinition(hub, request, definition);
    checkStrategy(request, definitions);
    checkLimits(hub, request);
    checkWarmStart(hub, request);
  } catch (error) {
    throw error instanceof ParameterError ? invalid(error.message) : error;
  }
  const taken = hub.store.get<TuningJob>('hyper-parameter-tuning-job', request.HyperParameterTuningJobName);
  if (taken) {
    throw new AwsError(
      'ResourceInUse',
      'Hyperparameter tuning job names must be unique within an AWS account and region, and a tuning job with this ' +
        `name already exists (${arnOf(hub.cloud, 'hyper-parameter-tuning-job', taken.name)})`,
    );
  }
};

const checkUnsupported = (request: CreateTuningJob): void => {
  const { TuningJobCompletionCriteria: criteria } = request.HyperParameterTuningJobConfig;
  if (request.Autotune !== undefined) throw new ParameterError('Autotune is not supported by the embedded cloud.');
  if (criteria?.ConvergenceDetected?.CompleteOnConvergence === 'Enabled') {
    throw new ParameterError(
      'ConvergenceDetected is not supported by the embedded cloud: how AWS detects it is not public.',
    );
  }
};

const checkDefinition = (hub: Hub, request: CreateTuningJob, definition: Definition): void => {
  const { request: job, objective, space } = definition;
  if (job.HyperParameterTuningResourceConfig !== undefined) {
    throw new ParameterError(
      'HyperParameterTuningResourceConfig is not supported by the embedded cloud: use ResourceConfig.',
    );
  }
  const both = space.find(({ name }) => Object.hasOwn(job.StaticHyperParameters ?? {}, name));
  if (both)
    throw new ParameterError(`The hyperparameter ${both.name} has a range and a static value: give one of them.`);
  const { TrainingImage: image = '', MetricDefinitions: metrics = [] } = job.AlgorithmSpecification;
  // Any combination will do: they do not differ in what is checked.
  const example = trainingRequest(
    definition,
    drawValues(space, () => 0.5),
    trialName(request.HyperParameterTuningJobName, 0, 0),
    request.Tags,
  );
  checkTraining(hub, example);
  mustAssume(hub, job.RoleArn, arnOf(hub.cloud, 'hyper-parameter-tuning-job', request.HyperParameterTuningJobName));
  if (isBuiltIn(image)) checkBuiltIn(image, objective, space);
  else if (!metrics.some(({ Name }) => Name === objective.MetricName)) {
    throw new ParameterError(
      'A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.',
    );
  }
};

const checkStrategy = (request: CreateTuningJob, definitions: readonly Definition[]): void => {
  const config = request.HyperParameterTuningJobConfig;
  const { Strategy: strategy, ResourceLimits: limits } = config;
  if (config.StrategyConfig?.HyperbandStrategyConfig !== undefined && strategy !== 'Hyperband') {
    throw new ParameterError('HyperbandStrategyConfig is only supported with the strategy Hyperband.');
  }
  if (strategy === 'Grid') {
    const numeric = definitions.flatMap(({ space }) => space).find(({ kind }) => kind !== 'categorical');
    if (numeric) {
      throw new ParameterError(`Grid search takes categorical parameters only; ${numeric.name} has a numeric range.`);
    }
    const total = jobLimit(request);
    if (limits.MaxNumberOfTrainingJobs !== undefined && limits.MaxNumberOfTrainingJobs !== total) {
      throw new ParameterError(
        `MaxNumberOfTrainingJobs is ${limits.MaxNumberOfTrainingJobs}, but the grid has ${total} combinations: leave it out or let it be their number.`,
      );
    }
  }
  if (strategy !== 'Hyperband') return;
  if (config.TrainingJobEarlyStoppingType === 'Auto') {
    throw new ParameterError(
      'TrainingJobEarlyStoppingType must be Off with the strategy Hyperband, which stops jobs by itself.',
    );
  }
  const resources = resourcesOf(request);
  if (!resources) {
    throw new ParameterError(
      'Hyperband needs MaxResource, or one of epochs, numepochs, n-epochs, n_epochs, num_epochs as static hyperparameter.',
    );
  }
  if (resources.max > MOST_EPOCHS || resources.min > resources.max) {
    throw new ParameterError(
      `Hyperband needs MinResource (${resources.min}) <= MaxResource (${resources.max}) <= ${MOST_EPOCHS}.`,
    );
  }
};

const checkLimits = (hub: Hub, request: CreateTuningJob): void => {
  const { MaxParallelTrainingJobs: parallel } = request.HyperParameterTuningJobConfig.ResourceLimits;
  const exceeded = (quota: string, limit: number, found: number): AwsError =>
    new AwsError(
      'ResourceLimitExceeded',
      `The account-level service limit '${quota}' is ${limit}, with a request of ${found}. ` +
        'Please use AWS Service Quotas to request an increase for this quota.',
    );
  const total = jobLimit(request);
  if (total > MOST_TRAINING_JOBS) {
    throw exceeded('Maximum number of training jobs per hyperparameter tuning job', MOST_TRAINING_JOBS, total);
  }
  if (parallel > MOST_PARALLEL) {
    throw exceeded('Maximum number of parallel training jobs per hyperparameter tuning job', MOST_PARALLEL, parallel);
  }
  const running = hub.store
    .all<TuningJob>('hyper-parameter-tuning-job')
    .filter(({ status }) => status === 'InProgress');
  if (running.length >= MOST_TUNING_JOBS) {
    throw exceeded('Maximum number of parallel hyperparameter tuning jobs', MOST_TUNING_JOBS, running.length + 1);
  }
};

const checkWarmStart = (hub: Hub, request: CreateTuningJob): void => {
  const { WarmStartConfig: warm } = request;
  if (!warm) return;
  const parents = parentsOf(hub, request);
  if (parents.length < warm.ParentHyperParameterTuningJobs.length) {
    throw new ParameterError('A parent tuning job of WarmStartConfig does not exist.');
  }
  const running = parents.find(({ status }) => status === 'InProgress' || status === 'Stopping');
  if (running)
    throw new ParameterError(`The parent tuning job ${running.name} is ${running.status}: it must have ended.`);
};
