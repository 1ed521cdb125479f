import { variantName } from '#domain/deployment/requests';
import type { ScalingSettings } from '#domain/deployment/scaling-settings';

/** A variant as Application Auto Scaling names it (API Reference, RegisterScalableTarget). */
export const scalableTarget = (endpointName: string) => ({
  ServiceNamespace: 'sagemaker' as const,
  ResourceId: `endpoint/${endpointName}/variant/${variantName}`,
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount' as const,
});

/**
 * The requests that have an endpoint scaled: RegisterScalableTarget's, then PutScalingPolicy's for target tracking of
 * `SageMakerVariantInvocationsPerInstance`, the average of requests a minute and instance (SageMaker Developer Guide, "Define a scaling
 * policy").
 */
export const scalingRequests = (
  endpointName: string,
  { min, max, invocationsPerInstance, scaleInSeconds, scaleOutSeconds }: ScalingSettings,
) => ({
  target: { ...scalableTarget(endpointName), MinCapacity: min, MaxCapacity: max },
  policy: {
    ...scalableTarget(endpointName),
    PolicyName: 'invocations-per-instance',
    PolicyType: 'TargetTrackingScaling' as const,
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: invocationsPerInstance,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' as const },
      ScaleInCooldown: scaleInSeconds,
      ScaleOutCooldown: scaleOutSeconds,
    },
  },
});
