import { createHash } from 'node:crypto';
import { isHidden } from '#domain/runs/drop';
import { fileListPrefix } from '#domain/runs/layout';
import { outcomesFolder } from '#domain/runs/outcomes-folder';

/** Prefix of a pipeline's outcomes, in the raw and the clean bucket; ends in `/`. */
export const outcomesPrefix = (pipeline: string): string => `${pipeline}/${outcomesFolder}/`;

/** The pipeline of a file with outcomes; undefined for a marker, a hidden file and any other object. */
export function pipelineOfOutcomes(key: string): string | undefined {
  const [pipeline = ''] = key.split('/', 1);
  const prefix = outcomesPrefix(pipeline);
  const isFile = key.startsWith(prefix) && !key.endsWith('/') && !isHidden(key, prefix);
  return isFile && pipeline !== '' ? pipeline : undefined;
}

/** Identifies what one file holds, and tells neither its name nor a value: the same object read again has the same id. */
export const outcomesId = (key: string, etag: string): string =>
  createHash('sha256')
    .update(JSON.stringify([key, etag]), 'utf8')
    .digest('hex')
    .slice(0, 16);

/** The UTC day of a time, `YYYY-MM-DD`: the window over which realised performance is measured. */
export const dayOf = (at: string): string => new Date(at).toISOString().slice(0, 10);

/** Prefix of a pipeline's outcomes with their predictions, in the clean bucket; days follow it. */
export const joinedPrefix = (pipeline: string): string => `${outcomesPrefix(pipeline)}joined/`;

/** Keys of outcomes in the clean bucket (JSON lines, gzip). Tokens and numbers alone: model inputs are numbers too. */
export const outcomeKeys = (pipeline: string) => {
  const prefix = outcomesPrefix(pipeline);
  return {
    /** The rows of one file (`receivedOutcomeSchema`). */
    received: (id: string) => `${prefix}received/${id}.jsonl.gz`,
    /** Those with the predictions of one day that they belong to (`outcomeSchema`). @param arrival the time and the id of the file */
    joined: (day: string, arrival: string) => `${joinedPrefix(pipeline)}${day}/${arrival}.jsonl.gz`,
    /** All of a day; ends in `/`. */
    joinedOn: (day: string) => `${joinedPrefix(pipeline)}${day}/`,
  };
};

/** The malformed rows of a file with outcomes as they arrived, in the raw bucket (JSON lines). */
export const outcomesQuarantine = (pipeline: string, id: string): string =>
  `${fileListPrefix(pipeline)}${outcomesFolder}/${id}/quarantine/00000.jsonl`;

/** Sort keys of the state table that outcomes use; the partition is the pipeline. */
export const outcomeItems = {
  /** All files with outcomes. */
  files: 'outcomes#',
  file: (id: string): string => `outcomes#${id}`,
  /** Realised performance of all days, by day. */
  days: 'performance#',
  day: (day: string): string => `performance#${day}`,
  /** What labels say of the models, by window. */
  windows: 'labels#',
  window: (from: string): string => `labels#${from}`,
} as const;
