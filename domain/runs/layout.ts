import type { RunPointer } from '#schemas/records/run';

/**
 * Where a run keeps what. Every key follows from pipeline, run and shard alone, so a retried task writes the same
 * objects again and state payloads carry no more than `{ pipeline, runId }`.
 */

export type { RunPointer } from '#schemas/records/run';

const shardName = (index: number): string => String(index).padStart(5, '0');

/** Prefix of everything a run writes, in the clean and the artifacts bucket alike; ends in `/`. */
export const runPrefix = ({ pipeline, runId }: RunPointer): string => `${pipeline}/runs/${runId}/`;

/** Keys in the artifacts bucket: the run's records. */
export const artifactKeys = (run: RunPointer) => {
  const prefix = runPrefix(run);
  return {
    /** The pipeline configuration the run was admitted with (JSON, `schemas/pipeline`). */
    config: `${prefix}config.json`,
    /** The drop: its objects with versions, the data-set version, the git commit (JSON). */
    drop: `${prefix}drop.json`,
    /** A JSON array with one element a shard: the Distributed Map's item source. */
    shards: `${prefix}shards.json`,
    shardProfile: (index: number) => `${prefix}shards/${shardName(index)}/profile.json`,
    /** The merged profile of the whole drop (JSON). */
    profile: `${prefix}profile.json`,
    /** The fitted transform: what turns a clean row into model inputs (JSON). */
    transform: `${prefix}transform.json`,
    /** Baseline histograms of features and scores for drift checks (JSON). */
    baseline: `${prefix}baseline.json`,
    /** Golden requests with the candidate's scores, for endpoint tests (JSON). */
    golden: `${prefix}golden.json`,
    /** What the training job was given (JSON): hyperparameters and image. */
    training: `${prefix}training.json`,
    evaluation: `${prefix}evaluation.json`,
    verdict: `${prefix}verdict.json`,
    report: `${prefix}report.html`,
    /** Prefix given to SageMaker as S3OutputPath, without a trailing slash. */
    modelOutput: `${prefix}model`,
  };
};

/** Keys in the clean bucket: rows without personal data. */
export const cleanKeys = (run: RunPointer) => {
  const prefix = runPrefix(run);
  return {
    /** Desensitized rows of one raw shard, split side included (Parquet). */
    shard: (index: number) => `${prefix}clean/${shardName(index)}.parquet`,
    /** The bottom-k row sample of one shard (Parquet), mergeable across shards. */
    sample: (index: number) => `${prefix}sample/${shardName(index)}.parquet`,
    /** Where malformed rows were found and why, never their values (JSON lines). */
    quarantine: (index: number) => `${prefix}quarantine/${shardName(index)}.jsonl`,
    /** Channel prefixes for training, each ending in `/`; parts are `<shard>-<part>.csv`, label first. */
    train: `${prefix}encoded/train/`,
    validation: `${prefix}encoded/validation/`,
    /** Holdout features of one model, no label: what batch transform reads; ends in `/`. */
    holdout: (model: 'candidate' | 'champion') => `${prefix}holdout/${model}/`,
    /** Rows permuted column by column for permutation importance, beside the candidate's holdout; last in key order. */
    permuted: `${prefix}holdout/candidate/permuted.csv`,
    /** Label, row id token and slice columns, row for row as the holdout features of the same shard (Parquet); ends in `/`. */
    holdoutLabels: `${prefix}holdout/labels/`,
    /** What batch transform writes; ends in `/`. */
    scores: (model: 'candidate' | 'champion') => `${prefix}holdout/scores/${model}/`,
  };
};

/** Name of the part file of one shard below a prefix. */
export const partName = (shard: number, part: number, extension: 'csv' | 'parquet'): string =>
  `${shardName(shard)}-${shardName(part)}.${extension}`;

/** Prefix of the data captured by an endpoint, in the clean bucket, without a trailing slash. */
export const capturePrefix = (pipeline: string): string => `${pipeline}/captures`;
