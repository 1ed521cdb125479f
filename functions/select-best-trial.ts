import {
  DescribeHyperParameterTuningJobCommand,
  type HyperParameterTrainingJobSummary,
  paginateListTrainingJobsForHyperParameterTuningJob,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod';
import { TuningError } from '#domain/errors';
import { tuningJobName } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import { artifactStore } from '#functions/aws/buckets';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { runPointerSchema, type TrainingRecord, type Trial, trainingRecordSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET']);

const asTrial = (summary: HyperParameterTrainingJobSummary): Trial => ({
  trainingJob: summary.TrainingJobName ?? '',
  status: summary.TrainingJobStatus ?? '',
  hyperparameters: summary.TunedHyperParameters ?? {},
  objective: summary.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? null,
});

/** Every training job of a tuning, in the order in which they were started. */
async function readTrials(tuningJob: string): Promise<Trial[]> {
  const trials: Trial[] = [];
  const pages = paginateListTrainingJobsForHyperParameterTuningJob(
    { client: sageMakerClient() },
    { HyperParameterTuningJobName: tuningJob, SortBy: 'CreationTime', SortOrder: 'Ascending', MaxResults: 100 },
  );
  for await (const { TrainingJobSummaries = [] } of pages) trials.push(...TrainingJobSummaries.map(asTrial));
  return trials;
}

/**
 * Takes the best training job of a run's tuning as the run's own: its hyperparameters and all trials go into the record of the
 * training, which the model, the registry and the report are made from.
 */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), async ({ run }) => {
  const artifacts = artifactStore(config);
  const key = artifactKeys(run).training;
  const tuningJob = tuningJobName(config.STAGE, run);
  const {
    BestTrainingJob: best,
    HyperParameterTuningJobConfig: search,
    FailureReason: reason,
  } = await sageMakerClient().send(
    new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: tuningJob }),
  );
  const objective = search?.HyperParameterTuningJobObjective;
  if (!best?.TrainingJobName || !objective) {
    const why = reason === undefined ? '' : `: ${reason}`;
    throw new TuningError(
      `The tuning job ${tuningJob} has no best training job${why}. See the training jobs it started in the SageMaker console.`,
    );
  }
  const planned = await artifacts.readJson(key, trainingRecordSchema);
  const record: TrainingRecord = {
    ...planned,
    hyperparameters: { ...planned.hyperparameters, ...best.TunedHyperParameters },
    trainingJob: best.TrainingJobName,
    tuning: {
      tuningJob,
      strategy: search.Strategy ?? '',
      metric: objective.MetricName ?? '',
      direction: objective.Type ?? 'Maximize',
      trials: await readTrials(tuningJob),
    },
  };
  await artifacts.writeJson(key, record);
  return { trainingJob: best.TrainingJobName };
});
