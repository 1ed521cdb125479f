import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';

/** What SageMaker logs jobs to (SageMaker Developer Guide, "CloudWatch Logs"). Each is shared by all jobs of a region. */
const jobGroups = new Set(['/aws/sagemaker/TrainingJobs', '/aws/sagemaker/TransformJobs']);

/**
 * Gives the log groups of jobs, and of this stage's endpoints, a retention where they have none. SageMaker creates them without one,
 * so they would be kept for ever. A retention that somebody set stays.
 */
export async function limitJobLogs(
  client: CloudWatchLogsClient,
  stage: string,
  retentionInDays: number,
): Promise<void> {
  const ours = `/aws/sagemaker/Endpoints/tidegate-${stage}-`;
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/sagemaker/', ...(nextToken && { nextToken }) }),
    );
    for (const { logGroupName: name = '', retentionInDays: days } of page.logGroups ?? []) {
      if (days !== undefined || !(jobGroups.has(name) || name.startsWith(ours))) continue;
      await client.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}
