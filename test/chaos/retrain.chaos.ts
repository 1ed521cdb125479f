import { afterAll, describe, expect, it } from 'vitest';
import { commonCalls } from './fault-board.ts';
import { recordRetrain, retrainWith } from './retrain-case.ts';
import './tally.ts';
import { trialsOf } from './trials.ts';
import { openWorld } from './world.ts';

const world = await openWorld('chaos-retrain');
afterAll(() => world.close());
// The first run also makes what only a first run makes, and warms the functions.
await recordRetrain(world);
const calls = commonCalls([(await recordRetrain(world)).calls, (await recordRetrain(world)).calls]);

const jobFaults = [
  ['training job', { fault: 'job-failure', job: 'training', reason: 'algorithm' }],
  ['training job internally', { fault: 'job-failure', job: 'training', reason: 'internal' }],
  ['training job', { fault: 'capacity', job: 'training' }],
  ['transform job', { fault: 'job-failure', job: 'transform', reason: 'internal' }],
  ['transform job', { fault: 'capacity', job: 'transform' }],
] as const;

describe('a drop becomes a registered model or a clean failure, with a fault at', () => {
  for (const trial of trialsOf(world, calls, jobFaults)) {
    it(trial.name, async ({ task }) => {
      const meta = { path: 'retrain', calls: calls.length, service: trial.service, kind: trial.kind, case: trial.name };
      task.meta.chaos = meta;
      const { status: outcome, violations } = await retrainWith(world, trial);
      task.meta.chaos = { ...meta, outcome, violations };
      expect(violations.join('\n')).toBe('');
    });
  }
});
