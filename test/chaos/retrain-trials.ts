import { afterAll, describe, expect, it } from 'vitest';
import { commonCalls } from './fault-board.ts';
import { recordRetrain, retrainWith } from './retrain-case.ts';
import './tally.ts';
import { trialsOf } from './trials.ts';
import { openWorld } from './world.ts';

const jobFaults = [
  ['training job', { fault: 'job-failure', job: 'training', reason: 'algorithm' }],
  ['training job internally', { fault: 'job-failure', job: 'training', reason: 'internal' }],
  ['training job', { fault: 'capacity', job: 'training' }],
  ['transform job', { fault: 'job-failure', job: 'transform', reason: 'internal' }],
  ['transform job', { fault: 'capacity', job: 'transform' }],
] as const;

/** Whether a trial belongs to a half. It goes by the name, since two recordings may have their calls in another order. */
const inHalf = (name: string, half: 0 | 1): boolean =>
  [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 2 === half;

/** Tries half of a retrain's faults in a cloud of its own: two test files share them, so that two workers do. */
export async function tryRetrain(half: 0 | 1): Promise<void> {
  const world = await openWorld(`chaos-retrain-${half}`);
  afterAll(() => world.close());
  // The first run also makes what only a first run makes, and warms the functions.
  await recordRetrain(world);
  const calls = commonCalls([(await recordRetrain(world)).calls, (await recordRetrain(world)).calls]);
  describe('a drop becomes a registered model or a clean failure, with a fault at', () => {
    for (const trial of trialsOf(world, calls, jobFaults).filter(({ name }) => inHalf(name, half))) {
      it(trial.name, async ({ task }) => {
        const { name, service, kind } = trial;
        const meta = { path: 'retrain', calls: calls.length, service, kind, case: name };
        task.meta.chaos = meta;
        const { status: outcome, violations } = await retrainWith(world, trial);
        task.meta.chaos = { ...meta, outcome, violations };
        expect(violations.join('\n')).toBe('');
      });
    }
  });
}
