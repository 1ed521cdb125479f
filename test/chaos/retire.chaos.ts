import { afterAll, describe, expect, it } from 'vitest';
import { commonCalls } from './fault-board.ts';
import { recordRetirement, retireWith } from './retire-case.ts';
import { recordRetrain } from './retrain-case.ts';
import './tally.ts';
import { trialsOf } from './trials.ts';
import { openWorld } from './world.ts';

const world = await openWorld(
  'chaos-retire',
  'deployment: { strategy: all-at-once, scaling: { min: 1, max: 2, invocationsPerInstance: 600 } }\n',
);
afterAll(() => world.close());
const contenders = {
  first: (await recordRetrain(world)).modelPackageArn,
  second: (await recordRetrain(world)).modelPackageArn,
};
await recordRetirement(world, contenders);
const record = () => recordRetirement(world, contenders);
const calls = commonCalls([await record(), await record()]);

describe('retirement: everything that costs money goes, with a fault at', () => {
  for (const trial of trialsOf(world, calls, [])) {
    it(trial.name, async ({ task }) => {
      const meta = {
        path: 'retirement',
        calls: calls.length,
        service: trial.service,
        kind: trial.kind,
        case: trial.name,
      };
      task.meta.chaos = meta;
      const { status: outcome, violations } = await retireWith(world, contenders, trial);
      task.meta.chaos = { ...meta, outcome, violations };
      expect(violations.join('\n')).toBe('');
    });
  }
});
