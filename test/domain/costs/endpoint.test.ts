import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointHours, endpointMonthly, fewestInstances, rollOutCost, type Served } from '#domain/costs/endpoint';
import { type DeploymentSettings, deploymentSchema } from '#domain/deployment/settings';

const served = (settings: object = {}): DeploymentSettings => deploymentSchema.parse(settings);
const two = { instances: { type: 'ml.m5.large', count: 2 } };

describe('an endpoint', () => {
  it('costs its instances, exactly where their price is', () => {
    expect(endpointMonthly(served(two))).toEqual({ usd: expect.closeTo(167.9, 6), about: false, unknown: [] });
    expect(endpointMonthly(served(two), { region: 'eu-central-1' })).toMatchObject({ about: true, unknown: [] });
  });

  it('costs at least the fewest instances where it is scaled', () => {
    const scaled = served({ ...two, scaling: { min: 1, max: 4, invocationsPerInstance: 100 } });
    expect(endpointMonthly(scaled)).toEqual({
      usd: expect.closeTo(83.95, 6),
      about: false,
      unknown: ['instances that scaling adds'],
    });
    const asynchronous = served({ instances: { count: 1 }, asynchronous: { scaling: { min: 0, max: 2 } } });
    expect(endpointMonthly(asynchronous)).toMatchObject({ usd: 0, unknown: ['instances that scaling adds'] });
    expect(fewestInstances(served({ asynchronous: {}, ...two }))).toBe(2);
  });

  it('costs what its requests cost where it is serverless, and nothing more while it is updated', () => {
    const serverless = served({ serverless: {} });
    expect(endpointMonthly(serverless)).toMatchObject({ usd: 0, unknown: ['requests to a serverless endpoint'] });
    expect(endpointHours(serverless, 0)).toMatchObject({ usd: 0, unknown: [] });
    expect(rollOutCost(serverless, { minutes: 60 }).usd).toBe(0);
  });

  it('names the type of instance that has no price', () => {
    const unknown = served({ instances: { type: 'ml.p9.huge' } });
    expect(endpointMonthly(unknown)).toMatchObject({ usd: 0, unknown: ['sagemaker.hosting.ml.p9.huge'] });
  });

  it('costs a second fleet while it is updated, or the share of it that a rolling update makes', () => {
    expect(rollOutCost(served(two), { minutes: 30 }).usd).toBeCloseTo(0.115, 9);
    expect(rollOutCost(served(two), { minutes: 30, percent: 25 }).usd).toBeCloseTo(0.0575, 9);
  });

  it('costs as much in two parts as in one, and never less for longer', () => {
    const hours = fc.double({ min: 0.001, max: 1000, noNaN: true });
    fc.assert(
      fc.property(hours, hours, fc.integer({ min: 1, max: 20 }), (a, b, count) => {
        const own: Served = served({ instances: { count } });
        const [one, other, both] = [a, b, a + b].map((n) => endpointHours(own, n).usd) as [number, number, number];
        expect(both).toBeCloseTo(one + other, 6);
        expect(both).toBeGreaterThanOrEqual(one);
      }),
    );
  });
});
