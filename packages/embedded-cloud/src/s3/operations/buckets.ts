import type { PreparedCall } from '#src/cloud/service';
import { bucketArn, requireBucket, type S3State } from '../state.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { S3Error } from '../wire/errors.ts';
import { parseXml, textAt, writeXml } from '../wire/xml.ts';
import { ownerElement, xmlResponse } from './listing-request.ts';
import { refuseAcl } from './object-description.ts';

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

/** CreateBucket */
export const createBucket = (s3: S3State, call: S3Call): PreparedCall => {
  checkBucketName(call.bucket);
  refuseAcl(call);
  return {
    operation: 'CreateBucket',
    authorize: [{ action: 's3:CreateBucket', resource: bucketArn(s3, call.bucket) }],
    execute: async () => {
      const { text } = await receiveText(call);
      const region =
        text === '' ? undefined : textAt(parseXml(text, 'CreateBucketConfiguration'), 'LocationConstraint');
      if (region !== undefined && region !== s3.context.region) {
        throw new S3Error(
          'IllegalLocationConstraintException',
          `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to: use ${s3.context.region}.`,
          400,
        );
      }
      if (s3.buckets.get(call.bucket)) {
        throw new S3Error(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          409,
          { BucketName: call.bucket },
        );
      }
      makeBucket(s3, call.bucket);
      return { status: 200, headers: { location: `/${call.bucket}` } };
    },
  };
};

/** DeleteBucket */
export const deleteBucket = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  return {
    operation: 'DeleteBucket',
    authorize: [{ action: 's3:DeleteBucket', resource: bucketArn(s3, call.bucket) }],
    execute: async () => {
      if (s3.buckets.remove(call.bucket)) return { status: 204 };
      throw new S3Error(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions and multipart uploads in the bucket.',
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

/** ListBuckets */
export const listBuckets = (s3: S3State, call: S3Call): PreparedCall => ({
  operation: 'ListBuckets',
  authorize: [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  execute: async () => {
    const prefix = call.query('prefix') ?? '';
    return xmlResponse('ListAllMyBucketsResult', {
      Owner: ownerElement(s3),
      Buckets: {
        Bucket: s3.buckets
          .all()
          .filter(({ name }) => name.startsWith(prefix))
          .map(({ name, created }) => ({
            Name: name,
            CreationDate: new Date(created).toISOString(),
            BucketRegion: s3.context.region,
          })),
      },
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
