import { expect, it } from 'vitest';
import { deploymentSchema } from '#domain/deployment/settings';

it('a deployment has defaults', () => {
  expect(deploymentSchema.parse(undefined)).toEqual({
    instances: { type: 'ml.m5.large', count: 1 },
    capturePercentage: 100,
    maxWaitMinutes: 60,
  });
});

it.each([
  [{ instances: { count: 0 } }, false],
  [{ instances: { count: 1 } }, true],
  [{ instances: { count: 20 } }, true],
  [{ instances: { count: 21 } }, false],
  [{ capturePercentage: -1 }, false],
  [{ capturePercentage: 0 }, true],
  [{ capturePercentage: 101 }, false],
  [{ maxWaitMinutes: 4 }, false],
  [{ maxWaitMinutes: 5 }, true],
  [{ maxWaitMinutes: 480 }, true],
  [{ maxWaitMinutes: 481 }, false],
])('a deployment with %o is accepted: %s', (fields, accepted) => {
  expect(deploymentSchema.safeParse(fields).success).toBe(accepted);
});
