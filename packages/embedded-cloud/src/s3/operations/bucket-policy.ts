import { LEFT_OUT_DOCUMENT } from '#src/cloud/left-out';
import type { PreparedCall } from '#src/cloud/service';
import { parsePolicy as readPolicy, type Statement } from '#src/iam/policy';
import { matchesWildcard } from '#src/iam/wildcard';
import type { PolicyDocument } from '../policy-document.ts';
import { refusePublicPolicy } from '../public-policy.ts';
import { bucketArn, requireBucket, type S3State } from '../state.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { S3Error } from '../wire/errors.ts';

const malformedPolicy = (message: string) => new S3Error('MalformedPolicy', message, 400);

/**
 * Reads a policy and checks its outline; its statements are interpreted when it is evaluated.
 * @throws S3Error MalformedPolicy
 */
const parsePolicy = (text: string): PolicyDocument => {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformedPolicy('Policies must be valid JSON and the first byte must be {');
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    throw malformedPolicy('Policies must be valid JSON and the first byte must be {');
  }
  const document = policy as PolicyDocument;
  const statements = document['Statement'];
  for (const statement of Array.isArray(statements) ? statements : [statements]) {
    const fields: Readonly<Record<string, unknown>> =
      typeof statement === 'object' && statement !== null ? statement : {};
    for (const [one, other] of [
      ['Effect'],
      ['Principal', 'NotPrincipal'],
      ['Action', 'NotAction'],
      ['Resource', 'NotResource'],
    ]) {
      if (fields[one ?? ''] !== undefined || (other !== undefined && fields[other] !== undefined)) continue;
      throw malformedPolicy(`Missing required field ${one}`);
    }
  }
  return document;
};

/** Whether a resource pattern can mean this bucket or its objects. */
const speaksOf = (arn: string, bucket: string): boolean =>
  arn === '*' || matchesWildcard(/^arn:[\w-]+:s3:::([^/]*)/.exec(arn)?.[1] ?? '', bucket);

/**
 * Refuses what S3 would not take: statements IAM cannot read, resources of other buckets, doors open to everybody.
 * @throws S3Error MalformedPolicy, AccessDenied
 */
export const checkBucketPolicy = (s3: S3State, bucket: string, policy: PolicyDocument): void => {
  let statements: readonly Statement[];
  try {
    statements = readPolicy(policy, `policy of bucket ${bucket}`, 'resource').statements;
  } catch (cause) {
    throw malformedPolicy(cause instanceof Error ? cause.message : String(cause));
  }
  for (const { resources = [], notResources = [] } of statements) {
    const foreign = [...resources, ...notResources].find((arn) => !speaksOf(arn, bucket));
    if (foreign !== undefined)
      throw malformedPolicy(`Policy has invalid resource ${foreign}: it must be ${bucketArn(s3, bucket)} or below.`);
  }
  refusePublicPolicy(s3, bucket, policy);
};

/** The policy of a bucket; undefined when it has none or there is no such bucket. */
export const bucketPolicy = ({ buckets }: S3State, bucket: string): PolicyDocument | undefined => {
  const text = buckets.document(bucket, 'policy');
  return typeof text === 'string' ? (JSON.parse(text) as PolicyDocument) : undefined;
};

export const setBucketPolicy = ({ buckets }: S3State, bucket: string, policy: PolicyDocument): void =>
  buckets.setDocument(bucket, 'policy', JSON.stringify(policy));

/** GetBucketPolicy, PutBucketPolicy and DeleteBucketPolicy */
export const bucketPolicyCall = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const verb = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' }[call.request.method];
  if (verb === undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
  }
  const execute = async () => {
    if (verb === 'Put') {
      const policy = parsePolicy((await receiveText(call)).text);
      checkBucketPolicy(s3, call.bucket, policy);
      setBucketPolicy(s3, call.bucket, policy);
      return { status: 204 };
    }
    if (verb === 'Delete') {
      s3.buckets.setDocument(call.bucket, 'policy', undefined);
      return { status: 204 };
    }
    const policy = bucketPolicy(s3, call.bucket);
    if (!policy) {
      throw new S3Error('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: call.bucket });
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
  };
  return {
    operation: `${verb}BucketPolicy`,
    authorize: [{ action: `s3:${verb}BucketPolicy`, resource: bucketArn(s3, call.bucket) }],
    input: verb === 'Put' ? { Policy: LEFT_OUT_DOCUMENT } : {},
    execute,
  };
};
