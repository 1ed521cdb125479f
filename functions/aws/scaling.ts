import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { type CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { alarms } from '#functions/aws/alarms';
import type { Scaling } from '#functions/ports/scaling';

/** The adapter of Application Auto Scaling, and of the alarm that calls one of its policies. */
export const scaling = (client: ApplicationAutoScalingClient, cloudWatch: CloudWatchClient): Scaling => ({
  async start({ target, policy, wake }) {
    await client.send(new RegisterScalableTargetCommand(target));
    await client.send(new PutScalingPolicyCommand(policy));
    if (!wake) return;
    const { PolicyARN = '' } = await client.send(new PutScalingPolicyCommand(wake.policy));
    await cloudWatch.send(new PutMetricAlarmCommand({ ...wake.alarm, AlarmActions: [PolicyARN] }));
  },
  /** The policies go with the target. */
  async stop({ target, alarm }) {
    await alarms(cloudWatch).remove([alarm]);
    try {
      await client.send(new DeregisterScalableTargetCommand(target));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ObjectNotFoundException')) throw error;
    }
  },
});
