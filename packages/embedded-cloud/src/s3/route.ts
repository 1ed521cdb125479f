import type { PreparedCall } from '#src/cloud/service';
import { configureBucket } from './operations/bucket-configuration.ts';
import { bucketPolicyCall } from './operations/bucket-policy.ts';
import { deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import { completeMultipartUpload } from './operations/complete-multipart.ts';
import { copyObject } from './operations/copy-object.ts';
import { createBucket } from './operations/create-bucket.ts';
import { deleteObject, deleteObjects } from './operations/delete-objects.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './operations/list-objects.ts';
import { listMultipartUploads, listParts } from './operations/list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './operations/multipart.ts';
import { getObjectAttributes } from './operations/object-attributes.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.ts';
import { putObject } from './operations/put-object.ts';
import type { S3State } from './state.ts';
import type { S3Call } from './wire/call.ts';
import { notImplemented, S3Error } from './wire/errors.ts';

type Operation = (s3: S3State, call: S3Call) => PreparedCall | Promise<PreparedCall>;

/** Sub-resources of S3 that are refused rather than taken for a plain read or write. */
const absent = [
  ...['accelerate', 'acl', 'analytics', 'intelligent-tiering', 'inventory', 'legal-hold', 'metadataTable', 'metrics'],
  ...['object-lock', 'policyStatus', 'renameObject', 'replication', 'requestPayment', 'restore', 'retention', 'select'],
  ...['session', 'torrent', 'website'],
];

const wrongMethod = (call: S3Call) =>
  new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    Method: call.request.method,
    ResourceType: call.key === '' ? 'BUCKET' : 'OBJECT',
  });

/** The first operation whose query parameter the request has; the last entry, without one, takes the rest. */
const choose = (
  call: S3Call,
  candidates: readonly (readonly [query: string | undefined, Operation])[],
): Operation | undefined => candidates.find(([query]) => query === undefined || call.query(query) !== undefined)?.[1];

const bucketOperation = (call: S3Call): Operation | undefined => {
  switch (call.request.method) {
    case 'GET':
      return choose(call, [
        ['location', getBucketLocation],
        ['versions', listObjectVersions],
        ['uploads', listMultipartUploads],
        [undefined, call.query('list-type') === '2' ? listObjectsV2 : listObjects],
      ]);
    case 'HEAD':
      return headBucket;
    case 'PUT':
      return createBucket;
    case 'POST':
      return choose(call, [['delete', deleteObjects]]);
    case 'DELETE':
      return deleteBucket;
    default:
      return undefined;
  }
};

const objectOperation = (call: S3Call): Operation | undefined => {
  const copies = call.header('x-amz-copy-source') !== undefined;
  switch (call.request.method) {
    case 'GET':
      return choose(call, [
        ['tagging', getObjectTagging],
        ['attributes', getObjectAttributes],
        ['uploadId', listParts],
        [undefined, getObject],
      ]);
    case 'HEAD':
      return headObject;
    case 'PUT':
      return choose(call, [
        ['tagging', putObjectTagging],
        ['uploadId', copies ? uploadPartCopy : uploadPart],
        [undefined, copies ? copyObject : putObject],
      ]);
    case 'POST':
      return choose(call, [
        ['uploads', createMultipartUpload],
        ['uploadId', completeMultipartUpload],
      ]);
    case 'DELETE':
      return choose(call, [
        ['tagging', deleteObjectTagging],
        ['uploadId', abortMultipartUpload],
        [undefined, deleteObject],
      ]);
    default:
      return undefined;
  }
};

/** Every bucket belongs to this account. @throws S3Error AccessDenied for a request that expects another owner */
const requireOwner = ({ context }: S3State, call: S3Call, header: string): void => {
  const expected = call.header(header);
  if (expected === undefined || expected === context.accountId) return;
  throw new S3Error('AccessDenied', `Access Denied: ${header} is ${expected}, the owner is ${context.accountId}.`, 403);
};

/**
 * Finds the operation a request asks for, as S3 does: by method, by what the path names, and by query parameter.
 * @throws S3Error NotImplemented, MethodNotAllowed, and whatever the operation refuses before it is authorised
 */
export const prepareCall = (s3: S3State, call: S3Call): PreparedCall | Promise<PreparedCall> => {
  if (call.bucket === '') {
    if (call.request.method === 'GET') return listBuckets(s3, call);
    throw wrongMethod(call);
  }
  requireOwner(s3, call, 'x-amz-expected-bucket-owner');
  requireOwner(s3, call, 'x-amz-source-expected-bucket-owner');
  const subresource = absent.find((name) => call.query(name) !== undefined);
  if (subresource !== undefined) throw notImplemented(`?${subresource}`);
  if (call.key === '') {
    if (call.query('policy') !== undefined) return bucketPolicyCall(s3, call);
    const configuring = configureBucket(s3, call);
    if (configuring) return configuring;
  }
  const operation = call.key === '' ? bucketOperation(call) : objectOperation(call);
  if (!operation) throw wrongMethod(call);
  return operation(s3, call);
};
