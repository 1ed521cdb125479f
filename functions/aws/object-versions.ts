import { ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { RawObject } from '#functions/ports/raw-listing';

/**
 * The current version of every object below a prefix of the raw bucket. It lists versions instead of reading objects, so
 * pinning them needs no permission to read raw data.
 */
export async function listCurrentVersions(client: S3Client, bucket: string, prefix: string): Promise<RawObject[]> {
  const found: RawObject[] = [];
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
    for (const v of page.Versions ?? []) {
      if (!v.IsLatest) continue;
      found.push({
        key: v.Key ?? '',
        size: v.Size ?? 0,
        etag: (v.ETag ?? '').replaceAll('"', ''),
        lastModified: v.LastModified?.toISOString() ?? '',
        ...(v.VersionId && v.VersionId !== 'null' ? { versionId: v.VersionId } : {}),
      });
    }
    if (!page.IsTruncated) return found;
    marker = {
      ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
      ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}),
    };
  }
}
