import type { CloudContext } from '#src/cloud/service';
import { policyArn } from './operations.ts';
import { addedBy, cooldownOf, variantOf } from './read-input.ts';
import type { ScaledEndpoints } from './scaled-endpoints.ts';
import type { AutoScalingStore } from './store.ts';

/**
 * Does what a step-scaling policy says, unless it did so within its cool-down or its target is suspended (Application Auto Scaling User
 * Guide, "Step scaling policies"). An endpoint that is changing is left alone: the alarm asks again.
 */
export async function executeStep(context: CloudContext, store: AutoScalingStore, arn: string): Promise<void> {
  const policy = store.policies().find((one) => policyArn(context, one) === arn);
  const target = policy && store.target(policy);
  if (policy?.type !== 'StepScaling' || !target || target.suspended['DynamicScalingOutSuspended']) return;
  const now = context.clock.now();
  if (policy.actedAt !== undefined && now - policy.actedAt < cooldownOf(policy)) return;
  const { endpoint, variant } = variantOf(policy);
  const endpoints = context.service<ScaledEndpoints>('sagemaker');
  if (await endpoints.addInstances(endpoint, variant, { by: addedBy(policy), max: target.max })) {
    store.putPolicy({ ...policy, actedAt: now });
  }
}
