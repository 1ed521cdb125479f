import { killAnytime, seeded } from 'embedded-cloud/testing/clouds';
import { describe, it } from 'vitest';

/** `CRASH_SEEDS=100,101 npm run test:crash` takes others. */
const SEEDS = (process.env['CRASH_SEEDS'] ?? '1,2,3,4,5').split(',').map(Number);
const KILLS = 8;

describe('a cloud killed at random moments', () => {
  it.each(SEEDS)('loses nothing and repeats nothing that can be seen, by seed %i', async (seed) => {
    await killAnytime(KILLS, seeded(seed), 2500);
  });
});
