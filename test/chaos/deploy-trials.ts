import { afterAll, describe, expect, it } from 'vitest';
import { type DeployPath, deployWith, recordDeploy } from './deploy-case.ts';
import { commonCalls } from './fault-board.ts';
import { recordRetrain } from './retrain-case.ts';
import './tally.ts';
import { trialsOf } from './trials.ts';
import { openWorld } from './world.ts';

const endpointFaults = [
  ['endpoint', { fault: 'endpoint-failure', reason: 'ping', nth: 1 }],
  ['endpoint internally', { fault: 'endpoint-failure', reason: 'internal', nth: 1 }],
  ['endpoint', { fault: 'capacity', job: 'endpoint', nth: 1 }],
] as const;

/** Tries the faults of one path in a cloud of its own: each test file has one path, so that two workers share them. */
export async function tryDeploy(path: DeployPath, pipeline: string): Promise<void> {
  const world = await openWorld(pipeline);
  afterAll(() => world.close());
  const contenders = {
    first: (await recordRetrain(world)).modelPackageArn,
    second: (await recordRetrain(world)).modelPackageArn,
  };
  const record = () => recordDeploy(world, path, contenders);
  await record();
  const calls = commonCalls([await record(), await record()]);
  describe(`${path}: an approved model serves or what served before does, with a fault at`, () => {
    for (const trial of trialsOf(world, calls, endpointFaults)) {
      it(trial.name, async ({ task }) => {
        const meta = { path, calls: calls.length, service: trial.service, kind: trial.kind, case: trial.name };
        task.meta.chaos = meta;
        const { status: outcome, violations } = await deployWith(world, path, contenders, trial);
        task.meta.chaos = { ...meta, outcome, violations };
        expect(violations.join('\n')).toBe('');
      });
    }
  });
}
