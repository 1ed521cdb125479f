import { afterAll, describe, expect, it } from 'vitest';
import { type DeployPath, deployWith, recordDeploy } from './deploy-case.ts';
import { caseName, commonCalls } from './fault-board.ts';
import { planFaults } from './plan.ts';
import { recordRetrain } from './retrain-case.ts';
import './tally.ts';
import { openWorld } from './world.ts';

const world = await openWorld('chaos-deploy');
afterAll(() => world.close());
const contenders = {
  first: (await recordRetrain(world)).modelPackageArn,
  second: (await recordRetrain(world)).modelPackageArn,
};
const paths: readonly DeployPath[] = ['first deployment', 'blue/green update'];

for (const path of paths) {
  const record = () => recordDeploy(world, path, contenders);
  await record();
  const calls = commonCalls([await record(), await record()]);
  describe(`${path}: an approved model serves or what served before does, with a fault at`, () => {
    for (const plan of planFaults(calls)) {
      it(caseName(plan), async ({ task }) => {
        const { site, kind } = plan;
        const meta = { path, calls: calls.length, service: site.service, kind, case: caseName(plan) };
        task.meta.chaos = meta;
        const { status: outcome, violations } = await deployWith(world, path, contenders, plan);
        task.meta.chaos = { ...meta, outcome, violations };
        expect(violations.join('\n')).toBe('');
      });
    }
  });
}
