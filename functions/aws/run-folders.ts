import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { runPrefix, runsPrefix } from '#domain/runs/layout';
import { eraseVersions, versionPages } from '#functions/aws/erase-versions';
import type { RunFolders } from '#functions/ports/run-folders';

/** The S3 adapter for one bucket. */
export const runFolders = (client: S3Client, bucket: string): RunFolders => ({
  async list(pipeline) {
    const Prefix = runsPrefix(pipeline);
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix, Delimiter: '/', ContinuationToken: token }),
      );
      for (const folder of page.CommonPrefixes ?? []) found.push((folder.Prefix ?? '').slice(Prefix.length, -1));
      token = page.NextContinuationToken;
    } while (token);
    return found;
  },
  async measure(run) {
    let [objects, bytes] = [0, 0];
    for await (const { Versions = [] } of versionPages(client, bucket, runPrefix(run))) {
      objects += Versions.length;
      for (const { Size = 0 } of Versions) bytes += Size;
    }
    return { objects, bytes };
  },
  erase: (run) => eraseVersions(client, bucket, runPrefix(run)),
});
