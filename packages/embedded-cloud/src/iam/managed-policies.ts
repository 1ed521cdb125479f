import type { Policy } from './policy.ts';
import { parsePolicy } from './policy.ts';

const logsWrite = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/** The AWS managed policies known here, as published in the AWS Managed Policy Reference Guide. */
const DOCUMENTS: Readonly<Record<string, unknown>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Statement: [{ Effect: 'Allow', Action: logsWrite, Resource: '*' }],
  },
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess': {
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'xray:PutTraceSegments',
          'xray:PutTelemetryRecords',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          'xray:GetSamplingStatisticSummaries',
        ],
        Resource: '*',
      },
    ],
  },
  'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole': {
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...logsWrite],
        Resource: '*',
      },
    ],
  },
};

const read = new Map<string, Policy>();

/**
 * An AWS managed policy by ARN.
 * @throws Error naming the ARN when its text is not known here
 */
export function awsManagedPolicy(arn: string): Policy {
  const known = read.get(arn);
  if (known) return known;
  const document = DOCUMENTS[arn];
  if (!document) {
    throw new Error(
      `The embedded cloud does not hold the text of the managed policy ${arn}. Write its statements into the role instead (least privilege), or add it to src/iam/managed-policies.ts. Known: ${Object.keys(DOCUMENTS).join(', ')}.`,
    );
  }
  const policy = parsePolicy(document, `managed policy ${arn.split('/').at(-1)}`, 'identity');
  read.set(arn, policy);
  return policy;
}
