import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  PutScalingPolicyCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { scalableTarget, scalingEnd, scalingRequests } from '#domain/deployment/scaling';
import { scaling } from '#functions/aws/scaling';

const autoScaling = mockClient(ApplicationAutoScalingClient);
const cloudWatch = mockClient(CloudWatchClient);
const adapter = scaling(new ApplicationAutoScalingClient({}), new CloudWatchClient({}));
const failure = (name: string) => Object.assign(new Error('no'), { name });
beforeEach(() => {
  autoScaling.reset();
  cloudWatch.reset();
});

it('registers a variant before its policy', async () => {
  const requests = scalingRequests('shop', {
    min: 1,
    max: 4,
    invocationsPerInstance: 700,
    scaleInSeconds: 300,
    scaleOutSeconds: 60,
  });
  await adapter.start(requests);

  expect(autoScaling.calls().map(({ args }) => args[0].input)).toEqual([requests.target, requests.policy]);
  expect(autoScaling.commandCalls(PutScalingPolicyCommand)).toHaveLength(1);
  expect(cloudWatch.calls()).toEqual([]);
});

it('puts the policy that wakes an endpoint before the alarm that calls it', async () => {
  const backlog = { min: 0, max: 2, backlogPerInstance: 5, scaleInSeconds: 300, scaleOutSeconds: 60 };
  const requests = scalingRequests('shop', backlog);
  autoScaling.on(PutScalingPolicyCommand, { PolicyName: 'wake' }).resolves({ PolicyARN: 'arn:wake', Alarms: [] });
  await adapter.start(requests);

  expect(autoScaling.calls().map(({ args }) => args[0].input)).toEqual([
    requests.target,
    requests.policy,
    requests.wake?.policy,
  ]);
  expect(cloudWatch.calls().map(({ args }) => args[0].input)).toEqual([
    { ...requests.wake?.alarm, AlarmActions: ['arn:wake'] },
  ]);
  expect(cloudWatch.commandCalls(PutMetricAlarmCommand)).toHaveLength(1);
});

it('deregisters a variant, and one that is not registered too', async () => {
  autoScaling.on(DeregisterScalableTargetCommand).rejectsOnce(failure('ObjectNotFoundException')).resolves({});
  await adapter.stop(scalingEnd('shop'));
  await adapter.stop(scalingEnd('shop'));

  expect(autoScaling.commandCalls(DeregisterScalableTargetCommand, scalableTarget('shop'))).toHaveLength(2);
  expect(cloudWatch.commandCalls(DeleteAlarmsCommand, { AlarmNames: ['shop-wake'] })).toHaveLength(2);
});

it('passes other errors on', async () => {
  autoScaling.on(DeregisterScalableTargetCommand).rejects(failure('AccessDeniedException'));

  await expect(adapter.stop(scalingEnd('shop'))).rejects.toThrow('no');
});
