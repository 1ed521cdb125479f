import type { Trial, TuningRecord } from '#schemas/records/run';

/** The current state of a tuning job. */
export interface TuningJob {
  /** SageMaker's HyperParameterTuningJobStatus. */
  readonly status: string | undefined;
  /** Why it failed, if it did. */
  readonly reason: string | undefined;
  readonly search: Pick<TuningRecord, 'strategy' | 'metric' | 'direction'> | undefined;
  /** The best training job, with the hyperparameters that were tuned. */
  readonly best:
    | { readonly trainingJob: string; readonly hyperparameters: Readonly<Record<string, string>> }
    | undefined;
}

/** SageMaker's hyperparameter tuning jobs. */
export interface TuningJobs {
  read(name: string): Promise<TuningJob>;
  /** Every training job of a tuning, in start order. */
  listTrials(name: string): Promise<Trial[]>;
}
