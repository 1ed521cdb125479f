import type { RequestMembers } from '#src/cloud/request-members';

const TARGET = 'ServiceNamespace ResourceId ScalableDimension';

/** What Application Auto Scaling acts on. */
export const autoScalingMembers: RequestMembers = {
  model: 'application-autoscaling',
  inert: {
    'TargetTrackingScalingPolicyConfiguration.ScaleInCooldown': 'kept and described: nothing scales by itself here',
    'TargetTrackingScalingPolicyConfiguration.ScaleOutCooldown': 'kept and described: nothing scales by itself here',
    'TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Statistic':
      'kept and described: nothing scales by itself here',
    'StepScalingPolicyConfiguration.MetricAggregationType': 'the alarm has aggregated the metric already',
  },
  reads: {
    DeleteScalingPolicy: `PolicyName ${TARGET}`,
    DeregisterScalableTarget: TARGET,
    DescribeScalableTargets: 'ServiceNamespace ResourceIds ScalableDimension MaxResults NextToken',
    DescribeScalingPolicies: 'PolicyNames ServiceNamespace ResourceId ScalableDimension MaxResults NextToken',
    PutScalingPolicy: `PolicyName ${TARGET} PolicyType
      TargetTrackingScalingPolicyConfiguration{TargetValue PredefinedMetricSpecification{PredefinedMetricType}
        CustomizedMetricSpecification{Namespace MetricName Dimensions{Name Value}} DisableScaleIn}
      StepScalingPolicyConfiguration{AdjustmentType StepAdjustments{MetricIntervalLowerBound MetricIntervalUpperBound ScalingAdjustment}
        Cooldown}`,
    RegisterScalableTarget: `${TARGET} MinCapacity MaxCapacity SuspendedState`,
  },
};
