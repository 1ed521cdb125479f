import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ensurePython } from '#cli/python/environment';
import { electricity, mean } from '../../../../bench/estimate-windows.ts';

const data = new URL('../../../../../shared/data/elec2.csv.gz', import.meta.url);

/** NannyML's CBPE on the same windows: its mean absolute error (`bench/estimate-nannyml.py`, version 0.13.1). */
const withoutLimits = 0.17;

// skipped where the public data set is not at hand
describe.skipIf(!existsSync(data))('the electricity market (ELEC2), with a model of its first fifth', () => {
  it('has an estimate near the truth, or none, and an alarm by the second window that fell', async () => {
    const { python } = await ensurePython();
    const { before, periods } = electricity(python, 1, 8);

    const given = periods.flatMap(({ truth, found }) =>
      found.status === 'estimated' ? [{ truth, ...found.judged }] : [],
    );
    expect(given.length).toBeGreaterThanOrEqual(2);
    expect(mean(given.map(({ truth, value }) => Math.abs(value - truth)))).toBeLessThan(withoutLimits / 2);
    for (const { truth, low, high } of given) {
      expect(truth).toBeGreaterThanOrEqual(low);
      expect(truth).toBeLessThanOrEqual(high);
    }
    // where an estimate would be surest and most wrong, there is none
    for (const { truth, forced, found } of periods) {
      if (Math.abs(forced - truth) > 0.15) expect(found).toMatchObject({ status: 'outside', alarm: true });
    }
    const fallen = periods.filter(({ truth }) => truth < before - 0.05);
    expect(fallen.slice(0, 2).some(({ found }) => found.alarm)).toBe(true);
  });
});
