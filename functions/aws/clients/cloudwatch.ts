import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { once } from '#functions/aws/clients/once';

/** The process's only CloudWatch client. */
export const cloudWatchClient = once(() => new CloudWatchClient({}));
