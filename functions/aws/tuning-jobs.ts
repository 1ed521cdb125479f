import {
  DescribeHyperParameterTuningJobCommand,
  type HyperParameterTrainingJobSummary,
  paginateListTrainingJobsForHyperParameterTuningJob,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { TuningJobs } from '#functions/ports/tuning-jobs';
import type { Trial } from '#schemas/records/run';

const asTrial = (summary: HyperParameterTrainingJobSummary): Trial => ({
  trainingJob: summary.TrainingJobName ?? '',
  status: summary.TrainingJobStatus ?? '',
  hyperparameters: summary.TunedHyperParameters ?? {},
  objective: summary.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? null,
});

/** The SageMaker adapter. */
export const tuningJobs = (client: SageMakerClient): TuningJobs => ({
  async read(name) {
    const job = await client.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
    const { BestTrainingJob: best, HyperParameterTuningJobConfig: config } = job;
    const objective = config?.HyperParameterTuningJobObjective;
    return {
      status: job.HyperParameterTuningJobStatus,
      reason: job.FailureReason,
      search: objective && {
        strategy: config.Strategy ?? '',
        metric: objective.MetricName ?? '',
        direction: objective.Type ?? 'Maximize',
      },
      best: best?.TrainingJobName
        ? { trainingJob: best.TrainingJobName, hyperparameters: best.TunedHyperParameters ?? {} }
        : undefined,
    };
  },
  async listTrials(name) {
    const trials: Trial[] = [];
    const pages = paginateListTrainingJobsForHyperParameterTuningJob(
      { client },
      { HyperParameterTuningJobName: name, SortBy: 'CreationTime', SortOrder: 'Ascending', MaxResults: 100 },
    );
    for await (const { TrainingJobSummaries = [] } of pages) trials.push(...TrainingJobSummaries.map(asTrial));
    return trials;
  },
});
