import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Scaling } from '#functions/ports/scaling';

/** The Application Auto Scaling adapter. */
export const scaling = (client: ApplicationAutoScalingClient): Scaling => ({
  async start({ target, policy }) {
    await client.send(new RegisterScalableTargetCommand(target));
    await client.send(new PutScalingPolicyCommand(policy));
  },
  /** The policies go with the target. */
  async stop(target) {
    try {
      await client.send(new DeregisterScalableTargetCommand(target));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ObjectNotFoundException')) throw error;
    }
  },
});
