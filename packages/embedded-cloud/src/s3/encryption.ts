import type { AuthorizationRequest, CloudContext } from '#src/cloud/service';
import { isAwsManaged, keyArnOf, keyUse } from '#src/kms/key-use';
import type { S3Call } from './wire/call.ts';
import { invalidArgument, notImplemented } from './wire/errors.ts';
import { childAt, textAt, type XmlNode } from './wire/xml.ts';

/** How an object is encrypted at rest: recorded, answered and authorised as on AWS; the files themselves are plain. */
export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** Absent with the AWS managed key, which every principal of the account may use through S3. */
  readonly keyArn?: string;
  readonly bucketKey?: boolean;
}

type Place = Pick<CloudContext, 'partition' | 'accountId' | 'region' | 'service'>;

const toEncryption = (
  place: Place,
  algorithm: string,
  key: string | undefined,
  bucketKey: string | undefined,
): Encryption => {
  checkAlgorithm(algorithm);
  if (algorithm === 'AES256') return { algorithm };
  return {
    algorithm,
    ...(key && !isAwsManaged(key) ? { keyArn: keyArnOf(place, key) } : {}),
    ...(bucketKey === undefined ? {} : { bucketKey: bucketKey === 'true' }),
  };
};

/** @throws S3Error InvalidArgument */
function checkAlgorithm(algorithm: string): asserts algorithm is Encryption['algorithm'] {
  if (algorithm === 'AES256' || algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse') return;
  throw invalidArgument('The encryption method specified is not supported', 'x-amz-server-side-encryption', algorithm);
}

/** Whether S3 takes a ServerSideEncryptionConfiguration; it does not look for the key. @throws S3Error InvalidArgument */
export const checkEncryptionDocument = (document: XmlNode): void =>
  checkAlgorithm(textAt(childAt(document, 'Rule'), 'ApplyServerSideEncryptionByDefault', 'SSEAlgorithm') ?? 'AES256');

/** @param document the bucket's ServerSideEncryptionConfiguration; S3 encrypts with AES256 when there is none. */
export const defaultEncryption = (place: Place, document: XmlNode | undefined): Encryption => {
  const rule = childAt(document, 'Rule');
  const algorithm = textAt(rule, 'ApplyServerSideEncryptionByDefault', 'SSEAlgorithm');
  const key = textAt(rule, 'ApplyServerSideEncryptionByDefault', 'KMSMasterKeyID');
  return toEncryption(place, algorithm ?? 'AES256', key, textAt(rule, 'BucketKeyEnabled'));
};

/** The encryption a write asks for, else the bucket's. */
export const requestedEncryption = (place: Place, call: S3Call, bucketDefault: Encryption): Encryption => {
  if (call.header('x-amz-server-side-encryption-customer-algorithm') !== undefined) {
    throw notImplemented('encryption with keys the client provides (SSE-C)');
  }
  const algorithm = call.header('x-amz-server-side-encryption');
  const bucketKey = call.header('x-amz-server-side-encryption-bucket-key-enabled');
  if (algorithm === undefined) {
    return bucketKey === undefined ? bucketDefault : { ...bucketDefault, bucketKey: bucketKey === 'true' };
  }
  const key = call.header('x-amz-server-side-encryption-aws-kms-key-id');
  const inherited = bucketDefault.algorithm === algorithm ? bucketDefault : undefined;
  const inheritedBucketKey = inherited?.bucketKey === undefined ? undefined : String(inherited.bucketKey);
  return toEncryption(place, algorithm, key ?? inherited?.keyArn, bucketKey ?? inheritedBucketKey);
};

/** The headers that show a client how an object is encrypted. */
export const encryptionHeaders = ({ algorithm, keyArn, bucketKey }: Encryption): Record<string, string> => ({
  'x-amz-server-side-encryption': algorithm,
  ...(keyArn === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': keyArn }),
  ...(bucketKey ? { 'x-amz-server-side-encryption-bucket-key-enabled': 'true' } : {}),
});

/**
 * What S3 asks of KMS in the caller's name: `kms:GenerateDataKey` to write, `kms:Decrypt` to read. The encryption
 * context is the bucket's ARN with an S3 bucket key, else the object's.
 */
export const keyAuthorization = (
  place: Place,
  action: 'kms:GenerateDataKey' | 'kms:Decrypt',
  { keyArn, bucketKey }: Encryption,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): AuthorizationRequest[] => {
  if (keyArn === undefined) return [];
  const object = `arn:${place.partition}:s3:::${bucket}`;
  const encryptionContext = { 'aws:s3:arn': bucketKey ? object : `${object}/${key}` };
  return keyUse(place, { actions: [action], key: keyArn, via: 's3', encryptionContext });
};
