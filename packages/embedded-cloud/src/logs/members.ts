import type { RequestMembers } from '#src/cloud/request-members';

const LINES = 'logGroupName logGroupIdentifier startTime endTime nextToken limit startFromHead';

/** What CloudWatch Logs acts on. */
export const logsMembers: RequestMembers = {
  model: 'logs',
  refusal: ['InvalidParameterException', 400],
  inert: {
    interleaved: 'AWS ignores it too: lines are always interleaved (API Reference, FilterLogEvents)',
    unmask: 'no data protection policy masks anything',
  },
  reads: {
    DescribeLogGroups: 'logGroupNamePrefix logGroupNamePattern nextToken limit',
    DescribeLogStreams: 'logGroupName logGroupIdentifier logStreamNamePrefix orderBy descending nextToken limit',
    FilterLogEvents: `${LINES} logStreamNames logStreamNamePrefix filterPattern`,
    GetLogEvents: `${LINES} logStreamName`,
    PutRetentionPolicy: 'logGroupName retentionInDays',
  },
};
