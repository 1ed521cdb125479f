import { expect, it } from 'vitest';
import { deploymentSchema } from '#domain/deployment/settings';

it('a deployment has defaults', () => {
  expect(deploymentSchema.parse(undefined)).toEqual({
    instances: { type: 'ml.m5.large', count: 1 },
    strategy: 'all-at-once',
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
  [{ strategy: 'canary' }, true],
  [{ strategy: 'sideways' }, false],
  [{ strategy: 'canary', percent: 0 }, false],
  [{ strategy: 'canary', percent: 51 }, false],
  [{ strategy: 'linear', percent: 9 }, false],
  [{ strategy: 'canary', bakeMinutes: 61 }, false],
  [{ strategy: 'canary', bakeMinutes: 60, maxWaitMinutes: 135 }, true],
  [{ strategy: 'canary', alarms: { errors: 0 } }, false],
])('a deployment with %o is accepted: %s', (fields, accepted) => {
  expect(deploymentSchema.safeParse(fields).success).toBe(accepted);
});

it('a roll-out that cannot work is refused at the field that is wrong', () => {
  const { error } = deploymentSchema.safeParse({ strategy: 'linear', percent: 10 });

  expect(error?.issues).toMatchObject([
    { path: ['maxWaitMinutes'], message: 'the roll-out waits 10 times 10 minutes; set at least 115' },
  ]);
});
