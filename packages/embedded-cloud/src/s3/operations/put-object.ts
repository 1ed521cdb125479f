import type { PreparedCall } from '#src/cloud/service';
import { onObject, requestTags } from '../authorization.ts';
import { checksumHeader } from '../checksums/algorithms.ts';
import { type Encryption, encryptionHeaders, keyAuthorization, requestedEncryption } from '../encryption.ts';
import { announce } from '../events.ts';
import { bucketEncryption, requireBucket, type S3State, versioningOf } from '../state.ts';
import type { ObjectVersion, Tags } from '../store/versions.ts';
import type { S3Call } from '../wire/call.ts';
import { type ConditionHeaders, checkWrite } from '../wire/conditions.ts';
import { describeObject, headerTags, versionHeaders } from './object-description.ts';
import { storeBody } from './store-body.ts';

export const writeConditions = (call: S3Call): Pick<ConditionHeaders, 'ifMatch' | 'ifNoneMatch'> => ({
  ifMatch: call.header('if-match'),
  ifNoneMatch: call.header('if-none-match'),
});

/** The object a write would replace; a delete marker counts as none. */
export const replaced = ({ versions }: S3State, { bucket, key }: S3Call): ObjectVersion | undefined => {
  const latest = versions.latest(bucket, key);
  return latest?.deleteMarker ? undefined : latest;
};

/** Writing an object: `s3:PutObject`, `s3:PutObjectTagging` when tags come along, and the KMS key when there is one. */
export const toWrite = (s3: S3State, call: S3Call, encryption: Encryption, tags: Tags) => {
  const tagged = Object.keys(tags).length > 0;
  return [
    onObject(s3, call, 's3:PutObject', tagged ? requestTags(tags) : {}),
    ...(tagged ? [onObject(s3, call, 's3:PutObjectTagging', requestTags(tags))] : []),
    ...keyAuthorization(s3.context, 'kms:GenerateDataKey', encryption, call),
  ];
};

/** PutObject */
export const putObject = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const encryption = requestedEncryption(s3.context, call, bucketEncryption(s3, call.bucket));
  const tags = headerTags(call);
  const description = describeObject(call);
  return {
    operation: 'PutObject',
    authorize: toWrite(s3, call, encryption, tags),
    execute: async () => {
      const versioning = versioningOf(s3, call.bucket);
      const version = await storeBody(s3, call, undefined, (change, { extents, size, md5, checksum }) => {
        checkWrite(writeConditions(call), call.key, replaced(s3, call));
        requireBucket(s3, call.bucket);
        const put = s3.versions.put(change, versioning, {
          bucket: call.bucket,
          key: call.key,
          extents,
          size,
          etag: md5.toString('hex'),
          modified: s3.context.clock.now(),
          record: { ...description, encryption, checksum },
          tags,
        });
        announce(
          s3,
          { type: 'Object Created', reason: 'PutObject' },
          { ...put, versionId: shownVersion(s3, put) },
          call.request,
        );
        return put;
      });
      const { algorithm, type, value } = version.record.checksum;
      return {
        status: 200,
        headers: {
          etag: `"${version.etag}"`,
          [checksumHeader(algorithm)]: value,
          'x-amz-checksum-type': type,
          ...encryptionHeaders(encryption),
          ...versionHeaders(versioning, version.versionId),
        },
      };
    },
  };
};

/** The version id in an event; buckets that were never versioned have none. */
export const shownVersion = (
  s3: S3State,
  { bucket, versionId }: Pick<ObjectVersion, 'bucket' | 'versionId'>,
): string | undefined => (versioningOf(s3, bucket) === 'off' ? undefined : versionId);
