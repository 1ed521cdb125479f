import type { AuthorizationRequest, PreparedCall, ServiceRequest } from '#src/cloud/service';
import { versionIdOf } from '../authorization.ts';
import { announce } from '../events.ts';
import { objectArn, requireBucket, type S3State, versioningOf } from '../state.ts';
import type { Change } from '../store/catalog.ts';
import type { Deletion } from '../store/versions.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { checkDeletion } from '../wire/conditions.ts';
import { invalidRequest, malformedXml, noSuchVersion, S3Error } from '../wire/errors.ts';
import { children, parseXml, textAt, writeXml } from '../wire/xml.ts';
import { shownVersion } from './put-object.ts';

interface Target {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly ifMatch: string | undefined;
}

const toDelete = (s3: S3State, bucket: string, { key, versionId }: Target): AuthorizationRequest => ({
  action: versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
  resource: objectArn(s3, bucket, key),
  ...(versionId === undefined ? {} : { context: { 's3:VersionId': versionId } }),
});

const deleteTarget = (s3: S3State, change: Change, call: S3Call, { key, versionId, ifMatch }: Target): Deletion => {
  const { bucket } = call;
  const latest = s3.versions.latest(bucket, key);
  if (ifMatch !== undefined) checkDeletion(ifMatch, key, latest?.deleteMarker ? undefined : latest);
  const deletion =
    versionId === undefined
      ? s3.versions.delete(change, versioningOf(s3, bucket), bucket, key, s3.context.clock.now())
      : s3.versions.deleteVersion(change, bucket, key, versionId);
  announceDeletion(s3, bucket, deletion, call.request);
  return deletion;
};

const announceDeletion = (
  s3: S3State,
  bucket: string,
  { version, created, sequence }: Deletion,
  request: ServiceRequest,
): void => {
  if (!version) return;
  const deletion = created ? 'Delete Marker Created' : 'Permanently Deleted';
  announce(
    s3,
    { type: 'Object Deleted', reason: 'DeleteObject', deletion },
    { bucket, key: version.key, versionId: shownVersion(s3, version), sequence },
    request,
  );
};

/** DeleteObject */
export const deleteObject = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const target: Target = { key: call.key, versionId: versionIdOf(call), ifMatch: call.header('if-match') };
  return {
    operation: 'DeleteObject',
    authorize: [toDelete(s3, call.bucket, target)],
    execute: async () => {
      const deletion = await s3.catalog.change((change) => deleteTarget(s3, change, call, target));
      const versioned = versioningOf(s3, call.bucket) !== 'off';
      const named = target.versionId ?? deletion.version?.versionId;
      return {
        status: 204,
        headers: {
          ...(versioned && named !== undefined ? { 'x-amz-version-id': named } : {}),
          ...(deletion.version?.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
        },
      };
    },
  };
};

const maximalTargets = 1000;

const parseTargets = (text: string): { readonly targets: readonly Target[]; readonly quiet: boolean } => {
  const document = parseXml(text, 'Delete');
  const targets = children(document, 'Object').map((object): Target => {
    const key = textAt(object, 'Key');
    if (!key) throw malformedXml('every <Object> needs a <Key>');
    return { key, versionId: textAt(object, 'VersionId'), ifMatch: textAt(object, 'ETag') };
  });
  if (targets.length === 0 || targets.length > maximalTargets) {
    throw malformedXml(`a request deletes 1 to ${maximalTargets} objects, this one ${targets.length}`);
  }
  return { targets, quiet: textAt(document, 'Quiet') === 'true' };
};

const accessDenied = ({ request }: S3Call, { action, resource }: AuthorizationRequest) =>
  new S3Error(
    'AccessDenied',
    `User: ${request.caller.arn} is not authorized to perform: ${action} on resource: ${resource}. Hint: to allow it, the role needs ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource })}, and no policy may deny it.`,
    403,
  );

const deletedElement = ({ key, versionId }: Target, { version, created }: Deletion) => ({
  Key: key,
  VersionId: versionId,
  DeleteMarker: version?.deleteMarker ? true : undefined,
  DeleteMarkerVersionId: version?.deleteMarker && (created || versionId !== undefined) ? version.versionId : undefined,
});

/** DeleteObjects. Objects that the caller may not delete are reported beside the deleted ones. */
export const deleteObjects = async (s3: S3State, call: S3Call): Promise<PreparedCall> => {
  requireBucket(s3, call.bucket);
  const { text, vouched } = await receiveText(call);
  if (!vouched) throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  const { targets, quiet } = parseTargets(text);
  const wanted = targets.map((target) => ({ target, entry: toDelete(s3, call.bucket, target) }));
  const isAllowed = (entry: AuthorizationRequest): boolean => call.request.isAllowed?.(entry) ?? true;
  const denied = new Set(wanted.filter(({ entry }) => !isAllowed(entry)).map(({ target }) => target));
  return {
    operation: 'DeleteObjects',
    // The door would refuse the whole request for one object; those that are denied fail one by one below.
    authorize: wanted.filter(({ target }) => !denied.has(target)).map(({ entry }) => entry),
    input: {
      Delete: {
        Objects: targets.map(({ key, versionId, ifMatch }) => ({ Key: key, VersionId: versionId, ETag: ifMatch })),
        Quiet: quiet,
      },
    },
    execute: async () => {
      const results = await s3.catalog.change((change) =>
        wanted.map(({ target, entry }) => {
          const { key, versionId } = target;
          if (denied.has(target)) return { target, error: accessDenied(call, entry) };
          // DeleteObject says nothing of a version that does not exist; this operation does.
          if (versionId !== undefined && !s3.versions.find(call.bucket, key, versionId))
            return { target, error: noSuchVersion(key, versionId) };
          try {
            return { target, deletion: deleteTarget(s3, change, call, target) };
          } catch (error) {
            if (error instanceof S3Error) return { target, error };
            throw error;
          }
        }),
      );
      const body = writeXml('DeleteResult', {
        Deleted: results.flatMap(({ target, deletion }) =>
          deletion && !quiet ? [deletedElement(target, deletion)] : [],
        ),
        Error: results.flatMap(({ target: { key, versionId }, error }) =>
          error ? [{ Key: key, VersionId: versionId, Code: error.code, Message: error.message }] : [],
        ),
      });
      return { status: 200, headers: { 'content-type': 'application/xml' }, body };
    },
  };
};
