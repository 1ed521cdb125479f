import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { once } from '#functions/aws/clients/once';

/** The process's only CloudWatch Logs client. */
export const logsClient = once(() => new CloudWatchLogsClient({}));
