import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { once } from '#functions/aws/clients/once';

/** The process's only Application Auto Scaling client. */
export const autoScalingClient = once(() => new ApplicationAutoScalingClient({}));
