import { emitJobChange } from '#src/sagemaker/events';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import type { Kept } from '#src/sagemaker/store';
import type { TrainingJob } from '#src/sagemaker/training/job';
import { costOf, type Definition, definitionsOf } from '#src/sagemaker/tuning/definitions';
import type { CreateTuningJob } from '#src/sagemaker/tuning/request';
import type { Values } from '#src/sagemaker/tuning/search/space';

export type TuningStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** One training job of a tuning job, as stored. */
export interface Trial {
  /** Name of its training job. */
  readonly name: string;
  /** Position of its definition in the request. */
  readonly definition: number;
  readonly values: Values;
  /** Objective by epoch, once it ended; only where jobs are stopped early, which is decided by it. */
  readonly history?: readonly number[];
  /** Stopped because it had used all the epochs it may: as good as completed. */
  readonly exhausted?: boolean;
}

/** A tuning job, as stored. */
export interface TuningJob extends Kept {
  readonly status: TuningStatus;
  readonly request: CreateTuningJob;
  /** In the order in which they were launched. */
  readonly trials: readonly Trial[];
  readonly ended?: number;
  readonly failureReason?: string;
}

/** A trial with the state of its training job. */
export interface TrialState {
  readonly trial: Trial;
  readonly definition: Definition;
  readonly job: TrainingJob;
  /** Last value of the objective metric. */
  readonly objective: number | undefined;
  /** The same, turned so that less is better. */
  readonly cost: number | undefined;
  readonly isOver: boolean;
}

const over: ReadonlySet<TrainingJob['status']> = new Set(['Completed', 'Failed', 'Stopped']);

/** The trials whose training job is known. */
export const trialStates = (hub: Hub, tuning: TuningJob): TrialState[] => {
  const definitions = definitionsOf(tuning.request);
  return tuning.trials.flatMap((trial) => {
    const job = hub.store.get<TrainingJob>('training-job', trial.name);
    const definition = definitions[trial.definition];
    if (!job || !definition) return [];
    const { objective: wanted } = definition;
    const objective = job.metrics?.find(({ name }) => name === wanted.MetricName)?.value;
    const cost = objective === undefined ? undefined : costOf(wanted, objective);
    return [{ trial, definition, job, objective, cost, isOver: over.has(job.status) }];
  });
};

/** Trials whose model can be the best: finished, with an objective. Stopped early is not finished. */
const isFinished = ({ job, trial, objective }: TrialState): boolean =>
  objective !== undefined && (job.status === 'Completed' || (job.status === 'Stopped' && trial.exhausted === true));

/** The finished trial with the least cost, the earliest of equals. */
export const bestOf = (states: readonly TrialState[]): TrialState | undefined =>
  states
    .filter(isFinished)
    .reduce<TrialState | undefined>(
      (best, state) => (best === undefined || (state.cost ?? 0) < (best.cost ?? 0) ? state : best),
      undefined,
    );

const objectiveStatus = ({ isOver, objective }: TrialState): 'Succeeded' | 'Pending' | 'Failed' => {
  if (!isOver) return 'Pending';
  return objective === undefined ? 'Failed' : 'Succeeded';
};

/** HyperParameterTrainingJobSummary. */
export const summarizeTrial = (hub: Hub, state: TrialState, tuningJob?: string): Record<string, unknown> => {
  const { trial, job, definition, objective } = state;
  return present({
    TrainingJobDefinitionName: definition.name,
    TrainingJobName: job.name,
    TrainingJobArn: arnOf(hub.cloud, 'training-job', job.name),
    TuningJobName: tuningJob,
    CreationTime: seconds(job.created),
    TrainingStartTime: job.started === undefined ? undefined : seconds(job.started),
    TrainingEndTime: job.ended === undefined ? undefined : seconds(job.ended),
    TrainingJobStatus: job.status,
    TunedHyperParameters: trial.values,
    FailureReason: job.failureReason,
    FinalHyperParameterTuningJobObjectiveMetric:
      objective === undefined || !state.isOver
        ? undefined
        : { Type: definition.objective.Type, MetricName: definition.objective.MetricName, Value: objective },
    ObjectiveStatus: objectiveStatus(state),
  });
};

const count = <T>(items: readonly T[], accept: (item: T) => boolean): number => items.filter(accept).length;

