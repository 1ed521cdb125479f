import { createHash } from 'node:crypto';
import { type RunPointer, shardName } from '#domain/runs/layout';
import { batchFolder } from '#domain/runs/reserved-folders';
import type { BatchFormat } from '#schemas/records/batch';

/**
 * The layout of batches. A batch keeps its records and its working files as a run does, below `<pipeline>/runs/<id>/`
 * (`domain/runs/layout.ts`); its results lie below `<pipeline>/batch/<id>/` of the clean bucket.
 */

/** Prefix of a pipeline's files to score, in the raw bucket, and of the scores, in the clean bucket; ends in `/`. */
export const batchPrefix = (pipeline: string): string => `${pipeline}/${batchFolder}/`;

/** Keys of a batch's results, in the clean bucket. */
export const batchKeys = ({ pipeline, runId }: RunPointer) => {
  const prefix = `${batchPrefix(pipeline)}${runId}/`;
  return {
    /** All results; ends in `/`. */
    prefix,
    /** The scores of the rows of one shard, in the order of the rows. */
    scores: (shard: number, format: BatchFormat) => `${prefix}scores-${shardName(shard)}.${format}`,
    /** Positions and reasons of the malformed rows of all files, never their values (JSON lines). */
    malformed: `${prefix}malformed.jsonl`,
  };
};

/** Sort keys of the state table that batches use; the partition is the pipeline. */
export const batchItems = {
  /** All batches, by the time they were started. */
  all: 'batch#',
  /** One of them (`schemas/records/batch`). */
  one: (id: string): string => `batch#${id}`,
  /** What says that files were scored by a model before. */
  claims: 'batch-drop#',
  claim: (identity: string): string => `batch-drop#${identity}`,
} as const;

/**
 * Identifies the scoring of some files by a model, and tells neither their names nor a value.
 *
 * @param prefix the folder of the files
 * @param content as of `describeContent`
 * @param modelRun the id of the run that trained the model
 */
export const batchIdentity = (prefix: string, content: string, modelRun: string): string =>
  createHash('sha256')
    .update(JSON.stringify([prefix, content, modelRun]), 'utf8')
    .digest('hex')
    .slice(0, 32);
