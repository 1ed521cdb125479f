import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostingOf } from './hosting.ts';
import { createWorld, eventually, type World } from './support.ts';

describe('endpoint updates', () => {
  let world: World;
  let hosting: ReturnType<typeof hostingOf>;
  const ringing = new Set<string>();
  const scaled = new Map<string, string[]>();

  beforeAll(async () => {
    world = await createWorld({ ringing: () => [...ringing], scaled: (endpoint) => scaled.get(endpoint) ?? [] });
    hosting = hostingOf(world);
    await hosting.prepare();
    await hosting.create('steady', 'champion');
  });
  afterAll(() => world.close());

  it('shifts traffic to the canary, bakes, and then shifts the rest', async () => {
    await hosting.create('canary', 'champion');
    await hosting.update('canary', 'challenger', {
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            WaitIntervalInSeconds: 300,
            CanarySize: { Type: 'CAPACITY_PERCENT', Value: 25 },
          },
          TerminationWaitInSeconds: 60,
        },
      },
    });
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    const baking = await hosting.described('canary');
    expect(baking).toMatchObject({ EndpointStatus: 'Updating', EndpointConfigName: 'champion' });
    expect(baking.PendingDeploymentSummary).toMatchObject({
      EndpointConfigName: 'challenger',
      ProductionVariants: [
        { VariantStatus: [{ Status: 'Baking', StatusMessage: expect.stringContaining('for 300 seconds') }] },
      ],
    });
    hosting.expectQuarter(await hosting.challenged('canary', 40));
    await expect(hosting.update('canary', 'champion')).rejects.toThrow(/^Cannot update in-progress endpoint/);

    await world.context.clock.advance(300_000);
    await eventually(async () => ((await hosting.challenged('canary', 4)) === 4 ? true : undefined));
    expect((await hosting.described('canary')).EndpointStatus).toBe('Updating');
    await world.context.clock.advance(60_000);
    expect(await hosting.settled('canary')).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'challenger',
    });
    expect(hosting.statuses(hosting.eventsOf('canary', 'State'))).toEqual([
      'CREATING',
      'IN_SERVICE',
      'UPDATING',
      'IN_SERVICE',
    ]);
    expect(hosting.eventsOf('canary', 'Deployment State').length).toBeGreaterThan(4);
  });

  it('continues an update that a restart interrupted', async () => {
    await hosting.create('resumed', 'champion');
    const step = { Type: 'CAPACITY_PERCENT' as const, Value: 50 };
    const routing = { Type: 'LINEAR' as const, WaitIntervalInSeconds: 30, LinearStepSize: step };
    await hosting.update('resumed', 'challenger', {
      DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing } },
    });
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    await world.restart();
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    expect((await hosting.described('resumed')).EndpointStatus).toBe('Updating');
    await world.context.clock.advance(30_000);
    expect(await hosting.settled('resumed')).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'challenger',
    });
  });

  it('rolls back when an alarm goes off while the canary bakes', async () => {
    await hosting.create('alarmed', 'champion');
    await hosting.update('alarmed', 'challenger', {
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            WaitIntervalInSeconds: 600,
            CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 },
          },
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }, { AlarmName: 'latency' }] },
      },
    });
    await eventually(() => world.context.clock.sleepers === 1 || undefined);
    ringing.add('latency').add('of somebody else');
    await world.context.clock.advance(10_000);
    const endpoint = await hosting.settled('alarmed');
    expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'champion' });
    expect(endpoint.FailureReason).toMatch(/gone into ALARM status: latency/);
    expect(await hosting.challenged('alarmed', 3)).toBe(0);
    ringing.clear();
  });

  it('rolls back when the deployment exceeds its time-out', async () => {
    await hosting.create('slow', 'champion');
    await hosting.update('slow', 'challenger', {
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            WaitIntervalInSeconds: 900,
            CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 },
          },
          MaximumExecutionTimeoutInSeconds: 600,
        },
      },
    });
    await eventually(async () => {
      const [variant] = (await hosting.described('slow')).PendingDeploymentSummary?.ProductionVariants ?? [];
      return variant?.VariantStatus?.[0]?.Status === 'Baking' && world.context.clock.sleepers === 1 ? true : undefined;
    });
    await world.context.clock.advance(600_000);
    const endpoint = await hosting.settled('slow');
    expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'champion' });
    expect(endpoint.FailureReason).toMatch(/MaximumExecutionTimeoutInSeconds of 600 seconds/);
    expect(await hosting.challenged('slow', 3)).toBe(0);
  });

  it('is refused while a variant that goes, or changes its instances, is scaled', async () => {
    await hosting.create('scaled', 'champion');
    await hosting.configure('renamed', [hosting.variant('Other', 'champion')]);
    await hosting.configure('larger', [{ ...hosting.variant('AllTraffic', 'champion'), InstanceType: 'ml.c5.large' }]);
    scaled.set('scaled', ['AllTraffic']);
    for (const config of ['renamed', 'larger']) {
      await expect(hosting.update('scaled', config)).rejects.toThrow(
        'The variant(s) "AllTraffic" must be deregistered as scalable target(s) with AWS Auto Scaling before',
      );
    }
    await hosting.update('scaled', 'challenger');
    expect(await hosting.settled('scaled')).toMatchObject({ EndpointConfigName: 'challenger' });
    scaled.delete('scaled');
    await hosting.update('scaled', 'larger');
    expect(await hosting.settled('scaled')).toMatchObject({ EndpointConfigName: 'larger' });
  });

  it('answers every request while it is updated all at once', async () => {
    await hosting.create('swap', 'champion');
    let answered = 0;
    let updating = true;
    const traffic = (async () => {
      while (updating) {
        await hosting.invoke('swap');
        answered += 1;
      }
    })();
    await hosting.update('swap', 'challenger');
    expect(await hosting.settled('swap')).toMatchObject({ EndpointConfigName: 'challenger' });
    updating = false;
    await traffic;
    expect(answered).toBeGreaterThan(3);
    expect(await hosting.challenged('swap', 3)).toBe(3);
  });

  it('rolls back silently to the old configuration when the new fleet does not come up', async () => {
    await hosting.create('rolled-back', 'champion');
    await hosting.update('rolled-back', 'broken');
    const endpoint = await hosting.settled('rolled-back');
    expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'champion' });
    expect(endpoint.PendingDeploymentSummary).toBeUndefined();
    expect(endpoint.FailureReason).toContain('did not pass the ping health check');
    expect(await hosting.challenged('rolled-back', 3)).toBe(0);
    expect(hosting.statuses(hosting.eventsOf('rolled-back', 'State'))).toEqual([
      'CREATING',
      'IN_SERVICE',
      'UPDATING',
      'ROLLING_BACK',
      'IN_SERVICE',
    ]);
  });

  it.each([
    [
      'a canary of more than half',
      'CANARY',
      { CanarySize: { Type: 'CAPACITY_PERCENT', Value: 60 } },
      /CanarySize must be at most 50 %/,
    ],
    [
      'a linear step of less than a tenth',
      'LINEAR',
      { LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 5 } },
      /LinearStepSize must be at least 10 %/,
    ],
    ['a canary without a size', 'CANARY', {}, /CanarySize is required/],
  ] as const)('refuses %s', async (_, Type, size, message) => {
    const routing = { Type, WaitIntervalInSeconds: 10, ...size };
    await expect(
      hosting.update('steady', 'challenger', {
        DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing } },
      }),
    ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
  });
});
