import type { AuthorizationRequest } from '#src/cloud/service';
import { keyAuthorization } from './encryption.ts';
import { bucketArn, objectArn, type S3State } from './state.ts';
import type { ObjectVersion } from './store/versions.ts';
import type { S3Call } from './wire/call.ts';

/** The version a request names; undefined when it means the latest. */
export const versionIdOf = (call: S3Call): string | undefined => call.query('versionId') || undefined;

/** An action on the object of the call: `s3:GetObject`, or `s3:GetObjectVersion` when a version is named. */
export const onObject = (
  s3: S3State,
  call: S3Call,
  action: string,
  context?: AuthorizationRequest['context'],
): AuthorizationRequest => {
  const versionId = versionIdOf(call);
  const conditions = { ...(versionId === undefined ? {} : { 's3:VersionId': versionId }), ...context };
  return {
    action,
    resource: objectArn(s3, call.bucket, call.key),
    ...(Object.keys(conditions).length > 0 ? { context: conditions } : {}),
  };
};

/** Condition keys of the tags an object has: `s3:ExistingObjectTag/<key>`. */
const existingTags = (version: ObjectVersion | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(version?.tags ?? {}).map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]));

/** Condition keys of tags to be set: `s3:RequestObjectTag/<key>`. */
export const requestTags = (tags: Readonly<Record<string, string>>): Record<string, string | readonly string[]> => ({
  ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
  's3:RequestObjectTagKeys': Object.keys(tags),
});

/** What a read of an object's bytes needs. */
export interface ReadTarget {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * Reading an object: `s3:GetObject` (`s3:GetObjectVersion`), and `kms:Decrypt` when a KMS key encrypts it. Where there
 * is no such object S3 reports it only to callers who may list the bucket, hence `s3:ListBucket`.
 */
export const toRead = (s3: S3State, { bucket, key, versionId }: ReadTarget): AuthorizationRequest[] => {
  const version = versionId === undefined ? s3.versions.latest(bucket, key) : s3.versions.find(bucket, key, versionId);
  const context = {
    ...(versionId === undefined ? {} : { 's3:VersionId': versionId }),
    ...existingTags(version),
  };
  const read: AuthorizationRequest = {
    action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
    resource: objectArn(s3, bucket, key),
    ...(Object.keys(context).length > 0 ? { context } : {}),
  };
  if (!version || version.deleteMarker) return [read, { action: 's3:ListBucket', resource: bucketArn(s3, bucket) }];
  return [read, ...keyAuthorization(s3.context, 'kms:Decrypt', version.record.encryption, { bucket, key })];
};
