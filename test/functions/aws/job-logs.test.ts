import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { limitJobLogs } from '#functions/aws/job-logs';

it('gives a retention to the groups of jobs and of the stage’s endpoints that have none, on every page', async () => {
  const mock = mockClient(CloudWatchLogsClient);
  mock.on(DescribeLogGroupsCommand).resolves({
    logGroups: [
      { logGroupName: '/aws/sagemaker/Endpoints/other' },
      { logGroupName: '/aws/sagemaker/Endpoints/tidegate-dev-loan' },
      { logGroupName: '/aws/sagemaker/Endpoints/tidegate-prod-loan' },
      { logGroupName: '/aws/sagemaker/ProcessingJobs' },
    ],
    nextToken: 'more',
  });
  mock.on(DescribeLogGroupsCommand, { nextToken: 'more' }).resolves({
    logGroups: [
      { logGroupName: '/aws/sagemaker/TrainingJobs', retentionInDays: 365 },
      { logGroupName: '/aws/sagemaker/TransformJobs' },
    ],
  });

  await limitJobLogs(new CloudWatchLogsClient({}), 'dev', 30);

  expect(mock.commandCalls(PutRetentionPolicyCommand).map((call) => call.args[0].input)).toEqual([
    { logGroupName: '/aws/sagemaker/Endpoints/tidegate-dev-loan', retentionInDays: 30 },
    { logGroupName: '/aws/sagemaker/TransformJobs', retentionInDays: 30 },
  ]);
});
