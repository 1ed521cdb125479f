import { expect, it } from 'vitest';
import { describePlan } from '../../cli/clean-up.ts';
import { packageArn } from '../functions/support/stage.ts';

const removal = {
  pipeline: 'loan',
  runId: '20260101-080000-aaaa',
  reason: 'nothing refers to it, and it is older than retention.runs (90d)',
  versions: [{ version: 3, modelPackageArn: packageArn(3), approval: 'Rejected' as const }],
  endpointConfigs: ['a'],
  models: ['a'],
  rows: true,
  records: true,
  items: ['run#20260101-080000-aaaa'],
  objects: 640,
  bytes: 2 * 2 ** 30,
};
const nothing = { versions: [], endpointConfigs: [], models: [], rows: false, records: false, objects: 0, bytes: 0 };
const plan = { at: '2026-12-01T07:00:00.000Z', dryRun: true, removals: [], kept: [], left: 0 };

it('lists what goes of each run, its size, its cost and the reason', () => {
  const text = describePlan({ ...plan, removals: [removal, { ...removal, ...nothing }], left: 2 }, {});
  expect(text).toMatch(
    /loan +20260101-080000-aaaa +version 3, endpoint config, model, rows, records \(640\) +2\.15 GB +\$0\.05 +nothing refers to it/,
  );
  expect(text).toMatch(/items of the state table +0 B +\$0\.00/);
  expect(text).toContain('together 2.15 GB, $0.05 a month');
  expect(text).toContain("2 more are the next clean-up's");
});

it('says when there is nothing', () => {
  expect(describePlan(plan, {})).toBe('Nothing to clean up.');
});
