import { AwsError } from '#src/cloud/service';
import { addTags, type Hub, keepTags, on, onAny, passRole } from '#src/sagemaker/hub';
import { isToStop, type Jobs } from '#src/sagemaker/jobs';
import { page } from '#src/sagemaker/listing';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import { type TrainingJob, transition } from '#src/sagemaker/training/job';
import {
  changeTuning,
  countersOf,
  describeTuningJob,
  emitTuningChange,
  summarizeTrial,
  type TrialState,
  type TuningJob,
  trialStates,
} from '#src/sagemaker/tuning/job';
import {
  type CreateTuningJob,
  createTuningJobShape,
  type ListTrials,
  listTrialsShape,
  listTuningJobsShape,
  tuningJobNameShape,
} from '#src/sagemaker/tuning/request';
import { checkTuning } from '#src/sagemaker/tuning/rules';
import { runTuningJob } from '#src/sagemaker/tuning/run';

const KIND = 'hyper-parameter-tuning-job';
const idOf = (name: string): string => `${KIND}/${name.toLowerCase()}`;

const startTuning = (hub: Hub, jobs: Jobs, name: string): Promise<void> =>
  jobs.start(idOf(name), (signal) => runTuningJob(hub, jobs, name, signal));

/** Continues what was in progress; the training jobs run again. */
export const resumeTuning = (hub: Hub, jobs: Jobs): void => {
  for (const tuning of hub.store.all<TuningJob>(KIND)) {
    if (tuning.status === 'InProgress') startTuning(hub, jobs, tuning.name);
    if (tuning.status !== 'Stopping') continue;
    for (const { name } of tuning.trials) {
      if (hub.store.get<TrainingJob>('training-job', name)?.status === 'InProgress') transition(hub, name, 'Stopped');
    }
    changeTuning(hub, tuning.name, { status: 'Stopped' });
  }
};

const mustFindTuning = (hub: Hub, name: string): TuningJob => {
  const found = hub.store.get<TuningJob>(KIND, name);
  if (found) return found;
  throw new AwsError('ResourceNotFound', `Amazon SageMaker can't find a tuning job called ${name}. Type another name.`);
};

const rolesOf = ({
  TrainingJobDefinition: single,
  TrainingJobDefinitions: several = [],
}: CreateTuningJob): string[] => [...new Set([...(single ? [single] : []), ...several].map(({ RoleArn }) => RoleArn))];

/** Condition keys that policies use to fence tuning in. */
const conditions = (input: CreateTuningJob): Record<string, readonly string[]> => {
  const definitions = [
    ...(input.TrainingJobDefinition ? [input.TrainingJobDefinition] : []),
    ...(input.TrainingJobDefinitions ?? []),
  ];
  const types = definitions.flatMap(({ ResourceConfig }) => ResourceConfig?.InstanceType ?? []);
  return types.length > 0 ? { 'sagemaker:InstanceTypes': types } : {};
};

export const tuningOperations = (hub: Hub, jobs: Jobs): Operations => ({
  CreateHyperParameterTuningJob: operation(
    createTuningJobShape,
    (input) => [
      {
        ...on(hub, 'CreateHyperParameterTuningJob', KIND, input.HyperParameterTuningJobName),
        context: conditions(input),
      },
      ...addTags(hub, KIND, input.HyperParameterTuningJobName, input.Tags),
      ...rolesOf(input).map(passRole),
    ],
    (input) => {
      checkTuning(hub, input);
      const name = input.HyperParameterTuningJobName;
      const now = hub.cloud.clock.now();
      keepTags(hub, KIND, name, input.Tags);
      const tuning: TuningJob = { name, created: now, modified: now, status: 'InProgress', request: input, trials: [] };
      hub.store.put(KIND, tuning);
      emitTuningChange(hub, tuning);
      startTuning(hub, jobs, name);
      return { HyperParameterTuningJobArn: arnOf(hub.cloud, KIND, name) };
    },
  ),

  DescribeHyperParameterTuningJob: operation(
    tuningJobNameShape,
    (input) => [on(hub, 'DescribeHyperParameterTuningJob', KIND, input.HyperParameterTuningJobName)],
    (input) => describeTuningJob(hub, mustFindTuning(hub, input.HyperParameterTuningJobName)),
  ),

  StopHyperParameterTuningJob: operation(
    tuningJobNameShape,
    (input) => [on(hub, 'StopHyperParameterTuningJob', KIND, input.HyperParameterTuningJobName)],
    (input) => {
      const tuning = mustFindTuning(hub, input.HyperParameterTuningJobName);
      if (isToStop('hyperparameter tuning job', tuning.status)) {
        changeTuning(hub, tuning.name, { status: 'Stopping' });
        jobs.stop(idOf(tuning.name));
      }
      return {};
    },
  ),

  ListHyperParameterTuningJobs: operation(
    listTuningJobsShape,
    () => [onAny('ListHyperParameterTuningJobs')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<TuningJob>(KIND), {
        SortBy: 'Name',
        SortOrder: 'Ascending',
        ...input,
      });
      return present({
        NextToken,
        HyperParameterTuningJobSummaries: items.map((tuning) => summarizeTuning(hub, tuning)),
      });
    },
  ),

  ListTrainingJobsForHyperParameterTuningJob: operation(
    listTrialsShape,
    (input) => [on(hub, 'ListTrainingJobsForHyperParameterTuningJob', KIND, input.HyperParameterTuningJobName)],
    (input) => {
      const states = trialStates(hub, mustFindTuning(hub, input.HyperParameterTuningJobName));
      const { items, NextToken } = page(sortable(states, input), {
        ...(input.NextToken === undefined ? {} : { NextToken: input.NextToken }),
        ...(input.MaxResults === undefined ? {} : { MaxResults: input.MaxResults }),
        ...(input.StatusEquals === undefined ? {} : { StatusEquals: input.StatusEquals }),
        SortBy: input.SortBy === 'FinalObjectiveMetricValue' ? 'CreationTime' : (input.SortBy ?? 'Name'),
        SortOrder: input.SortOrder ?? 'Ascending',
      });
      return present({ NextToken, TrainingJobSummaries: items.map(({ state }) => summarizeTrial(hub, state)) });
    },
  ),
});

/** The trials as `page` sorts them. Those without an objective are left out when sorted by it (API reference). */
const sortable = (states: readonly TrialState[], { SortBy: by }: ListTrials) =>
  states.flatMap((state) => {
    const { name, created, modified, status } = state.job;
    if (by !== 'FinalObjectiveMetricValue') return [{ name, created, modified, status, state }];
    return state.objective === undefined ? [] : [{ name, created: state.objective, modified, status, state }];
  });

const summarizeTuning = (hub: Hub, tuning: TuningJob): Record<string, unknown> => {
  const { Strategy, ResourceLimits } = tuning.request.HyperParameterTuningJobConfig;
  return present({
    HyperParameterTuningJobName: tuning.name,
    HyperParameterTuningJobArn: arnOf(hub.cloud, KIND, tuning.name),
    HyperParameterTuningJobStatus: tuning.status,
    Strategy,
    CreationTime: seconds(tuning.created),
    HyperParameterTuningEndTime: tuning.ended === undefined ? undefined : seconds(tuning.ended),
    LastModifiedTime: seconds(tuning.modified),
    ...countersOf(trialStates(hub, tuning)),
    ResourceLimits,
  });
};
