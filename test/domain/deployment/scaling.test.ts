import fc from 'fast-check';
import { expect, it } from 'vitest';
import { retainedCapacity } from '#domain/deployment/requests';
import { scalableTarget, scalingEnd, scalingRequests } from '#domain/deployment/scaling';
import { scalingProblem, scalingSchema } from '#domain/deployment/scaling-settings';
import { deploymentSchema } from '#domain/deployment/settings';

const settings = { min: 1, max: 4, invocationsPerInstance: 700, scaleInSeconds: 600, scaleOutSeconds: 60 };

it('scaling has pauses of five minutes without a setting', () => {
  expect(scalingSchema.parse({ min: 1, max: 2, invocationsPerInstance: 0.5 })).toMatchObject({
    scaleInSeconds: 300,
    scaleOutSeconds: 300,
  });
});

it.each([
  [{ min: 0 }, 'min'],
  [{ max: 101 }, 'max'],
  [{ invocationsPerInstance: 0 }, 'invocationsPerInstance'],
  [{ scaleInSeconds: -1 }, 'scaleInSeconds'],
  [{ scaleOutSeconds: 90_000 }, 'scaleOutSeconds'],
])('scaling with %o is refused', (change, field) => {
  const { error } = deploymentSchema.safeParse({ scaling: { ...settings, ...change } });

  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([`scaling.${field}`]);
});

it.each([
  [{ min: 3, max: 2 }, 3, ['scaling', 'max'], 'must be at least min, 3'],
  [{ min: 2, max: 4 }, 1, ['instances', 'count'], 'an endpoint begins with 1; scaling keeps it between 2 and 4'],
  [{ min: 1, max: 4 }, 5, ['instances', 'count'], 'an endpoint begins with 5; scaling keeps it between 1 and 4'],
])('scaling from %o with %i instances at first is refused', (bounds, count, path, message) => {
  const { error } = deploymentSchema.safeParse({ scaling: { ...settings, ...bounds }, instances: { count } });

  expect(error?.issues).toMatchObject([{ path, message }]);
});

it('scaling has no problem exactly where its bounds hold the first number of instances', () => {
  const number = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(number, number, number, (min, max, count) => {
      expect(scalingProblem({ min, max }, count) === undefined).toBe(min <= count && count <= max);
    }),
  );
});

it('scaling tracks the requests that an instance receives', () => {
  const variant = {
    ServiceNamespace: 'sagemaker',
    ResourceId: 'endpoint/tidegate-dev-loan/variant/AllTraffic',
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  };
  expect(scalingRequests('tidegate-dev-loan', settings)).toEqual({
    target: { ...variant, MinCapacity: 1, MaxCapacity: 4 },
    policy: {
      ...variant,
      PolicyName: 'invocations-per-instance',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 700,
        PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
        ScaleInCooldown: 600,
        ScaleOutCooldown: 60,
      },
    },
  });
});

it('scaling by the backlog tracks what waits, and wakes an endpoint that may have no instances', () => {
  const backlog = { min: 0, max: 2, backlogPerInstance: 5, scaleInSeconds: 600, scaleOutSeconds: 60 };
  const { target, policy, wake } = scalingRequests('tidegate-dev-loan', backlog);
  const Dimensions = [{ Name: 'EndpointName', Value: 'tidegate-dev-loan' }];

  expect(target).toMatchObject({ MinCapacity: 0, MaxCapacity: 2 });
  expect(policy).toMatchObject({
    PolicyName: 'backlog-per-instance',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 5,
      CustomizedMetricSpecification: { MetricName: 'ApproximateBacklogSizePerInstance', Dimensions },
    },
  });
  expect(wake?.policy).toMatchObject({
    ...scalableTarget('tidegate-dev-loan'),
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration: {
      Cooldown: 60,
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
    },
  });
  expect(wake?.alarm).toMatchObject({ MetricName: 'HasBacklogWithoutCapacity', Dimensions, Threshold: 1 });
  expect(scalingEnd('tidegate-dev-loan')).toEqual({
    target: scalableTarget('tidegate-dev-loan'),
    alarm: wake?.alarm.AlarmName,
  });
  expect(scalingRequests('tidegate-dev-loan', { ...backlog, min: 1 })).not.toHaveProperty('wake');
});

it('an update of an asynchronous endpoint begins with the number of its config: it may have no instances now', () => {
  const backlog = { min: 0, max: 2, backlogPerInstance: 5, scaleInSeconds: 600, scaleOutSeconds: 60 };

  expect(retainedCapacity({ scaling: { former: backlog, wanted: backlog } })).toEqual({});
});

it.each([
  ['both are scaled', { former: settings, wanted: settings }, true],
  ['only the former is', { former: settings }, false],
  ['only the new one is', { wanted: settings }, false],
  ['none is', undefined, false],
])('an update keeps the number of instances where %s: %s', (_, scaling, kept) => {
  expect(retainedCapacity({ scaling })).toEqual(
    kept
      ? {
          RetainAllVariantProperties: true,
          ExcludeRetainedVariantProperties: [
            { VariantPropertyType: 'DesiredWeight' },
            { VariantPropertyType: 'DataCaptureConfig' },
          ],
        }
      : {},
  );
});
