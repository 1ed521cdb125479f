import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AutoScaling } from '#src/application-autoscaling/scaled-endpoints';
import { createAutoScaling } from '#src/application-autoscaling/service';
import type { AuthorizationRequest, CloudService } from '#src/cloud/service';
import { fakeContext, type ServedService, serveService } from '../support/door.ts';

const account = '123456789012';
const place = `eu-central-1:${account}`;
const key = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/shop/variant/AllTraffic',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;
const tracking = {
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 700,
    PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    ScaleInCooldown: 300,
    ScaleOutCooldown: 60,
  },
} as const;

let stateDir: string;
let service: AutoScaling;
let door: ServedService;
let client: ApplicationAutoScalingClient;
let asked: AuthorizationRequest[];

let mayHaveNone: boolean;
let free: boolean;
let added: unknown[];
const endpoints = {
  serving: (name: string) =>
    name === 'shop' ? { config: 'Shop-1', variants: ['AllTraffic'], mayHaveNone } : undefined,
  addInstances: async (...call: unknown[]) => {
    if (free) added.push(call);
    return free;
  },
};
let context: ReturnType<typeof fakeContext>;
const open = async () => {
  context = fakeContext(stateDir, {
    service: <T extends CloudService>() => endpoints as unknown as T,
  });
  service = createAutoScaling(context);
  door = await serveService(service, {
    context,
    allow: (request) => {
      asked.push(request);
      return true;
    },
  });
  client = new ApplicationAutoScalingClient({
    endpoint: door.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'ADMIN', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
};
const close = async () => {
  client.destroy();
  await door.close();
};
beforeEach(async () => {
  asked = [];
  mayHaveNone = false;
  free = true;
  added = [];
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-auto-scaling-'));
  await open();
});
afterEach(async () => {
  await close();
  rmSync(stateDir, { recursive: true, force: true });
});

const register = (more: Partial<RegisterScalableTargetCommandInput> = {}) =>
  client.send(new RegisterScalableTargetCommand({ ...key, MinCapacity: 1, MaxCapacity: 4, ...more }));
const put = (name = 'requests', more: object = {}) =>
  client.send(new PutScalingPolicyCommand({ PolicyName: name, ...key, ...tracking, ...more }));
const targets = async () =>
  (await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' }))).ScalableTargets ?? [];
const policies = async () =>
  (await client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker' }))).ScalingPolicies ?? [];

describe('a scalable target', () => {
  it('is registered, described, and kept by a restart', async () => {
    const { ScalableTargetARN } = await register();
    expect(ScalableTargetARN).toMatch(
      new RegExp(`^arn:aws:application-autoscaling:${place}:scalable-target/[0-9a-f-]{36}$`),
    );
    await close();
    await open();

    expect(await targets()).toEqual([
      {
        ...key,
        MinCapacity: 1,
        MaxCapacity: 4,
        RoleARN: `arn:aws:iam::${account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
        CreationTime: expect.any(Date),
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
        },
        ScalableTargetARN,
      },
    ]);
    expect(service.scaledVariants('shop')).toEqual(['AllTraffic']);
    expect(service.scaledVariants('sho')).toEqual([]);
  });

  it('keeps what an update does not name', async () => {
    const { ScalableTargetARN } = await register({ SuspendedState: { DynamicScalingInSuspended: true } });
    const again = await client.send(new RegisterScalableTargetCommand({ ...key, MaxCapacity: 9 }));
    expect(again.ScalableTargetARN).toBe(ScalableTargetARN);
    const [target] = await targets();
    expect(target).toMatchObject({ MinCapacity: 1, MaxCapacity: 9 });
    expect(target?.SuspendedState).toMatchObject({ DynamicScalingInSuspended: true, ScheduledScalingSuspended: false });
  });

  it.each([
    ['more at least than at most', { MinCapacity: 5 }, 'Maximum capacity cannot be less than minimum capacity'],
    ['no instance at all', { MinCapacity: 0 }, 'Minimum capacity cannot be 0'],
    ['no bounds', { MinCapacity: undefined }, 'needs MinCapacity and MaxCapacity'],
    ['an endpoint that there is not', { ResourceId: 'endpoint/other/variant/AllTraffic' }, 'no variant AllTraffic'],
    ['a variant that there is not', { ResourceId: 'endpoint/shop/variant/Blue' }, 'There is no variant Blue'],
    ['another resource', { ResourceId: 'service/web' }, 'Unsupported resource type'],
    ['another service', { ServiceNamespace: 'ecs' as const }, 'scales sagemaker alone'],
    [
      'another dimension',
      { ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency' as const },
      'scales sagemaker:variant:DesiredInstanceCount alone',
    ],
  ])('is refused with %s', async (_, more, message) => {
    await expect(register(more as never)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
    expect(await targets()).toEqual([]);
  });

  it('goes with its policies, once', async () => {
    await register();
    await put();
    await client.send(new DeregisterScalableTargetCommand(key));
    expect([await targets(), await policies()]).toEqual([[], []]);
    await expect(client.send(new DeregisterScalableTargetCommand(key))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message:
        'No scalable target found for service namespace: sagemaker, resource ID: endpoint/shop/variant/AllTraffic, scalable dimension: sagemaker:variant:DesiredInstanceCount',
    });
  });

  it('goes with its endpoint', async () => {
    await register();
    service.forget('other');
    expect(await targets()).toHaveLength(1);
    service.forget('shop');
    expect(await targets()).toEqual([]);
  });

  it('is listed by pages and by resource', async () => {
    await register();
    const list = (more: object) =>
      client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', ...more }));
    expect((await list({ ResourceIds: [key.ResourceId], MaxResults: 1 })).ScalableTargets).toHaveLength(1);
    expect((await list({ ResourceIds: ['endpoint/other/variant/x'] })).ScalableTargets).toEqual([]);
    await expect(list({ NextToken: 'made-up' })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
  });
});

describe('a scaling policy', () => {
  it('is put, described with its alarms, replaced and deleted', async () => {
    await register();
    const first = await put();
    expect(first.PolicyARN).toMatch(
      new RegExp(
        `^arn:aws:autoscaling:${place}:scalingPolicy:[0-9a-f-]{36}:resource/sagemaker/${key.ResourceId}:policyName/requests$`,
      ),
    );
    expect(first.Alarms?.map(({ AlarmName }) => AlarmName?.replace(/[0-9a-f-]{36}$/, 'id'))).toEqual([
      `TargetTracking-${key.ResourceId}-AlarmHigh-id`,
      `TargetTracking-${key.ResourceId}-AlarmLow-id`,
    ]);
    expect(await put()).toMatchObject({ PolicyARN: first.PolicyARN, Alarms: first.Alarms });
    expect(await policies()).toEqual([
      {
        ...key,
        PolicyARN: first.PolicyARN,
        PolicyName: 'requests',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          ...tracking.TargetTrackingScalingPolicyConfiguration,
          DisableScaleIn: false,
        },
        Alarms: first.Alarms,
        CreationTime: expect.any(Date),
      },
    ]);
    const remove = () => client.send(new DeleteScalingPolicyCommand({ PolicyName: 'requests', ...key }));
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });

  it('needs a registered target', async () => {
    await expect(put()).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message: expect.stringMatching(/^No scalable target registered for service namespace: sagemaker/),
    });
  });

  it.each([
    ['of another type', { PolicyType: 'PredictiveScaling' }, 'of type TargetTrackingScaling and StepScaling, not'],
    ['without steps', { PolicyType: 'StepScaling' }, 'StepScalingPolicyConfiguration must not be null'],
    ['without a configuration', { TargetTrackingScalingPolicyConfiguration: undefined }, 'must not be null'],
    [
      'without a target',
      {
        TargetTrackingScalingPolicyConfiguration: {
          ...tracking.TargetTrackingScalingPolicyConfiguration,
          TargetValue: 0,
        },
      },
      'greater than 0',
    ],
    [
      'by another metric',
      {
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 1,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget' },
        },
      },
      'ApproximateBacklogSizePerInstance alone',
    ],
  ])('is refused %s', async (_, more, message) => {
    await register();
    await expect(put('requests', more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  it('is the only one that tracks its metric', async () => {
    await register();
    await put('requests');
    await expect(put('other')).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

it('requires what AWS does in the name of the caller', async () => {
  const actions = async (call: () => Promise<unknown>) => {
    asked = [];
    await call();
    return asked.map(({ action }) => action);
  };
  const onEndpoint = ['DescribeEndpoint', 'DescribeEndpointConfig', 'UpdateEndpointWeightsAndCapacities'].map(
    (action) => `sagemaker:${action}`,
  );
  expect(await actions(register)).toEqual([
    'application-autoscaling:RegisterScalableTarget',
    'iam:CreateServiceLinkedRole',
    ...onEndpoint,
  ]);
  expect(asked[0]?.context).toEqual({
    'application-autoscaling:service-namespace': 'sagemaker',
    'application-autoscaling:scalable-dimension': 'sagemaker:variant:DesiredInstanceCount',
  });
  expect(asked.map(({ resource }) => resource)).toContain(`arn:aws:sagemaker:${place}:endpoint-config/shop-1`);
  expect(await actions(() => put())).toEqual([
    'application-autoscaling:PutScalingPolicy',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:PutMetricAlarm',
  ]);
  expect(asked[1]?.resource).toBe(`arn:aws:cloudwatch:${place}:alarm:TargetTracking-${key.ResourceId}-*`);
  expect(await actions(() => client.send(new DeregisterScalableTargetCommand(key)))).toEqual([
    'application-autoscaling:DeregisterScalableTarget',
    'cloudwatch:DeleteAlarms',
  ]);
  // the role of the service stays
  expect(await actions(register)).toEqual(['application-autoscaling:RegisterScalableTarget', ...onEndpoint]);
});

describe('an endpoint with a queue', () => {
  const backlog = {
    Namespace: 'AWS/SageMaker',
    MetricName: 'ApproximateBacklogSizePerInstance',
    Dimensions: [{ Name: 'EndpointName', Value: 'shop' }],
    Statistic: 'Average' as const,
  };
  const byBacklog = (more: object) => ({
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 5,
      CustomizedMetricSpecification: { ...backlog, ...more },
    },
  });
  const step = { MetricIntervalLowerBound: 0, ScalingAdjustment: 1 };
  const steps = (more: object = {}) => ({
    PolicyType: 'StepScaling' as const,
    TargetTrackingScalingPolicyConfiguration: undefined,
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'ChangeInCapacity' as const,
      MetricAggregationType: 'Average' as const,
      Cooldown: 60,
      StepAdjustments: [step],
      ...more,
    },
  });
  beforeEach(async () => {
    mayHaveNone = true;
    await register({ MinCapacity: 0 });
    asked = [];
  });

  it('is tracked by what waits, and woken by a policy without alarms of its own', async () => {
    await put('backlog', byBacklog({}));
    const { Alarms, PolicyARN } = await put('wake', steps());

    expect(Alarms).toEqual([]);
    expect(asked.filter(({ action }) => action.startsWith('cloudwatch:'))).toHaveLength(2);
    const described = (await policies()).find((policy) => policy.PolicyARN === PolicyARN);
    expect(described).toMatchObject({ StepScalingPolicyConfiguration: steps().StepScalingPolicyConfiguration });
  });

  it('gets an instance when an alarm asks, once within the cool-down, and not while it is changed', async () => {
    const { PolicyARN = '' } = await put('wake', steps());
    free = false;
    await service.execute(PolicyARN);
    free = true;
    await service.execute(PolicyARN);
    await service.execute(PolicyARN);
    expect(added).toEqual([['shop', 'AllTraffic', { by: 1, max: 4 }]]);

    await context.clock.advance(60_000);
    await service.execute(PolicyARN);
    expect(added).toHaveLength(2);
  });

  it('is left alone by other ARNs, by target tracking, and while scaling out is suspended', async () => {
    const { PolicyARN: tracked = '' } = await put('backlog', byBacklog({}));
    const { PolicyARN: woken = '' } = await put('wake', steps());
    await register({ MinCapacity: 0, SuspendedState: { DynamicScalingOutSuspended: true } });
    for (const arn of ['arn:aws:autoscaling:eu-central-1:1:scalingPolicy:none', tracked, woken])
      await service.execute(arn);

    expect(added).toEqual([]);
  });

  it.each([
    ['the backlog of another endpoint', byBacklog({ Dimensions: [{ Name: 'EndpointName', Value: 'other' }] })],
    ['another metric', byBacklog({ MetricName: 'CPUUtilization' })],
    ['steps in percent', steps({ AdjustmentType: 'PercentChangeInCapacity' })],
    ['two steps', steps({ StepAdjustments: [step, step] })],
    ['a step that takes away', steps({ StepAdjustments: [{ ...step, ScalingAdjustment: -1 }] })],
    ['no step', steps({ StepAdjustments: [] })],
  ])('is not scaled by %s', async (_, more) => {
    await expect(put('refused', more)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
