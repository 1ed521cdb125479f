import { createHash } from 'node:crypto';
import type { PreparedCall } from '#src/cloud/service';
import { onObject } from '../authorization.ts';
import { checksumAlgorithms, checksumElement, checksumHeader, checksumOfParts } from '../checksums/algorithms.ts';
import { type Encryption, encryptionHeaders, keyAuthorization } from '../encryption.ts';
import { announce } from '../events.ts';
import { requireBucket, type S3State, versioningOf } from '../state.ts';
import type { Change } from '../store/catalog.ts';
import type { Part, Upload, UploadDraft } from '../store/uploads.ts';
import type { ObjectVersion } from '../store/versions.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { checkCompletion } from '../wire/conditions.ts';
import { invalidRequest, noSuchUpload, S3Error } from '../wire/errors.ts';
import { writeXml } from '../wire/xml.ts';
import { chooseParts, type NamedPart, parseNamedParts } from './named-parts.ts';
import { versionHeaders } from './object-description.ts';
import { replaced, shownVersion, writeConditions } from './put-object.ts';

/** MD5 of the parts' MD5s, followed by their number: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
const etagOfParts = (parts: readonly Part[]): string => {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
};

/** A client that chose composite checksums repeats those of the parts here. */
const requireChecksums = ({ algorithm, chosen, checksumType }: UploadDraft, named: readonly NamedPart[]): void => {
  if (!chosen || checksumType !== 'COMPOSITE') return;
  const without = named.find(({ checksums }) => checksums[checksumElement(algorithm)] === undefined);
  if (!without) return;
  const [other] = Object.keys(without.checksums);
  if (other !== undefined) {
    const name = other.replace('Checksum', '').toLowerCase();
    throw new S3Error(
      'BadDigest',
      `The ${name} you specified for part ${without.number} did not match what we received.`,
      400,
    );
  }
  throw invalidRequest(
    `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${without.number} in the request.`,
  );
};

/** The checksum type, where the request names one, is that of the upload. */
const requireSameType = (call: S3Call, { checksumType }: UploadDraft): void => {
  const given = call.header('x-amz-checksum-type');
  if (given === undefined || given === checksumType) return;
  throw invalidRequest(
    `The upload was created using the ${checksumType} checksum mode. The complete request must use the same checksum mode.`,
  );
};

const complete = (
  s3: S3State,
  call: S3Call,
  change: Change,
  upload: Upload,
  named: readonly NamedPart[],
): ObjectVersion => {
  const { bucket, key, id, draft } = upload;
  checkCompletion(writeConditions(call), key, replaced(s3, call), draft.replaces);
  requireSameType(call, draft);
  requireChecksums(draft, named);
  const parts = chooseParts(s3.uploads.parts(id), named);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const announcedSize = call.header('x-amz-mp-object-size');
  if (announcedSize !== undefined && Number(announcedSize) !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${announcedSize} does not match what was computed: ${size}`,
    );
  }
  const { headers, metadata, encryption, storageClass, tags, algorithm, checksumType } = draft;
  const pieces = parts.map((part) => ({ value: part.checksum.value, size: part.size }));
  const checksum = checksumOfParts(algorithm, checksumType, pieces);
  const sent = checksumAlgorithms.filter((name) => call.header(checksumHeader(name)) !== undefined);
  const announced = call.header(checksumHeader(algorithm));
  if (sent.some((name) => name !== algorithm) || (announced !== undefined && announced !== checksum.value)) {
    throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, 400);
  }
  const extents = parts.flatMap(({ content }) => s3.catalog.extentsOf(content) ?? []);
  const version = s3.versions.put(change, versioningOf(s3, bucket), {
    bucket,
    key,
    extents,
    size,
    etag: etagOfParts(parts),
    modified: s3.context.clock.now(),
    record: {
      headers,
      metadata,
      encryption,
      storageClass,
      checksum,
      parts: parts.map((part) => ({ number: part.number, size: part.size, checksum: part.checksum })),
      uploadId: id,
    },
    tags,
  });
  s3.uploads.remove(change, id);
  return version;
};

const answer = (s3: S3State, call: S3Call, version: ObjectVersion) => {
  const { algorithm, type, value } = version.record.checksum;
  const location = `http://${call.request.headers['host'] ?? 'localhost'}${call.request.path}`;
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...encryptionHeaders(version.record.encryption),
      ...versionHeaders(versioningOf(s3, call.bucket), version.versionId),
    },
    body: writeXml('CompleteMultipartUploadResult', {
      Location: location,
      Bucket: call.bucket,
      Key: call.key,
      ETag: `"${version.etag}"`,
      ChecksumType: type,
      [checksumElement(algorithm)]: value,
    }),
  };
};

const keyOf = (upload: Upload | undefined, finished: ObjectVersion | undefined): Encryption =>
  upload?.draft.encryption ?? finished?.record.encryption ?? { algorithm: 'AES256' };

/** CompleteMultipartUpload. No byte is copied; completing a finished upload again answers as it did the first time. */
export const completeMultipartUpload = async (s3: S3State, call: S3Call): Promise<PreparedCall> => {
  requireBucket(s3, call.bucket);
  const id = call.query('uploadId') ?? '';
  const upload = s3.uploads.find(call.bucket, call.key, id);
  const finished = upload
    ? undefined
    : s3.versions.all(call.bucket, call.key).find(({ record }) => record.uploadId === id);
  if (!upload && !finished) throw noSuchUpload(id);
  const named = parseNamedParts((await receiveText(withoutChecksums(call))).text);
  return {
    operation: 'CompleteMultipartUpload',
    authorize: [
      onObject(s3, call, 's3:PutObject'),
      ...keyAuthorization(s3.context, 'kms:Decrypt', keyOf(upload, finished), call),
    ],
    input: {
      MultipartUpload: {
        Parts: named.map(({ number, etag, checksums }) => ({ PartNumber: number, ETag: etag, ...checksums })),
      },
    },
    execute: async () => {
      if (finished) return answer(s3, call, finished);
      const version = await s3.catalog.change((change) => {
        const current = s3.uploads.find(call.bucket, call.key, id);
        if (!current) throw noSuchUpload(id);
        const completed = complete(s3, call, change, current, named);
        announce(
          s3,
          { type: 'Object Created', reason: 'CompleteMultipartUpload' },
          { ...completed, versionId: shownVersion(s3, completed) },
          call.request,
        );
        return completed;
      });
      return answer(s3, call, version);
    },
  };
};

/** The checksum headers of this request are the object's, not those of the body that lists its parts. */
const withoutChecksums = (call: S3Call): S3Call => ({
  ...call,
  header: (name) =>
    name.startsWith('x-amz-checksum-') || name === 'x-amz-sdk-checksum-algorithm' ? undefined : call.header(name),
});
