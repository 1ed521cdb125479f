import type { S3Client } from '@aws-sdk/client-s3';
import { batchKeys } from '#domain/batch/layout';
import { mayShowValues, type RunPointer, runPrefix } from '#domain/runs/layout';
import { eraseVersions } from '#functions/aws/erase-versions';
import type { RunData } from '#functions/ports/run-data';

/** The buckets with the rows and the records of runs. */
export interface RunBuckets {
  readonly clean: string;
  readonly artifacts: string;
}

/** The S3 adapter for batches, whose records show no values of their rows: their rows and scores alone are erased. */
export const batchData = (client: S3Client, { clean }: Pick<RunBuckets, 'clean'>): RunData => ({
  erase: async (batch: RunPointer) => {
    for (const prefix of [runPrefix(batch), batchKeys(batch).prefix]) {
      await eraseVersions(client, clean, prefix);
    }
  },
});

/** The S3 adapter. */
export const runData = (client: S3Client, { clean, artifacts }: RunBuckets): RunData => ({
  erase: async (run: RunPointer) => {
    const prefix = runPrefix(run);
    await eraseVersions(client, clean, prefix);
    await eraseVersions(client, artifacts, prefix, (key) => mayShowValues(run, key));
  },
});
