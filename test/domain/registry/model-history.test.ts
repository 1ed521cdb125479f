import { describe, expect, it } from 'vitest';
import { modelHistory, type RegisteredVersion } from '#domain/registry/model-history';
import type { Decision } from '#schemas/records/decision';
import type { Champion } from '#schemas/records/run';

const registered = (version: number): RegisteredVersion => ({
  version,
  registeredAt: `2026-01-0${version}T00:00:00Z`,
  approval: 'Approved',
  metrics: { auc: 0.8 },
});
const champion = (version: number, promotedAt: string): Champion => ({
  runId: `run-${version}`,
  modelPackageArn: `arn:aws:sagemaker:eu-central-1:1:model-package/g/${version}`,
  modelPackageVersion: version,
  modelName: 'm',
  endpointName: 'e',
  endpointConfigName: 'c',
  promotedAt,
});
const decided = (version: number, at: string, decision: Decision['decision'] = 'approved'): Decision => ({
  decision,
  version,
  at,
  changedAt: at,
});

it('tells which version serves, which served and when, and what was decided', () => {
  const models = modelHistory([registered(1), registered(3), registered(2)], {
    champion: champion(1, '2026-01-09'),
    former: [
      { ...champion(2, '2026-01-05'), supersededAt: '2026-01-09' },
      { ...champion(1, '2026-01-02'), supersededAt: '2026-01-05' },
    ],
    decisions: [decided(1, '2026-01-01'), decided(1, '2026-01-08', 'rolled-back'), decided(2, '2026-01-04')],
    claims: new Map([
      [1, { status: 'promoted' }],
      [3, { status: 'failed' }],
    ]),
  });

  expect(models).toEqual([
    { ...registered(3), live: false, served: [], deployment: 'failed', rollBack: 'possible', decisions: [] },
    {
      ...registered(2),
      live: false,
      served: [{ from: '2026-01-05', to: '2026-01-09' }],
      rollBack: 'possible',
      decisions: [decided(2, '2026-01-04')],
    },
    {
      ...registered(1),
      live: true,
      served: [
        { from: '2026-01-02', to: '2026-01-05' },
        { from: '2026-01-09', to: null },
      ],
      deployment: 'promoted',
      decisions: [decided(1, '2026-01-08', 'rolled-back'), decided(1, '2026-01-01')],
    },
  ]);
});

it('sorts the periods of a version that is live again, and needs no records', () => {
  const none = { champion: undefined, former: [], decisions: [], claims: new Map() };

  expect(modelHistory([registered(1)], none)).toEqual([{ ...registered(1), live: false, served: [], decisions: [] }]);
  expect(modelHistory([], none)).toEqual([]);
});

it('sorts former periods by time, in whatever order they are read', () => {
  const [model] = modelHistory([registered(1)], {
    champion: undefined,
    former: [
      { ...champion(1, '2026-01-05'), supersededAt: '2026-01-06' },
      { ...champion(1, '2026-01-01'), supersededAt: '2026-01-02' },
    ],
    decisions: [],
    claims: new Map(),
  });

  expect(model?.served.map(({ from }) => from)).toEqual(['2026-01-01', '2026-01-05']);
});

describe('the versions that a person can go back to', () => {
  const former = (version: number, promotedAt: string) => ({ ...champion(version, promotedAt), supersededAt: 'later' });
  const ways = (records: Partial<Parameters<typeof modelHistory>[1]>, approvals: Record<number, 'Rejected'> = {}) =>
    Object.fromEntries(
      modelHistory(
        [1, 2, 3, 4].map((version) => ({ ...registered(version), approval: approvals[version] ?? 'Approved' })),
        { champion: champion(3, '2026-01-09'), former: [], decisions: [], claims: new Map(), ...records },
      ).map(({ version, rollBack }) => [version, rollBack]),
    );
  const served = [former(1, '2026-01-02'), former(2, '2026-01-05'), former(4, '2026-01-07')];

  it('are approved and do not serve; the default is older than the champion and served last', () => {
    expect(ways({ former: served })).toEqual({ 1: 'possible', 2: 'default', 3: undefined, 4: 'possible' });
    expect(ways({ former: served }, { 2: 'Rejected' })).toMatchObject({ 1: 'default', 2: undefined });
  });

  it('are all that served when nothing serves any more', () => {
    expect(ways({ champion: undefined, former: served })).toMatchObject({ 3: 'possible', 4: 'default' });
  });

  it('are none while the pipeline is retired, or when no model ever served', () => {
    const none = { 1: undefined, 2: undefined, 3: undefined, 4: undefined };
    expect(ways({ champion: undefined, former: served, retired: true })).toEqual(none);
    expect(ways({ champion: undefined })).toEqual(none);
  });
});
