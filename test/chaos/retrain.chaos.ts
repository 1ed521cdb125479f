import { afterAll, describe, expect, it } from 'vitest';
import { caseName, commonCalls } from './fault-board.ts';
import { planFaults } from './plan.ts';
import { recordRetrain, retrainWith } from './retrain-case.ts';
import './tally.ts';
import { openWorld } from './world.ts';

const world = await openWorld('chaos-retrain');
afterAll(() => world.close());
// The first run also makes what only a first run makes, and warms the functions.
await recordRetrain(world);
const calls = commonCalls([(await recordRetrain(world)).calls, (await recordRetrain(world)).calls]);

describe('a drop becomes a registered model or a clean failure, with a fault at', () => {
  for (const plan of planFaults(calls)) {
    const { site, kind } = plan;
    it(caseName(plan), async ({ task }) => {
      const meta = { path: 'retrain', calls: calls.length, service: site.service, kind, case: caseName(plan) };
      task.meta.chaos = meta;
      const { status: outcome, violations } = await retrainWith(world, plan);
      task.meta.chaos = { ...meta, outcome, violations };
      expect(violations.join('\n')).toBe('');
    });
  }
});
