import { it } from 'vitest';
import { seeded } from '../stepfunctions/support/crash-world.ts';
import { killAnytime } from './kill-anytime.ts';

it('a cloud killed repeatedly at any moment loses nothing and repeats nothing visible', async () => {
  await killAnytime(1, seeded(1));
}, 180_000);
