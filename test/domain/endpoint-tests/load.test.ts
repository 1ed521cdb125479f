import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load } from '#domain/endpoint-tests/load';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import { rampRequests, schedule } from '#domain/endpoint-tests/schedule';
import type { TestSession } from '#domain/endpoint-tests/session';
import { RequestRefusedError, TransientError } from '#domain/errors';
import { answer, type FakeSession, fakeSession } from '../../fakes/test-session.ts';

const test = (own: Record<string, unknown> = {}) =>
  endpointTestSchema.parse({
    id: 'l',
    kind: 'load',
    request: { body: '1,1,1,1' },
    rate: 10,
    seconds: 2,
    p99Ms: 100,
    ...own,
  });

/** A session whose n-th request, from 1, is answered by `reply`. */
const answering = (reply: (n: number) => ReturnType<TestSession['askOnce']>): FakeSession => {
  let n = 0;
  const session: FakeSession = fakeSession(() => [0], {
    ask: () => Promise.reject(new Error('a load test never tries again')),
    askOnce: (body, contentType) => {
      n += 1;
      session.asked.push({ body, contentType, at: session.time });
      return reply(n);
    },
  });
  return session;
};

describe('a load test', () => {
  it('sends on schedule and judges the latency and the errors', async () => {
    const session = answering(async () => answer('0.5'));
    expect(await runTest(test(), session)).toEqual({
      passed: true,
      detail: 'p50 0 ms, p95 0 ms, p99 0 ms at 10 requests a second; 0 of 20 requests failed',
    });
    expect(session.asked.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, k) => k * 100));
  });

  it('does not wait for answers: a request is due whether or not the last one was answered', async () => {
    const open: (() => void)[] = [];
    const session = answering((n) => {
      if (n === 20) for (const release of open.splice(0)) release();
      return n === 20 ? Promise.resolve(answer('0.5')) : new Promise((done) => open.push(() => done(answer('0.5'))));
    });
    const { detail } = await runTest(test(), session);
    expect(session.asked).toHaveLength(20);
    expect(session.asked.at(-1)?.at).toBe(1_900);
    // the first was due 1.9 s before it was answered
    expect(detail).toBe('p99 1900 ms instead of at most 100; 0 of 20 requests failed');
  });

  it('measures from when a request was due, so that one sent late does not look fast', async () => {
    const session = answering(async (n) => {
      // the sender stands still for a second; the answers themselves take no time
      if (n === 10) session.time += 1_000;
      return answer('0.5');
    });
    expect(await runTest(test({ p50Ms: 50 }), session)).toMatchObject({
      passed: false,
      detail: expect.stringContaining('p99 1000 ms instead of at most 100'),
    });
    expect(session.asked).toHaveLength(20);
  });

  it('leaves the latency of the ramp out', async () => {
    const session = answering(async (n) => {
      if (n === 1) session.time += 150;
      return answer('0.5');
    });
    const ramp = test({ rampSeconds: 2, seconds: 1 });
    expect(await runTest(ramp, session)).toMatchObject({ passed: true, detail: /p99 0 ms .* 0 of 20 requests failed/ });
  });

  it('lets so many requests fail as the budget says, and stops once more have', async () => {
    const failing = (failures: number) =>
      answering(async (n) => (n <= failures ? answer('1 is bad', 503) : answer('0.5')));
    const budget = test({ errorBudget: 0.1 });
    expect(await runTest(budget, failing(2))).toMatchObject({ passed: true, detail: /2 of 20 requests failed$/ });
    const tooMany = failing(20);
    expect(await runTest(budget, tooMany)).toEqual({
      passed: false,
      detail: '3 of 3 requests failed, more than 0.1 of 20; the first: status 503; it answered "1 is bad"',
    });
    expect(tooMany.asked).toHaveLength(3);
  });

  it('counts throttling, lost connections and refusals as failed requests', async () => {
    for (const error of [new TransientError('ThrottlingException'), new RequestRefusedError('ValidationError')]) {
      const session = answering((n) => (n === 1 ? Promise.reject(error) : Promise.resolve(answer('0.5'))));
      expect(await runTest(test(), session)).toEqual({
        passed: false,
        detail: `1 of 1 request failed, more than 0 of 20; the first: ${error.message}`,
      });
    }
  });

  it('has no latency to judge when every request fails within the budget', async () => {
    const session = answering(async () => answer('', 500));
    expect(await runTest(test({ errorBudget: 1 }), session)).toEqual({
      passed: false,
      detail: '20 of 20 requests failed, so there is no latency to judge',
    });
  });

  it('stops on trouble that is not the endpoint’s, and passes it on', async () => {
    const session = answering((n) =>
      n >= 2 ? Promise.reject(new Error('AccessDenied')) : Promise.resolve(answer('1')),
    );
    await expect(runTest(test(), session)).rejects.toThrow('AccessDenied');
    expect(session.asked.length).toBeLessThan(5);
  });

  it('has the raw rows of its request, and no default', () => {
    expect(load.rawRows(test({ request: { rows: [{ income: 1 }] } }) as never)).toEqual([{ income: 1 }]);
    expect(load).not.toHaveProperty('defaultTest');
  });

  it.each([
    { rate: 201 },
    { rate: 0 },
    { seconds: 0 },
    { seconds: 301 },
    { seconds: 200, rampSeconds: 101 },
    { rate: 0.1, seconds: 5 },
    { errorBudget: 1.1 },
    { p99Ms: undefined },
  ])('is refused with %j', (own) => {
    expect(endpointTestSchema.safeParse({ ...test(), ...own }).success).toBe(false);
  });
});

describe('the schedule of a load', () => {
  const loads = fc.record({
    rate: fc.double({ min: 0.5, max: 50, noNaN: true }),
    rampSeconds: fc.double({ min: 0, max: 20, noNaN: true }),
    seconds: fc.double({ min: 0.1, max: 20, noNaN: true }),
  });

  it('is in order, starts at once and ends in time', () => {
    fc.assert(
      fc.property(loads, (own) => {
        const times = schedule(own);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.length).toBe(rampRequests(own) + Math.floor(own.rate * own.seconds));
        if (rampRequests(own) > 0) expect(times[0]).toBe(0);
        for (const time of times) expect(time).toBeLessThanOrEqual((own.rampSeconds + own.seconds) * 1000 + 1e-6);
      }),
    );
  });

  it('follows the area below the rate: at any time as many requests are due as it says', () => {
    fc.assert(
      fc.property(loads, fc.double({ min: 0, max: 1, noNaN: true }), (own, share) => {
        const { rate, rampSeconds, seconds } = own;
        const at = share * (rampSeconds + seconds);
        const area =
          at < rampSeconds ? (rate * at ** 2) / (2 * rampSeconds) : rate * (rampSeconds / 2 + at - rampSeconds);
        const due = schedule(own).filter((time) => time < at * 1000).length;
        expect(Math.abs(due - area)).toBeLessThanOrEqual(2);
      }),
    );
  });
});
