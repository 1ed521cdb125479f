import { describe, expect, it } from 'vitest';
import { liveThrough } from './support/loan-drift.ts';

/** `bench/drift-loans.ts` has 100 seeds. */
describe('the loan book', () => {
  it.each([1, 2])('raises no alarm in ten windows of a normal economy, seed %d', async (seed) => {
    expect(await liveThrough({ seed, windows: 10 })).toEqual({ alarms: [], retrains: [], waited: [] });
  });

  it.each([1, 2])('alarms in the first two windows of a downturn, and is retrained once, seed %d', async (seed) => {
    const { alarms, retrains, waited } = await liveThrough({ seed, windows: 10, downturn: 4 });

    expect(alarms.filter((at) => at < 4)).toEqual([]);
    expect(alarms[0]).toBeLessThanOrEqual(5);
    expect(retrains).toEqual([alarms[0]]);
    // one run at a time, and the model of the downturn is quiet
    for (const reason of waited) expect(reason).toMatch(/^no retrain: run r\d+ is training already$/);
    expect(alarms.at(-1)).toBeLessThanOrEqual((alarms[0] as number) + 1);
  });
});
