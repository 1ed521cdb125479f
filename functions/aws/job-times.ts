import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  DescribeTransformJobCommand,
  type HyperParameterTrainingJobSummary,
  paginateListTrainingJobsForHyperParameterTuningJob,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { runResourceName, transformJobName, tuningJobName } from '#domain/naming';
import type { RunPointer } from '#domain/runs/layout';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import type { Jobs } from '#schemas/records/costs';

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isSageMakerMissing(error)) return undefined;
    throw error;
  }
}

/** Seconds from a start to an end, or until now; 0 for what never started. */
const between = (start: Date | undefined, end: Date | undefined, now: number): number =>
  start === undefined ? 0 : Math.max(0, ((end?.getTime() ?? now) - start.getTime()) / 1000);

type Training = Pick<
  DescribeTrainingJobCommandOutput,
  'ResourceConfig' | 'BillableTimeInSeconds' | 'TrainingStartTime' | 'TrainingEndTime'
>;

/** Billable seconds: less than it took where spot capacity was used (SageMaker API Reference, DescribeTrainingJob). */
const billable = (job: Training, now: number): number =>
  job.BillableTimeInSeconds ?? between(job.TrainingStartTime, job.TrainingEndTime, now);

const trainingOf = ({ ResourceConfig: machines }: Training, jobs: number, seconds: number): Jobs => ({
  use: 'training',
  instanceType: machines?.InstanceType ?? '',
  instances: machines?.InstanceCount ?? 1,
  jobs,
  seconds,
  volumeGb: machines?.VolumeSizeInGB ?? 0,
});

const describe = (client: SageMakerClient, TrainingJobName: string) =>
  client.send(new DescribeTrainingJobCommand({ TrainingJobName }));

/** The training jobs of a tuning. Each is described where they use spot capacity: a list has no billable seconds. */
async function readTrials(client: SageMakerClient, tuningJob: string, now: number): Promise<Jobs[]> {
  const trials: HyperParameterTrainingJobSummary[] = [];
  const pages = paginateListTrainingJobsForHyperParameterTuningJob(
    { client },
    { HyperParameterTuningJobName: tuningJob, MaxResults: 100 },
  );
  for await (const { TrainingJobSummaries = [] } of pages) trials.push(...TrainingJobSummaries);
  const [first] = trials;
  if (!first) return [];
  const described = await describe(client, first.TrainingJobName ?? '');
  let seconds = 0;
  for (const trial of trials) {
    seconds += described.EnableManagedSpotTraining
      ? billable(await describe(client, trial.TrainingJobName ?? ''), now)
      : between(trial.TrainingStartTime, trial.TrainingEndTime, now);
  }
  return [trainingOf(described, trials.length, seconds)];
}

/**
 * The SageMaker jobs of a run with their billable seconds; none that the run did not come to.
 *
 * @param now milliseconds since the epoch, for jobs that go on
 */
export async function readJobs(client: SageMakerClient, stage: string, run: RunPointer, now: number): Promise<Jobs[]> {
  const training = await unlessMissing(() => describe(client, runResourceName(stage, run)));
  const trained = training
    ? [trainingOf(training, 1, billable(training, now))]
    : ((await unlessMissing(() => readTrials(client, tuningJobName(stage, run), now))) ?? []);
  const scored: Jobs[] = [];
  for (const model of ['candidate', 'champion'] as const) {
    const TransformJobName = transformJobName(stage, run, model);
    const job = await unlessMissing(() => client.send(new DescribeTransformJobCommand({ TransformJobName })));
    if (!job) continue;
    scored.push({
      use: 'transform',
      instanceType: job.TransformResources?.InstanceType ?? '',
      instances: job.TransformResources?.InstanceCount ?? 1,
      jobs: 1,
      seconds: between(job.TransformStartTime, job.TransformEndTime, now),
      volumeGb: 0,
    });
  }
  return [...trained, ...together(scored)];
}

/** Jobs on the same machines as one entry. */
const together = (jobs: readonly Jobs[]): Jobs[] =>
  [...Map.groupBy(jobs, ({ instanceType, instances }) => `${instanceType} ${instances}`).values()].flatMap(
    ([first, ...rest]) =>
      first === undefined
        ? []
        : [
            {
              ...first,
              jobs: 1 + rest.length,
              seconds: [first, ...rest].reduce((sum, { seconds }) => sum + seconds, 0),
            },
          ],
  );
