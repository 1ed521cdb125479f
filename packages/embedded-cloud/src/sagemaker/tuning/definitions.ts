import { createHash } from 'node:crypto';
import type { CreateTrainingJob } from '#src/sagemaker/training/request';
import { ParameterError, readSpace } from '#src/sagemaker/tuning/ranges';
import type { CreateTuningJob, Objective, ParameterRanges, TrainingJobDefinition } from '#src/sagemaker/tuning/request';
import type { Space, Values } from '#src/sagemaker/tuning/search/space';

/** One kind of training job that a tuning job launches, and what it searches for it. */
export interface Definition {
  /** Only where the request names it: it must when there are several. */
  readonly name: string | undefined;
  readonly request: TrainingJobDefinition;
  readonly objective: Objective;
  readonly space: Space;
}

/**
 * The definitions of a request: one with the job's own objective and ranges, or several with theirs.
 * @throws ParameterError with a message for the caller
 */
export const definitionsOf = (request: CreateTuningJob): readonly Definition[] => {
  const {
    HyperParameterTuningJobConfig: config,
    TrainingJobDefinition: single,
    TrainingJobDefinitions: several,
  } = request;
  if ((single === undefined) === (several === undefined)) {
    throw new ParameterError('Provide either TrainingJobDefinition or TrainingJobDefinitions, and not both.');
  }
  if (single) {
    return [define(single, config.HyperParameterTuningJobObjective, config.ParameterRanges)];
  }
  if (config.HyperParameterTuningJobObjective !== undefined || config.ParameterRanges !== undefined) {
    throw new ParameterError(
      'With TrainingJobDefinitions, each definition has its TuningObjective and HyperParameterRanges; leave ' +
        'HyperParameterTuningJobObjective and ParameterRanges out of HyperParameterTuningJobConfig.',
    );
  }
  const names = (several ?? []).map(({ DefinitionName }) => DefinitionName);
  if (names.includes(undefined) || new Set(names).size < names.length) {
    throw new ParameterError('Each of the TrainingJobDefinitions needs a DefinitionName of its own.');
  }
  return (several ?? []).map((one) => define(one, one.TuningObjective, one.HyperParameterRanges));
};

const define = (
  request: TrainingJobDefinition,
  objective: Objective | undefined,
  ranges: ParameterRanges | undefined,
): Definition => {
  if (!objective) {
    throw new ParameterError(
      'A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.',
    );
  }
  return { name: request.DefinitionName, request, objective, space: readSpace(ranges) };
};

/** Turns an objective so that less is better. */
export const costOf = ({ Type }: Objective, value: number): number => (Type === 'Maximize' ? -value : value);

/**
 * `<tuning job>-<number>-<hash>`, as AWS names them; at most 45 characters. The hash follows from the tuning job, so that
 * a launch interrupted by a restart is made again under the same name.
 */
export const trialName = (tuningJob: string, createdMs: number, index: number): string => {
  const hash = createHash('sha256').update(`${tuningJob}/${createdMs}/${index}`).digest('hex').slice(0, 8);
  return `${tuningJob}-${String(index + 1).padStart(3, '0')}-${hash}`;
};

/** What the training job of a combination is created with. */
export const trainingRequest = (
  definition: Definition,
  values: Values,
  name: string,
  tags: CreateTrainingJob['Tags'],
): CreateTrainingJob => {
  const {
    DefinitionName: _name,
    TuningObjective: _objective,
    HyperParameterRanges: _ranges,
    StaticHyperParameters: fixed,
    HyperParameterTuningResourceConfig: _resources,
    ResourceConfig: resources,
    ...same
  } = definition.request;
  return {
    ...same,
    TrainingJobName: name,
    ResourceConfig: resources ?? {},
    HyperParameters: { ...fixed, ...values, _tuning_objective_metric: definition.objective.MetricName },
    ...(tags ? { Tags: tags } : {}),
  };
};
