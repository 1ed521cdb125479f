import type { BacklogScaling } from '#domain/deployment/asynchronous';
import { variantName } from '#domain/deployment/requests';
import type { ScalingSettings } from '#domain/deployment/scaling-settings';

/** How an endpoint is scaled: by the requests that it receives, or by those that wait. */
export type EndpointScaling = ScalingSettings | BacklogScaling;

/** A variant as Application Auto Scaling names it (API Reference, RegisterScalableTarget). */
export const scalableTarget = (endpointName: string) => ({
  ServiceNamespace: 'sagemaker' as const,
  ResourceId: `endpoint/${endpointName}/variant/${variantName}`,
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount' as const,
});

/** The alarm that wakes an endpoint without instances. It exists only for one that may scale to zero. */
export const wakeAlarmName = (endpointName: string): string => `${endpointName}-wake`;

/** What ends the scaling of an endpoint, of whatever kind it was. */
export const scalingEnd = (endpointName: string) => ({
  target: scalableTarget(endpointName),
  alarm: wakeAlarmName(endpointName),
});

const ofEndpoint = (endpointName: string) => [{ Name: 'EndpointName', Value: endpointName }];

/** What a target-tracking policy keeps at its value, per instance, and the policy's name. */
const tracked = (endpointName: string, settings: EndpointScaling) =>
  'backlogPerInstance' in settings
    ? {
        PolicyName: 'backlog-per-instance',
        TargetValue: settings.backlogPerInstance,
        metric: {
          CustomizedMetricSpecification: {
            Namespace: 'AWS/SageMaker',
            MetricName: 'ApproximateBacklogSizePerInstance',
            Dimensions: ofEndpoint(endpointName),
            Statistic: 'Average' as const,
          },
        },
      }
    : {
        PolicyName: 'invocations-per-instance',
        TargetValue: settings.invocationsPerInstance,
        metric: {
          PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' as const },
        },
      };

/**
 * What wakes an endpoint without instances: a policy that adds one, and the alarm that calls it as soon as a request waits. Target
 * tracking alone would wait for more requests than its target (SageMaker Developer Guide, "Autoscale an asynchronous endpoint").
 */
const wake = (endpointName: string, { scaleOutSeconds }: Pick<EndpointScaling, 'scaleOutSeconds'>) => ({
  policy: {
    ...scalableTarget(endpointName),
    PolicyName: 'wake',
    PolicyType: 'StepScaling' as const,
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'ChangeInCapacity' as const,
      MetricAggregationType: 'Average' as const,
      Cooldown: scaleOutSeconds,
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
    },
  },
  alarm: {
    AlarmName: wakeAlarmName(endpointName),
    AlarmDescription: `Requests wait and ${endpointName} has no instances: it gets one.`,
    Namespace: 'AWS/SageMaker',
    MetricName: 'HasBacklogWithoutCapacity',
    Dimensions: ofEndpoint(endpointName),
    Statistic: 'Average' as const,
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold' as const,
    TreatMissingData: 'notBreaching',
  },
});

/**
 * The requests that have an endpoint scaled: RegisterScalableTarget's, then PutScalingPolicy's for target tracking of
 * `SageMakerVariantInvocationsPerInstance`, the average of requests a minute and instance (SageMaker Developer Guide, "Define a scaling
 * policy"), or of an asynchronous endpoint's `ApproximateBacklogSizePerInstance`. One that may have no instances is woken too.
 */
export function scalingRequests(endpointName: string, settings: EndpointScaling) {
  const { min, max, scaleInSeconds, scaleOutSeconds } = settings;
  const { PolicyName, TargetValue, metric } = tracked(endpointName, settings);
  return {
    target: { ...scalableTarget(endpointName), MinCapacity: min, MaxCapacity: max },
    policy: {
      ...scalableTarget(endpointName),
      PolicyName,
      PolicyType: 'TargetTrackingScaling' as const,
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue,
        ...metric,
        ScaleInCooldown: scaleInSeconds,
        ScaleOutCooldown: scaleOutSeconds,
      },
    },
    ...(min === 0 ? { wake: wake(endpointName, settings) } : {}),
  };
}
