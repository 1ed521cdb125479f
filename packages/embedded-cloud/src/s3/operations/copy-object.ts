import type { PreparedCall } from '#src/cloud/service';
import { toRead } from '../authorization.ts';
import { type Checksum, checksumElement, toAlgorithm } from '../checksums/algorithms.ts';
import { encryptionHeaders, requestedEncryption } from '../encryption.ts';
import { announce } from '../events.ts';
import { bucketEncryption, requireBucket, type S3State, versioningOf } from '../state.ts';
import type { S3Call } from '../wire/call.ts';
import { checkWrite } from '../wire/conditions.ts';
import { invalidArgument, invalidRequest } from '../wire/errors.ts';
import { writeXml } from '../wire/xml.ts';
import { type CopySource, parseCopySource, requireSource, resolveCopySource } from './copy-source.ts';
import { describeObject, headerTags, versionHeaders } from './object-description.ts';
import { replaced, shownVersion, toWrite, writeConditions } from './put-object.ts';
import { digestExtents, maximalUploadBytes } from './store-body.ts';

const directive = (call: S3Call, name: string): 'COPY' | 'REPLACE' => {
  const value = call.header(name)?.toUpperCase() ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw invalidArgument(`Unknown ${name}.`, name, value);
};

const changesSomething = (call: S3Call): boolean =>
  ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-website-redirect-location'].some(
    (name) => call.header(name) !== undefined,
  );

/** ETag and checksum of the copy: those of the source when they were made of the whole object, else computed again. */
const digestsOf = async (
  s3: S3State,
  call: S3Call,
  { version, extents }: CopySource,
): Promise<{ readonly etag: string; readonly checksum: Checksum }> => {
  const { checksum } = version.record;
  const wanted = call.header('x-amz-checksum-algorithm');
  const algorithm = wanted === undefined ? checksum.algorithm : toAlgorithm(wanted);
  if (algorithm === undefined) throw invalidRequest('Checksum algorithm provided is unsupported.');
  const ofWhole = !version.etag.includes('-') && checksum.type === 'FULL_OBJECT';
  if (ofWhole && algorithm === checksum.algorithm) return { etag: version.etag, checksum };
  const digests = await digestExtents(s3, extents, algorithm);
  return { etag: digests.md5.toString('hex'), checksum: digests.checksum };
};

/** CopyObject. The copy shares the bytes of its source on disk; they go when the last object using them goes. */
export const copyObject = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const from = parseCopySource(s3, call);
  const metadataDirective = directive(call, 'x-amz-metadata-directive');
  const taggingDirective = directive(call, 'x-amz-tagging-directive');
  const encryption = requestedEncryption(s3.context, call, bucketEncryption(s3, call.bucket));
  const tags = taggingDirective === 'REPLACE' ? headerTags(call) : {};
  const described = describeObject(call);
  const ontoItself = from.bucket === call.bucket && from.key === call.key && from.versionId === undefined;
  return {
    operation: 'CopyObject',
    authorize: [...toRead(s3, from), ...toWrite(s3, call, encryption, tags)],
    execute: async () => {
      if (ontoItself && metadataDirective === 'COPY' && !changesSomething(call)) {
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      }
      const source = resolveCopySource(s3, call, from);
      if (source.version.size > maximalUploadBytes) {
        throw invalidRequest(
          'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
        );
      }
      const { etag, checksum } = await digestsOf(s3, call, source);
      const versioning = versioningOf(s3, call.bucket);
      const { headers, metadata } = metadataDirective === 'REPLACE' ? described : source.version.record;
      const version = await s3.catalog.change((change) => {
        checkWrite(writeConditions(call), call.key, replaced(s3, call));
        requireSource(s3, source);
        const put = s3.versions.put(change, versioning, {
          bucket: call.bucket,
          key: call.key,
          extents: source.extents,
          size: source.version.size,
          etag,
          modified: s3.context.clock.now(),
          record: { headers, metadata, storageClass: described.storageClass, encryption, checksum },
          tags: taggingDirective === 'REPLACE' ? tags : source.version.tags,
        });
        announce(
          s3,
          { type: 'Object Created', reason: 'CopyObject' },
          { ...put, versionId: shownVersion(s3, put) },
          call.request,
        );
        return put;
      });
      return {
        status: 200,
        headers: {
          'content-type': 'application/xml',
          ...encryptionHeaders(encryption),
          ...versionHeaders(versioning, version.versionId),
          ...(versioningOf(s3, from.bucket) === 'off'
            ? {}
            : { 'x-amz-copy-source-version-id': source.version.versionId }),
        },
        body: writeXml('CopyObjectResult', {
          LastModified: new Date(version.modified).toISOString(),
          ETag: `"${etag}"`,
          ChecksumType: checksum.type,
          [checksumElement(checksum.algorithm)]: checksum.value,
        }),
      };
    },
  };
};
