import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latency } from '#domain/endpoint-tests/latency';
import { judgeLatencies, percentile } from '#domain/endpoint-tests/percentiles';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import { answer, fakeSession } from '../../fakes/test-session.ts';

const test = (own: Record<string, unknown> = {}) =>
  endpointTestSchema.parse({ id: 'l', kind: 'latency', request: { body: '1,1,1,1' }, p95Ms: 100, ...own });

/** An endpoint that takes so many milliseconds for the n-th request, from 1. */
const taking = (ms: (n: number) => number) => {
  let n = 0;
  const session = fakeSession(() => [0], {
    ask: async () => {
      n += 1;
      const latencyMs = ms(n);
      session.time += latencyMs;
      return { ...answer('0.5'), latencyMs };
    },
  });
  return { session, count: () => n };
};

describe('a latency test', () => {
  it('measures requests one after the other, once the endpoint is warm', async () => {
    const { session, count } = taking((n) => (n <= 3 ? 9_000 : n));
    expect(await runTest(test(), session)).toEqual({
      passed: true,
      detail: 'p50 13 ms, p95 22 ms, p99 23 ms of 20 requests',
    });
    expect(count()).toBe(23);
  });

  it('fails by each bound that is exceeded', async () => {
    const slow = taking((n) => 10 * n).session;
    const bounds = { warmUp: 0, requests: 10, p50Ms: 49, p95Ms: 100, p99Ms: 99 };
    expect(await runTest(test(bounds), slow)).toEqual({
      passed: false,
      detail: 'p50 50 ms instead of at most 49; p99 100 ms instead of at most 99',
    });
  });

  it('fails on the first answer that is none', async () => {
    const session = fakeSession(() => [0], { ask: async () => answer('1,1,1 is bad', 400) });
    expect(await runTest(test(), session)).toEqual({
      passed: false,
      detail: 'status 400 instead of 200; it answered "1,1,1 is bad"',
    });
  });

  it('gives up after five minutes', async () => {
    const { session, count } = taking(() => 60_000);
    expect(await runTest(test(), session)).toEqual({
      passed: false,
      detail: 'only 2 of 20 measured requests within 5 min: set fewer requests',
    });
    expect(count()).toBe(5);
  });

  it('has the raw rows of its request', () => {
    expect(latency.rawRows(test({ request: { rows: [{ income: 1 }] } }) as never)).toEqual([{ income: 1 }]);
  });

  it('has a default with a bound that only an endpoint in trouble exceeds', () => {
    const model = {
      goldenUri: 's3://bucket/g.json',
      answer: { valuesPerRow: 1 },
      declares: { monotone: false, invariant: false },
    };
    expect(latency.defaultTest(model)).toMatchObject({ warmUp: 3, requests: 20, p95Ms: 5_000 });
  });

  it.each([{ p95Ms: undefined }, { requests: 0 }, { requests: 1001 }, { warmUp: -1 }, { p95Ms: 0 }])(
    'is refused with %j',
    (own) => {
      expect(endpointTestSchema.safeParse({ ...test(), ...own }).success).toBe(false);
    },
  );
});

describe('a percentile by nearest rank', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

  it('is the least value that so many percent of the values do not exceed', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(50, 95, 99), (all, percent) => {
        const sorted = all.toSorted((a, b) => a - b);
        const found = percentile(sorted, percent);
        const share = (limit: number) => sorted.filter((value) => value <= limit).length / sorted.length;
        expect(share(found)).toBeGreaterThanOrEqual(percent / 100);
        const below = sorted.filter((value) => value < found).at(-1);
        if (below !== undefined) expect(share(below)).toBeLessThan(percent / 100);
      }),
    );
  });

  it('is none of nothing, and the only value of one', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([1, 2], 0)).toBe(1);
    expect(judgeLatencies([7], {})).toEqual({ text: 'p50 7 ms, p95 7 ms, p99 7 ms', problems: [] });
  });
});
