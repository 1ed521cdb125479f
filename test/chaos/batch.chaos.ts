import { afterAll, describe, expect, it } from 'vitest';
import { recordBatch, scoreWith } from './batch-case.ts';
import { serveAgain } from './deploy-case.ts';
import { type CallSite, commonCalls } from './fault-board.ts';
import { recordRetrain } from './retrain-case.ts';
import './tally.ts';
import { trialsOf } from './trials.ts';
import { openWorld } from './world.ts';

const jobFaults = [
  ['transform job', { fault: 'job-failure', job: 'transform', reason: 'internal' }],
  ['transform job', { fault: 'capacity', job: 'transform' }],
] as const;

const world = await openWorld('chaos-batch', 'deployment: { strategy: all-at-once }\n');
afterAll(() => world.close());
const first = (await recordRetrain(world)).modelPackageArn;
await serveAgain(world, { first, second: first });
// The first batch also warms the functions.
await recordBatch(world);
const all = commonCalls([await recordBatch(world), await recordBatch(world)]);
/** In CI, what a batch has for itself: preparing rows, waiting for a job and telling the team are tried on the way of a drop. */
const isOwn = ({ role, service }: CallSite): boolean =>
  /^(AdmitBatch|JoinScores|BatchScoreMachine)Role$/.test(role) && service !== 'events';
const calls = process.env['CHAOS'] === 'once' ? all.filter(isOwn) : all;

describe('files are scored, or are not and can be scored again, with a fault at', () => {
  for (const trial of trialsOf(world, calls, jobFaults)) {
    it(trial.name, async ({ task }) => {
      const { name, service, kind } = trial;
      const meta = { path: 'batch', calls: calls.length, service, kind, case: name };
      task.meta.chaos = meta;
      const { status: outcome, violations } = await scoreWith(world, trial);
      task.meta.chaos = { ...meta, outcome, violations };
      expect(violations.join('\n')).toBe('');
    });
  }
});
