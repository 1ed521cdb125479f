import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nothing } from '#domain/costs/amount';
import {
  countedCost,
  hoursPassed,
  hoursWithin,
  monthOf,
  monthPattern,
  nextMonth,
  pipelineMonth,
  previousMonth,
  stageMonth,
} from '#domain/costs/month';
import { deploymentSchema } from '#domain/deployment/settings';
import type { RunCosts } from '#schemas/records/costs';

const served = deploymentSchema.parse({});
const usd = (amount: number) => ({ ...nothing, usd: amount });
const costs = (own: Partial<RunCosts>): RunCosts => ({ region: 'us-east-1', ...own });

describe('a calendar month', () => {
  it('begins and ends in UTC', () => {
    expect(monthOf('2026-12-31T23:59:59Z')).toBe('2026-12');
    expect([nextMonth('2026-11'), nextMonth('2026-12')]).toEqual(['2026-12', '2027-01']);
    expect([previousMonth('2026-11'), previousMonth('2027-01')]).toEqual(['2026-10', '2026-12']);
    expect(['2026-12', '2026-13', '2026-1'].map((month) => monthPattern.test(month))).toEqual([true, false, false]);
    expect(hoursPassed('2026-02', '2026-02-02T12:00:00Z')).toEqual({ passed: 36, all: 672 });
    expect(hoursPassed('2026-02', '2026-04-01T00:00:00Z').passed).toBe(672);
    expect(hoursPassed('2026-02', '2026-01-01T00:00:00Z').passed).toBe(0);
  });

  it('has the hours of an endpoint that lie in it and are over', () => {
    const now = '2026-12-03T00:00:00Z';
    expect(hoursWithin({ from: '2026-11-20T00:00:00Z' }, '2026-12', now)).toBe(48);
    expect(hoursWithin({ from: '2026-12-02T00:00:00Z', to: '2026-12-02T06:00:00Z' }, '2026-12', now)).toBe(6);
    expect(hoursWithin({ from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' }, '2026-12', now)).toBe(0);
    expect(hoursWithin({ from: '2026-12-02T00:00:00Z' }, '2026-11', now)).toBe(0);
  });

  it('is divided by its days without a remainder', () => {
    const day = fc.integer({ min: 1, max: 31 });
    fc.assert(
      fc.property(day, day, (a, b) => {
        const at = (n: number) => `2026-12-${String(n).padStart(2, '0')}T00:00:00Z`;
        const [from, middle] = [at(Math.min(a, b)), at(Math.max(a, b))];
        const within = (begin: string, to?: string) =>
          hoursWithin({ from: begin, to }, '2026-12', '2027-01-05T00:00:00Z');
        expect(within(from, middle) + within(middle)).toBe(within(from));
      }),
    );
  });
});

describe('what a pipeline costs in a month', () => {
  const now = '2026-12-16T12:00:00Z';
  const runs = [
    { runId: 'a', costs: costs({ actual: usd(3), estimate: usd(9), byKind: { training: 2, states: 1 } }) },
    { runId: 'b', costs: costs({ estimate: usd(1) }) },
  ];

  it('is what runs used, what those under way were estimated at, and the hours of the endpoint', () => {
    const found = pipelineMonth(
      { pipeline: 'loan', runs, times: [{ served, from: '2026-12-15T12:00:00Z' }] },
      '2026-12',
      now,
    );
    expect(found.spent.usd).toBeCloseTo(4 + 24 * 0.115, 9);
    expect(found).toMatchObject({ runs: 2, byKind: { training: 2, states: 1, endpoint: expect.closeTo(2.76, 9) } });
    expect(found.endpointLeft.usd).toBeCloseTo(372 * 0.115, 9);
    expect(found.forecast.usd).toBeCloseTo(2 * 4 + 2.76 + 372 * 0.115, 9);
    expect(found.forecast.about).toBe(true);
  });

  it('counts an endpoint that was replaced for its own hours alone', () => {
    const times = [{ served, from: '2026-12-01T00:00:00Z', to: '2026-12-02T00:00:00Z' }];
    const found = pipelineMonth({ pipeline: 'loan', runs: [], times }, '2026-12', now);
    expect(found.spent.usd).toBeCloseTo(2.76, 9);
    expect(found.forecast).toMatchObject({ usd: found.spent.usd, about: false });
    expect(found.endpointLeft.usd).toBe(0);
  });

  it('forecasts nothing beyond what is there at the first moment, and at the end what was spent', () => {
    const first = pipelineMonth({ pipeline: 'loan', runs, times: [] }, '2026-12', '2026-12-01T00:00:00Z');
    expect(first.forecast.usd).toBe(4);
    const last = pipelineMonth({ pipeline: 'loan', runs, times: [] }, '2026-12', '2027-02-01T00:00:00Z');
    expect(last.forecast).toEqual(last.spent);
  });

  it('names a run that kept no costs: the sum is a lower bound', () => {
    expect(countedCost({ runId: 'old' })).toEqual({ ...nothing, unknown: ['run old'] });
    expect(
      pipelineMonth({ pipeline: 'loan', runs: [{ runId: 'old' }], times: [] }, '2026-12', now).spent.unknown,
    ).toEqual(['run old']);
  });

  it('adds up over the stage', () => {
    const one = pipelineMonth({ pipeline: 'loan', runs, times: [] }, '2026-12', now);
    expect(stageMonth([one, one])).toEqual({
      spent: usd(8),
      forecast: { ...usd(16), about: true },
      byKind: { training: 4, states: 2 },
    });
    expect(stageMonth([])).toEqual({ spent: nothing, forecast: nothing, byKind: {} });
  });
});