/** TrainingJobStatusCounters and ObjectiveStatusCounters. */
export const countersOf = (states: readonly TrialState[]) => {
  const failed = states.filter(({ job }) => job.status === 'Failed');
  const retryable = count(failed, ({ job }) => job.failureReason?.startsWith('InternalServerError') === true);
  return {
    TrainingJobStatusCounters: {
      Completed: count(states, ({ job }) => job.status === 'Completed'),
      InProgress: count(states, ({ isOver }) => !isOver),
      RetryableError: retryable,
      NonRetryableError: failed.length - retryable,
      Stopped: count(states, ({ job }) => job.status === 'Stopped'),
    },
    ObjectiveStatusCounters: {
      Succeeded: count(states, (state) => objectiveStatus(state) === 'Succeeded'),
      Pending: count(states, (state) => objectiveStatus(state) === 'Pending'),
      Failed: count(states, (state) => objectiveStatus(state) === 'Failed'),
    },
  };
};

/** Finished trials in a row, the last ones, that found nothing better. */
export const notImproving = (states: readonly TrialState[]): number => {
  const costs = states
    .filter(({ isOver }) => isOver)
    .toSorted((a, b) => (a.job.ended ?? 0) - (b.job.ended ?? 0))
    .flatMap(({ cost }) => cost ?? []);
  const least = Math.min(...costs);
  return costs.length === 0 ? 0 : costs.length - 1 - costs.indexOf(least);
};

/** Parent tuning jobs of a warm start that are known. */
export const parentsOf = (hub: Hub, request: CreateTuningJob): TuningJob[] =>
  (request.WarmStartConfig?.ParentHyperParameterTuningJobs ?? []).flatMap(
    ({ HyperParameterTuningJobName: name = '' }) => hub.store.get<TuningJob>('hyper-parameter-tuning-job', name) ?? [],
  );

/** The best of a warm started job and its parents, where the same thing is tuned. */
const overallBest = (hub: Hub, tuning: TuningJob, own: TrialState | undefined): Record<string, unknown> | undefined => {
  if (tuning.request.WarmStartConfig?.WarmStartType !== 'IdenticalDataAndAlgorithm') return undefined;
  const families = parentsOf(hub, tuning.request).map((parent) => ({
    name: parent.name,
    best: bestOf(trialStates(hub, parent)),
  }));
  const found = [{ name: tuning.name, best: own }, ...families].flatMap(({ name, best }) =>
    best ? [{ name, best }] : [],
  );
  const [first, ...others] = found;
  if (!first) return undefined;
  const least = others.reduce((a, b) => ((b.best.cost ?? 0) < (a.best.cost ?? 0) ? b : a), first);
  return summarizeTrial(hub, least.best, least.name);
};

/** The answer of DescribeHyperParameterTuningJob. */
export const describeTuningJob = (hub: Hub, tuning: TuningJob): Record<string, unknown> => {
  const { Tags: _, ...request } = tuning.request;
  const states = trialStates(hub, tuning);
  const best = bestOf(states);
  const ran = states.reduce(
    (sum, { job }) => sum + (job.started === undefined ? 0 : (job.ended ?? hub.cloud.clock.now()) - job.started),
    0,
  );
  return present({
    ...request,
    HyperParameterTuningJobArn: arnOf(hub.cloud, 'hyper-parameter-tuning-job', tuning.name),
    HyperParameterTuningJobStatus: tuning.status,
    CreationTime: seconds(tuning.created),
    LastModifiedTime: seconds(tuning.modified),
    HyperParameterTuningEndTime: tuning.ended === undefined ? undefined : seconds(tuning.ended),
    ...countersOf(states),
    BestTrainingJob: best && summarizeTrial(hub, best),
    OverallBestTrainingJob: overallBest(hub, tuning, best),
    FailureReason: tuning.failureReason,
    TuningJobCompletionDetails: { NumberOfTrainingJobsObjectiveNotImproving: notImproving(states) },
    ConsumedResources: { RuntimeInSeconds: Math.ceil(ran / 1000) },
  });
};

/** Changes a tuning job and stores it; a change of status sends an event. */
export const changeTuning = (
  hub: Hub,
  name: string,
  change: Partial<Pick<TuningJob, 'status' | 'trials' | 'failureReason'>>,
): TuningJob | undefined => {
  const tuning = hub.store.get<TuningJob>('hyper-parameter-tuning-job', name);
  if (!tuning) return undefined;
  const now = hub.cloud.clock.now();
  const ends = change.status === 'Completed' || change.status === 'Failed' || change.status === 'Stopped';
  const changed: TuningJob = { ...tuning, ...change, modified: now, ...(ends ? { ended: now } : {}) };
  hub.store.put('hyper-parameter-tuning-job', changed);
  if (change.status !== undefined) emitTuningChange(hub, changed);
  return changed;
};

export const emitTuningChange = (hub: Hub, tuning: TuningJob): void =>
  emitJobChange(hub, 'hyper-parameter-tuning-job', tuning.name, describeTuningJob(hub, tuning));
