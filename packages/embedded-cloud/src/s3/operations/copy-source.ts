import type { ReadTarget } from '../authorization.ts';
import { requireBucket, type S3State } from '../state.ts';
import type { Extent } from '../store/blobs.ts';
import type { ObjectVersion } from '../store/versions.ts';
import type { S3Call } from '../wire/call.ts';
import { checkRead } from '../wire/conditions.ts';
import { invalidArgument, noSuchKey, preconditionFailed } from '../wire/errors.ts';
import { resolveVersion } from './get-object.ts';

/** Clients send the source with and without percent-encoding. */
const decodeLeniently = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * Reads `x-amz-copy-source`: `/bucket/key` or `bucket/key`, possibly with `?versionId=`.
 * @throws S3Error InvalidArgument, NoSuchBucket
 */
export const parseCopySource = (s3: S3State, call: S3Call): ReadTarget => {
  const header = call.header('x-amz-copy-source') ?? '';
  const [, path = '', versionId] = /^(.*?)(?:\?versionId=([^&]*))?$/s.exec(header) ?? [];
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeLeniently(path)) ?? [];
  if (bucket === undefined || key === undefined) {
    throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', header);
  }
  requireBucket(s3, bucket);
  return { bucket, key, versionId: versionId || undefined };
};

export interface CopySource {
  readonly version: ObjectVersion;
  readonly extents: readonly Extent[];
}

/**
 * The version to copy, its `x-amz-copy-source-if-…` conditions met.
 * @throws S3Error NoSuchKey, NoSuchVersion, PreconditionFailed, InvalidRequest for a delete marker
 */
export const resolveCopySource = (s3: S3State, call: S3Call, { bucket, key, versionId }: ReadTarget): CopySource => {
  const version = resolveVersion(s3, bucket, key, versionId);
  const outcome = checkRead(
    {
      ifMatch: call.header('x-amz-copy-source-if-match'),
      ifNoneMatch: call.header('x-amz-copy-source-if-none-match'),
      ifModifiedSince: call.header('x-amz-copy-source-if-modified-since'),
      ifUnmodifiedSince: call.header('x-amz-copy-source-if-unmodified-since'),
    },
    version,
    s3.context.clock.now(),
  );
  if (outcome === 'not-modified') throw preconditionFailed('x-amz-copy-source-If-None-Match');
  const extents = version.content === undefined ? undefined : s3.catalog.extentsOf(version.content);
  if (!extents) throw noSuchKey(key);
  return { version, extents };
};

/** Inside the commit of a copy: its source may have been deleted while it was being read. */
export const requireSource = (s3: S3State, { version }: CopySource): void => {
  if (version.content === undefined || !s3.catalog.extentsOf(version.content)) throw noSuchKey(version.key);
};
