import type { PreparedCall } from '#src/cloud/service';
import { onObject, toRead } from '../authorization.ts';
import { type Checksum, checksumElement, checksumHeader, combines, toAlgorithm } from '../checksums/algorithms.ts';
import { encryptionHeaders, keyAuthorization, requestedEncryption } from '../encryption.ts';
import { bucketEncryption, requireBucket, type S3State, versioningOf } from '../state.ts';
import { sliceExtents } from '../store/blobs.ts';
import type { Part, Upload, UploadDraft } from '../store/uploads.ts';
import { announcedAlgorithm } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument, invalidRequest, noSuchUpload } from '../wire/errors.ts';
import { parseCopyRange } from '../wire/range.ts';
import { writeXml } from '../wire/xml.ts';
import { parseCopySource, requireSource, resolveCopySource } from './copy-source.ts';
import { describeObject, headerTags } from './object-description.ts';
import { replaced, toWrite } from './put-object.ts';
import { digestExtents, storeBody } from './store-body.ts';

/** @throws S3Error NoSuchUpload */
export const requireUpload = (s3: S3State, call: S3Call): Upload => {
  requireBucket(s3, call.bucket);
  const id = call.query('uploadId') ?? '';
  const upload = s3.uploads.find(call.bucket, call.key, id);
  if (!upload) throw noSuchUpload(id);
  return upload;
};

/** S3 joins CRC checksums into one of the whole object; CRC64NVME, its default, always, and others on request. */
const checksumPlan = (call: S3Call): Pick<UploadDraft, 'algorithm' | 'checksumType' | 'chosen'> => {
  const named = call.header('x-amz-checksum-algorithm');
  const algorithm = named === undefined ? 'CRC64NVME' : toAlgorithm(named);
  if (algorithm === undefined) throw invalidRequest('Checksum algorithm provided is unsupported.');
  const usual: Checksum['type'] = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const checksumType = call.header('x-amz-checksum-type') ?? usual;
  const possible =
    checksumType === 'FULL_OBJECT' ? combines(algorithm) : checksumType === 'COMPOSITE' && algorithm !== 'CRC64NVME';
  if (!possible) {
    throw invalidRequest(
      `The ${checksumType} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, chosen: named !== undefined, checksumType: checksumType as Checksum['type'] };
};

/** CreateMultipartUpload */
export const createMultipartUpload = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const encryption = requestedEncryption(s3.context, call, bucketEncryption(s3, call.bucket));
  const tags = headerTags(call);
  const plan = checksumPlan(call);
  const draft: UploadDraft = { ...describeObject(call), encryption, tags, ...plan };
  return {
    operation: 'CreateMultipartUpload',
    authorize: toWrite(s3, call, encryption, tags),
    execute: async () => {
      const sequence = replaced(s3, call)?.sequence;
      const { id } = s3.uploads.create(call.bucket, call.key, s3.context.clock.now(), {
        ...draft,
        ...(sequence !== undefined && { replaces: sequence }),
      });
      return {
        status: 200,
        headers: {
          'content-type': 'application/xml',
          ...encryptionHeaders(encryption),
          'x-amz-checksum-algorithm': plan.algorithm,
          'x-amz-checksum-type': plan.checksumType,
        },
        body: writeXml('InitiateMultipartUploadResult', { Bucket: call.bucket, Key: call.key, UploadId: id }),
      };
    },
  };
};

const maximalPartNumber = 10_000;

const partNumberOf = (call: S3Call): number => {
  const text = call.query('partNumber') ?? '';
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= maximalPartNumber) return number;
  throw invalidArgument(
    `Part number must be an integer between 1 and ${maximalPartNumber}, inclusive`,
    'partNumber',
    text,
  );
};

/** A part must come with the checksum the upload was begun with; one joined of CRCs S3 can make by itself. */
const checkPartChecksum = (call: S3Call, { algorithm, chosen, checksumType }: UploadDraft): void => {
  const sent = announcedAlgorithm(call);
  if (!chosen || sent === algorithm || (sent === undefined && checksumType === 'FULL_OBJECT')) return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${sent?.toLowerCase() ?? 'null'}`,
  );
};

/** UploadPart */
export const uploadPart = (s3: S3State, call: S3Call): PreparedCall => {
  const { id, draft } = requireUpload(s3, call);
  const number = partNumberOf(call);
  checkPartChecksum(call, draft);
  return {
    operation: 'UploadPart',
    authorize: [
      onObject(s3, call, 's3:PutObject'),
      ...keyAuthorization(s3.context, 'kms:Decrypt', draft.encryption, call),
    ],
    execute: async () => {
      const { checksum, etag } = await storeBody(
        s3,
        call,
        draft.algorithm,
        (change, { extents, size, md5, checksum }) => {
          requireUpload(s3, call);
          const part: Part = {
            number,
            content: change.addContent(extents),
            size,
            etag: md5.toString('hex'),
            checksum,
            modified: s3.context.clock.now(),
          };
          s3.uploads.putPart(change, id, part);
          return part;
        },
      );
      return {
        status: 200,
        headers: {
          etag: `"${etag}"`,
          [checksumHeader(checksum.algorithm)]: checksum.value,
          ...encryptionHeaders(draft.encryption),
        },
      };
    },
  };
};

/** UploadPartCopy */
export const uploadPartCopy = (s3: S3State, call: S3Call): PreparedCall => {
  const { id, draft } = requireUpload(s3, call);
  const number = partNumberOf(call);
  const from = parseCopySource(s3, call);
  return {
    operation: 'UploadPartCopy',
    authorize: [
      ...toRead(s3, from),
      onObject(s3, call, 's3:PutObject'),
      ...keyAuthorization(s3.context, 'kms:Decrypt', draft.encryption, call),
    ],
    execute: async () => {
      const source = resolveCopySource(s3, call, from);
      const header = call.header('x-amz-copy-source-range');
      const range = header === undefined ? undefined : parseCopyRange(header, source.version.size);
      const extents = range ? sliceExtents(source.extents, range.first, range.last) : source.extents;
      const { md5, checksum } = await digestExtents(s3, extents, draft.algorithm);
      const modified = s3.context.clock.now();
      const etag = md5.toString('hex');
      await s3.catalog.change((change) => {
        requireUpload(s3, call);
        requireSource(s3, source);
        const size = extents.reduce((sum, { length }) => sum + length, 0);
        s3.uploads.putPart(change, id, { number, content: change.addContent(extents), size, etag, checksum, modified });
      });
      return {
        status: 200,
        headers: {
          'content-type': 'application/xml',
          ...encryptionHeaders(draft.encryption),
          ...(versioningOf(s3, from.bucket) === 'off'
            ? {}
            : { 'x-amz-copy-source-version-id': source.version.versionId }),
        },
        body: writeXml('CopyPartResult', {
          LastModified: new Date(modified).toISOString(),
          ETag: `"${etag}"`,
          [checksumElement(checksum.algorithm)]: checksum.value,
        }),
      };
    },
  };
};

/** AbortMultipartUpload */
export const abortMultipartUpload = (s3: S3State, call: S3Call): PreparedCall => {
  const { id } = requireUpload(s3, call);
  return {
    operation: 'AbortMultipartUpload',
    authorize: [onObject(s3, call, 's3:AbortMultipartUpload')],
    execute: async () => {
      await s3.catalog.change((change) => {
        requireUpload(s3, call);
        s3.uploads.remove(change, id);
      });
      return { status: 204 };
    },
  };
};
