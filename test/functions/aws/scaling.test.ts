import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  PutScalingPolicyCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { scalableTarget, scalingRequests } from '#domain/deployment/scaling';
import { scaling } from '#functions/aws/scaling';

const autoScaling = mockClient(ApplicationAutoScalingClient);
const adapter = scaling(new ApplicationAutoScalingClient({}));
const failure = (name: string) => Object.assign(new Error('no'), { name });
beforeEach(() => autoScaling.reset());

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
});

it('deregisters a variant, and one that is not registered too', async () => {
  autoScaling.on(DeregisterScalableTargetCommand).rejectsOnce(failure('ObjectNotFoundException')).resolves({});
  await adapter.stop(scalableTarget('shop'));
  await adapter.stop(scalableTarget('shop'));

  expect(autoScaling.commandCalls(DeregisterScalableTargetCommand, scalableTarget('shop'))).toHaveLength(2);
});

it('passes other errors on', async () => {
  autoScaling.on(DeregisterScalableTargetCommand).rejects(failure('AccessDeniedException'));

  await expect(adapter.stop(scalableTarget('shop'))).rejects.toThrow('no');
});
