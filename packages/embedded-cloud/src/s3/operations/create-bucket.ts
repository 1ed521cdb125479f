import type { PreparedCall } from '#src/cloud/service';
import { bucketArn, type S3State } from '../state.ts';
import type { Tags } from '../store/versions.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument, notImplemented, S3Error } from '../wire/errors.ts';
import { childAt, parseXml, textAt } from '../wire/xml.ts';
import { checkBucketName, makeBucket } from './buckets.ts';
import { refuseAcl } from './object-description.ts';
import { parseTagSet, tagSetElement } from './object-tagging.ts';

/** Tags a bucket may have. */
const maximalTags = 50;

/** What the request's document says; members of it that have no effect here are refused. */
const readDocument = (s3: S3State, text: string): { readonly tags: Tags } => {
  const document = text === '' ? {} : parseXml(text, 'CreateBucketConfiguration');
  const members = typeof document === 'object' ? Object.keys(document) : [];
  const unread = members.filter((name) => name !== 'LocationConstraint' && name !== 'Tags');
  if (unread.length > 0) throw notImplemented(`CreateBucketConfiguration.${unread.join(', ')}`);
  const region = textAt(document, 'LocationConstraint');
  if (region !== undefined && region !== s3.context.region) {
    throw new S3Error(
      'IllegalLocationConstraintException',
      `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to: use ${s3.context.region}.`,
      400,
    );
  }
  const tags = childAt(document, 'Tags');
  return { tags: tags === undefined ? {} : parseTagSet({ TagSet: tags }, maximalTags) };
};

const ownerships = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];

const requestedOwnership = (call: S3Call): string | undefined => {
  const ownership = call.header('x-amz-object-ownership');
  if (ownership === undefined || ownerships.includes(ownership)) return ownership;
  throw invalidArgument('Invalid x-amz-object-ownership header', 'x-amz-object-ownership', ownership);
};

/** CreateBucket */
export const createBucket = async (s3: S3State, call: S3Call): Promise<PreparedCall> => {
  checkBucketName(call.bucket);
  refuseAcl(call);
  const ownership = requestedOwnership(call);
  const { tags } = readDocument(s3, (await receiveText(call)).text);
  return {
    operation: 'CreateBucket',
    authorize: [{ action: 's3:CreateBucket', resource: bucketArn(s3, call.bucket) }],
    execute: async () => {
      if (s3.buckets.get(call.bucket)) {
        throw new S3Error(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          409,
          { BucketName: call.bucket },
        );
      }
      s3.catalog.database.transaction(() => {
        makeBucket(s3, call.bucket);
        if (ownership !== undefined)
          s3.buckets.setDocument(call.bucket, 'ownershipControls', { Rule: { ObjectOwnership: ownership } });
        if (Object.keys(tags).length > 0) s3.buckets.setDocument(call.bucket, 'tagging', tagSetElement(tags));
      });
      return { status: 200, headers: { location: `/${call.bucket}` } };
    },
  };
};
