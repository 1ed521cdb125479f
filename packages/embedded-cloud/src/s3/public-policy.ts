import { parsePolicy, type Statement } from '#src/iam/policy';
import type { PolicyDocument } from './policy-document.ts';
import type { S3State } from './state.ts';
import { S3Error } from './wire/errors.ts';
import { textAt } from './wire/xml.ts';

/** Conditions that tie a statement for everybody to somebody (S3 User Guide, "The meaning of public"). */
const TYING = new Set(
  [
    'aws:SourceIp',
    'aws:SourceArn',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:SourceOwner',
    'aws:SourceAccount',
    'aws:userid',
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:PrincipalOrgID',
    'aws:PrincipalOrgPaths',
    's3:DataAccessPointAccount',
    's3:DataAccessPointArn',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
  ].map((key) => key.toLowerCase()),
);

const isForEverybody = ({ principals, notPrincipals }: Statement): boolean =>
  notPrincipals !== undefined ||
  principals === '*' ||
  (principals !== undefined && Object.values(principals).some((names) => names.includes('*')));

/** Negated operators admit everyone but a few, and a wildcard restricts no one. */
const ties = ({ conditions }: Statement): boolean =>
  conditions.some(
    ({ operator, key, values }) =>
      TYING.has(key.toLowerCase()) &&
      !/Not|IfExists|Null/.test(operator) &&
      values.every((value) => value !== '*' && !/[/:]0$/.test(value)),
  );

/**
 * Checks a policy against the bucket's public access block.
 * @throws S3Error AccessDenied for a policy that opens the bucket to everybody
 */
export const refusePublicPolicy = (s3: S3State, bucket: string, document: PolicyDocument): void => {
  if (textAt(s3.buckets.document(bucket, 'publicAccessBlock'), 'BlockPublicPolicy') !== 'true') return;
  const { statements } = parsePolicy(document, `policy of bucket ${bucket}`, 'resource');
  const open = statements.findIndex(
    (statement) => statement.effect === 'Allow' && isForEverybody(statement) && !ties(statement),
  );
  if (open < 0) return;
  throw new S3Error(
    'AccessDenied',
    `s3:PutBucketPolicy on bucket ${bucket} is refused: statement ${open + 1} opens it to everybody, and public policies are blocked by the BlockPublicPolicy setting in S3 Block Public Access. Name the principals, or tie the statement by a condition such as aws:SourceArn.`,
    403,
  );
};
