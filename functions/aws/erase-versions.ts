import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Every page of the versions below a prefix: at most 1,000 versions each (S3 API Reference, ListObjectVersions). */
export async function* versionPages(
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
    yield page;
    if (!page.IsTruncated) return;
    marker = {
      ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
      ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}),
    };
  }
}

/**
 * Deletes all versions of the objects below a prefix whose keys are chosen, page by page: a page has as many versions as DeleteObjects
 * takes (S3 API Reference).
 *
 * @throws Error when S3 keeps one
 */
export async function eraseVersions(
  client: S3Client,
  bucket: string,
  prefix: string,
  chosen: (key: string) => boolean = () => true,
): Promise<void> {
  for await (const page of versionPages(client, bucket, prefix)) {
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(({ Key = '', VersionId }) =>
      chosen(Key) && VersionId !== undefined ? [{ Key, VersionId }] : [],
    );
    if (Objects.length === 0) continue;
    const request = { Bucket: bucket, Delete: { Objects, Quiet: true } };
    const [error] = (await client.send(new DeleteObjectsCommand(request))).Errors ?? [];
    if (error) throw new Error(`An object of a run could not be deleted (${error.Code}): ${error.Key}`);
  }
}
