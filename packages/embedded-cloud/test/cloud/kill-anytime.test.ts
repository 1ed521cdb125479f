import { it } from 'vitest';
import { seeded } from '../stepfunctions/support/crash-world.ts';
import { killAnytime } from './kill-anytime.ts';

it('a cloud killed at any moment, again and again, loses nothing and repeats nothing that can be seen', async () => {
  await killAnytime(3, seeded(1));
}, 180_000);
