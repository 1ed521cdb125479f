import { pageAfter } from '#src/cloud/paging';
import type { PreparedCall } from '#src/cloud/service';
import { bucketArn, requireBucket, type S3State } from '../state.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument, S3Error } from '../wire/errors.ts';
import { writeXml } from '../wire/xml.ts';
import { ownerElement, xmlResponse } from './listing-request.ts';

/**
 * Checks a bucket's name: 3 to 63 lower-case letters, digits, hyphens and dots, and no IP address.
 * @throws S3Error InvalidBucketName
 */
export const checkBucketName = (name: string): void => {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  if (wellFormed && !/^\d+\.\d+\.\d+\.\d+$/.test(name)) return;
  throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
};

/** Makes a bucket as S3 makes them: public access blocked, access control lists off. */
export const makeBucket = (s3: S3State, name: string): void =>
  s3.catalog.database.transaction(() => {
    s3.buckets.create(name, s3.context.clock.now());
    s3.buckets.setDocument(name, 'ownershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } });
    s3.buckets.setDocument(name, 'publicAccessBlock', {
      BlockPublicAcls: 'true',
      IgnorePublicAcls: 'true',
      BlockPublicPolicy: 'true',
      RestrictPublicBuckets: 'true',
    });
  });

/**
 * Removes a bucket without objects, and the uploads begun in it.
 * @returns false, and removes nothing, when it holds a version
 */
export const removeBucket = (s3: S3State, name: string): Promise<boolean> =>
  s3.catalog.change((change) => {
    if (s3.buckets.holdsVersions(name)) return false;
    s3.uploads.removeAll(change, name);
    s3.buckets.remove(name);
    return true;
  });

/** DeleteBucket */
export const deleteBucket = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  return {
    operation: 'DeleteBucket',
    authorize: [{ action: 's3:DeleteBucket', resource: bucketArn(s3, call.bucket) }],
    execute: async () => {
      if (await removeBucket(s3, call.bucket)) return { status: 204 };
      throw new S3Error(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
        409,
        { BucketName: call.bucket },
      );
    },
  };
};

/** HeadBucket */
export const headBucket = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  return {
    operation: 'HeadBucket',
    authorize: [{ action: 's3:ListBucket', resource: bucketArn(s3, call.bucket) }],
    execute: async () => ({
      status: 200,
      headers: { 'x-amz-bucket-region': s3.context.region, 'x-amz-access-point-alias': 'false' },
    }),
  };
};

/** API Reference, ListBuckets: max-buckets. */
const maximalBuckets = 10_000;

const bucketLimit = (call: S3Call): number => {
  const text = call.query('max-buckets') ?? '';
  const limit = text === '' ? maximalBuckets : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= maximalBuckets) return limit;
  throw invalidArgument(`Argument max-buckets must be an integer between 1 and ${maximalBuckets}`, 'max-buckets', text);
};

/** ListBuckets */
export const listBuckets = (s3: S3State, call: S3Call): PreparedCall => ({
  operation: 'ListBuckets',
  authorize: [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  execute: async () => {
    const prefix = call.query('prefix') ?? '';
    const { region } = s3.context;
    const token = call.query('continuation-token');
    const found = (call.query('bucket-region') ?? region) === region ? s3.buckets.all() : [];
    const { items, next } = pageAfter(
      found.filter(({ name }) => name.startsWith(prefix)),
      ({ name }) => name,
      bucketLimit(call),
      token,
      () => invalidArgument('The continuation token provided is incorrect', 'continuation-token', token ?? ''),
    );
    return xmlResponse('ListAllMyBucketsResult', {
      Owner: ownerElement(s3),
      Buckets: {
        Bucket: items.map(({ name, created }) => ({
          Name: name,
          CreationDate: new Date(created).toISOString(),
          BucketRegion: region,
        })),
      },
      ContinuationToken: next,
      Prefix: prefix === '' ? undefined : prefix,
    });
  },
});

/** GetBucketLocation: `us-east-1` is written as nothing at all. */
export const getBucketLocation = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const { region } = s3.context;
  return {
    operation: 'GetBucketLocation',
    authorize: [{ action: 's3:GetBucketLocation', resource: bucketArn(s3, call.bucket) }],
    execute: async () => ({
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: writeXml('LocationConstraint', region === 'us-east-1' ? '' : region),
    }),
  };
};
