import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { batchKeys } from '#domain/batch/layout';
import { mayShowValues, type RunPointer, runPrefix } from '#domain/runs/layout';
import type { RunData } from '#functions/ports/run-data';

/** The buckets with the rows and the records of runs. */
export interface RunBuckets {
  readonly clean: string;
  readonly artifacts: string;
}

/**
 * Deletes all versions of the objects below a prefix whose keys are chosen, page by page: a page has at most 1,000 versions, as many as
 * DeleteObjects takes (S3 API Reference).
 *
 * @throws Error when S3 keeps one
 */
async function eraseVersions(
  client: S3Client,
  bucket: string,
  prefix: string,
  chosen: (key: string) => boolean,
): Promise<void> {
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(({ Key = '', VersionId }) =>
      chosen(Key) && VersionId !== undefined ? [{ Key, VersionId }] : [],
    );
    if (Objects.length > 0) {
      const request = { Bucket: bucket, Delete: { Objects, Quiet: true } };
      const [error] = (await client.send(new DeleteObjectsCommand(request))).Errors ?? [];
      if (error) throw new Error(`An object of a refused run could not be deleted (${error.Code}): ${error.Key}`);
    }
    if (!page.IsTruncated) return;
    marker = {
      ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
      ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}),
    };
  }
}

/** The S3 adapter for batches, whose records show no values of their rows: their rows and scores alone are erased. */
export const batchData = (client: S3Client, { clean }: Pick<RunBuckets, 'clean'>): RunData => ({
  erase: async (batch: RunPointer) => {
    for (const prefix of [runPrefix(batch), batchKeys(batch).prefix]) {
      await eraseVersions(client, clean, prefix, () => true);
    }
  },
});

/** The S3 adapter. */
export const runData = (client: S3Client, { clean, artifacts }: RunBuckets): RunData => ({
  erase: async (run: RunPointer) => {
    const prefix = runPrefix(run);
    await eraseVersions(client, clean, prefix, () => true);
    await eraseVersions(client, artifacts, prefix, (key) => mayShowValues(run, key));
  },
});
