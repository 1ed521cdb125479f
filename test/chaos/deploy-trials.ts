import { afterAll, describe, expect, it } from 'vitest';
import { type Contenders, type DeployPath, deployWith, recordDeploy } from './deploy-case.ts';
import { commonCalls } from './fault-board.ts';
import { recordRetrain } from './retrain-case.ts';
import './tally.ts';
import { type Trial, trialsOf } from './trials.ts';
import { openWorld, type World } from './world.ts';

const endpointFaults = [
  ['endpoint', { fault: 'endpoint-failure', reason: 'ping', nth: 1 }],
  ['endpoint internally', { fault: 'endpoint-failure', reason: 'internal', nth: 1 }],
  ['endpoint', { fault: 'capacity', job: 'endpoint', nth: 1 }],
] as const;

/** The test of one fault on one path. */
export function tryOnce(
  world: World,
  path: DeployPath,
  { trial, contenders, calls }: { readonly trial: Trial; readonly contenders: Contenders; readonly calls: number },
): void {
  it(trial.name, async ({ task }) => {
    const meta = { path, calls, service: trial.service, kind: trial.kind, case: trial.name };
    task.meta.chaos = meta;
    const { status: outcome, violations } = await deployWith(world, path, contenders, trial);
    task.meta.chaos = { ...meta, outcome, violations };
    expect(violations.join('\n')).toBe('');
  });
}

/** Trains two models that take turns as champion. */
export const trainContenders = async (world: World): Promise<Contenders> => ({
  first: (await recordRetrain(world)).modelPackageArn,
  second: (await recordRetrain(world)).modelPackageArn,
});

/** Tries the faults of one path in a cloud of its own: each test file has one path, so that two workers share them. */
export async function tryDeploy(path: DeployPath, pipeline: string): Promise<void> {
  const world = await openWorld(pipeline);
  afterAll(() => world.close());
  const contenders = await trainContenders(world);
  const record = () => recordDeploy(world, path, contenders);
  await record();
  const calls = commonCalls([await record(), await record()]);
  describe(`${path}: an approved model serves or what served before does, with a fault at`, () => {
    for (const trial of trialsOf(world, calls, endpointFaults))
      tryOnce(world, path, { trial, contenders, calls: calls.length });
  });
}
