import { afterAll, describe, expect, it } from 'vitest';
import { type DeployPath, recordDeploy } from './deploy-case.ts';
import { trainContenders, tryOnce } from './deploy-trials.ts';
import { type CallSite, siteName } from './fault-board.ts';
import { planFaults } from './plan.ts';
import { callTrial, isPicked } from './trials.ts';
import { openWorld } from './world.ts';

/** All traffic moves at once, so the clock need not leap over steps; alarms need five minutes. */
const world = await openWorld(
  'chaos-guarded',
  `deployment:
  strategy: all-at-once
  bakeMinutes: 5
  alarms: { errors: 50 }
  scaling: { min: 1, max: 2, invocationsPerInstance: 600 }
`,
);
afterAll(() => world.close());
const contenders = await trainContenders(world);

/** What guards an endpoint. The other calls of a deployment fail in the plain update. */
const guards = ['monitoring', 'application-autoscaling'];
const pathOf = new Map<CallSite, DeployPath>();
for (const path of ['guarded update', 'guarded update in vain'] as const) {
  const known = new Set([...pathOf.keys()].map(siteName));
  for (const site of await recordDeploy(world, path, contenders))
    if (guards.includes(site.service) && !known.has(siteName(site))) pathOf.set(site, path);
}

const callsOf = (path: DeployPath): number => [...pathOf.values()].filter((own) => own === path).length;

describe('guarded update: the endpoint keeps its guards and no alarm is left, with a fault at', () => {
  for (const plan of planFaults([...pathOf.keys()], process.env['CHAOS'] ?? 'once')) {
    const trial = callTrial(world.board, plan);
    const path = pathOf.get(plan.site);
    if (path && isPicked(trial.name)) tryOnce(world, path, { trial, contenders, calls: callsOf(path) });
  }
});

it('reaches every call of alarms and of scaling', () => {
  const calls = [...pathOf.keys()].map(({ role, operation }) => `${role}: ${operation}`);
  expect(new Set(calls)).toEqual(
    new Set([
      'DeployEndpointRole: DeleteAlarms',
      'DeployEndpointRole: PutMetricAlarm',
      'DeployEndpointRole: DeregisterScalableTarget',
      'ServingRole: DescribeAlarms',
      'PromoteModelRole: DeleteAlarms',
      'PromoteModelRole: RegisterScalableTarget',
      'PromoteModelRole: PutScalingPolicy',
      'AwaitEndpointRole: DescribeAlarms',
      'RollBackDeploymentRole: DeleteAlarms',
      'RollBackDeploymentRole: RegisterScalableTarget',
      'RollBackDeploymentRole: PutScalingPolicy',
    ]),
  );
});
