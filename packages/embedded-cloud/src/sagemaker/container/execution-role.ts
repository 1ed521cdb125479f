import { findService } from '#src/cloud/find-service';
import type { AuthorizationRequest, CloudContext } from '#src/cloud/service';
import type { LogsService } from '#src/logs/service';

const actAs = (
  cloud: CloudContext,
  roleArn: string,
  operation: string,
  authorize: readonly AuthorizationRequest[],
): string | undefined => cloud.actAs({ roleArn, sessionName: 'SageMaker', service: 'sagemaker', operation, authorize });

/**
 * The ARN of an image's repository in Amazon ECR; undefined for an image of another registry.
 * @param image `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`
 */
export const repositoryArn = (image: string): string | undefined => {
  const [, account, region, repository] =
    /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image) ?? [];
  return repository === undefined ? undefined : `arn:aws:ecr:${region}:${account}:repository/${repository}`;
};

/**
 * What SageMaker needs of the execution role to pull an image from Amazon ECR (Developer Guide, "CreateTrainingJob API:
 * Execution Role Permissions").
 * @param image `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`; one that is not ECR's needs nothing
 * @returns the refusal; undefined when it may be pulled
 */
export const imagePullRefusal = (cloud: CloudContext, roleArn: string, image: string): string | undefined => {
  const resource = repositoryArn(image);
  if (resource === undefined) return undefined;
  return actAs(cloud, roleArn, 'PullImage', [
    { action: 'ecr:GetAuthorizationToken', resource: '*' },
    { action: 'ecr:BatchCheckLayerAvailability', resource },
    { action: 'ecr:GetDownloadUrlForLayer', resource },
    { action: 'ecr:BatchGetImage', resource },
  ]);
};

/**
 * Checks the logs and metrics of a container against its role (same source). Without the rights they are missing on
 * AWS and the job continues, so here the refusal is only logged.
 * @param group below `/aws/sagemaker/`
 */
export const mayReport = (cloud: CloudContext, roleArn: string, group: string): void => {
  const logGroup = `arn:aws:logs:${cloud.region}:${cloud.accountId}:log-group:/aws/sagemaker/${group}`;
  const refusal =
    actAs(
      cloud,
      roleArn,
      'WriteLogs',
      ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents', 'DescribeLogStreams'].map((action) => ({
        action: `logs:${action}`,
        resource: logGroup,
      })),
    ) ??
    actAs(cloud, roleArn, 'PutMetrics', [
      {
        action: 'cloudwatch:PutMetricData',
        resource: '*',
        context: { 'cloudwatch:namespace': `/aws/sagemaker/${group.split('/')[0]}` },
      },
    ]);
  if (refusal !== undefined) cloud.log('warn', refusal, { roleArn, group });
  else findService<LogsService>(cloud, 'logs')?.ensureGroup(`/aws/sagemaker/${group}`);
};
