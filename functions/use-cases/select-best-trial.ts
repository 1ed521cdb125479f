import { StillRunningError, TuningError } from '#domain/errors';
import { tuningJobName } from '#domain/naming';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { TuningJobs } from '#functions/ports/tuning-jobs';
import { type TrainingRecord, trainingRecordSchema } from '#schemas/records/run';

/** The dependencies of selecting a trial. */
export interface SelectionPorts {
  readonly stage: string;
  readonly artifacts: ObjectStore;
  readonly tuningJobs: TuningJobs;
}

/**
 * Selects the best training job of a run's tuning job. Its hyperparameters and all trials go into the training record, which
 * the model, the registry and the report use.
 *
 * @throws StillRunningError while the tuning runs; TuningError when it did not complete or has no best training job
 */
export async function selectBestTrial(
  { stage, artifacts, tuningJobs }: SelectionPorts,
  { run }: { readonly run: RunPointer },
): Promise<{ trainingJob: string }> {
  const key = artifactKeys(run).training;
  const tuningJob = tuningJobName(stage, run);
  const { status, reason, best, search } = await tuningJobs.read(tuningJob);
  if (status === 'InProgress' || status === 'Stopping') {
    throw new StillRunningError(`The tuning job ${tuningJob} is ${status}.`);
  }
  const why = reason === undefined ? '' : `: ${reason}`;
  if (status !== 'Completed') throw new TuningError(`The tuning job ${tuningJob} ended as ${status}${why}.`);
  if (!best || !search) {
    throw new TuningError(
      `The tuning job ${tuningJob} has no best training job${why}. See the training jobs it started in the SageMaker console.`,
    );
  }
  const planned = await artifacts.readJson(key, trainingRecordSchema);
  const record: TrainingRecord = {
    ...planned,
    hyperparameters: { ...planned.hyperparameters, ...best.hyperparameters },
    trainingJob: best.trainingJob,
    tuning: { tuningJob, ...search, trials: await tuningJobs.listTrials(tuningJob) },
  };
  await artifacts.writeJson(key, record);
  return { trainingJob: best.trainingJob };
}
