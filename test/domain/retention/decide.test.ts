import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetention } from '#domain/retention/decide';
import type { Inventory } from '#domain/retention/inventory';
import { ago, anyInventory, arnOf, at, inventoryOf, nameOf, nothing, runOf, settings, stepsOf } from './stage.ts';

const decide = (inventory: Inventory, more = settings) => decideRetention(inventory, more, at);
/** The reason why a run is kept, or what of it goes. */
function fateOf(inventory: Inventory, runId: string, more = settings): unknown {
  const { removals, kept } = decide(inventory, more);
  return kept.find((k) => k.runId === runId)?.reason ?? removals.find((r) => r.runId === runId);
}
const old = runOf(200);
/** A newer run, so that the one looked at is not the newest. */
const newest = { runId: runOf(1, 'ffff'), status: 'rejected' };

describe('of a run that nothing refers to', () => {
  it('goes all that it has, once it is old, with the version that was rejected', () => {
    expect(fateOf(inventoryOf([{ runId: old, version: 3, approval: 'Rejected' }, newest]), old)).toEqual({
      runId: old,
      reason: 'nothing refers to it, and it is older than retention.runs (90d)',
      versions: [{ version: 3, modelPackageArn: arnOf(3), approval: 'Rejected' }],
      endpointConfigs: [nameOf(old)],
      models: [nameOf(old)],
      rows: true,
      records: true,
      items: [`thread#${old}`, `run#${old}`],
    });
  });

  it('stays what is young, but its rows go after a month', () => {
    const [young, middle] = [runOf(1), runOf(40)];
    const inventory = inventoryOf([{ runId: young, status: 'deployed' }, { runId: middle }, newest]);

    expect(fateOf(inventory, young)).toBe('it is younger than 90d');
    expect(fateOf({ ...inventory, endpointConfigs: [] }, middle)).toMatchObject({
      reason: 'its rows are older than retention.rows (30d)',
      rows: true,
      records: false,
      versions: [],
      models: [],
      items: [],
    });
  });

  it('stays the record of a refused drop, since later runs leave the drop out by it', () => {
    const refused = { runId: old, status: 'failed', isRefused: true };
    const inventory = inventoryOf([refused, newest]);

    expect(fateOf(inventory, old)).toMatchObject({ records: true, items: [`thread#${old}`] });
    expect(fateOf({ ...nothing, recorded: inventory.recorded }, old)).toBe(
      'its drop was refused, and later runs leave the drop out',
    );
  });

  it('goes what has no record, such as objects and models of a run whose record is gone, and an old batch', () => {
    const lost = { ...nothing, records: [old], models: [{ name: nameOf(old), runId: old }] };
    expect(fateOf(lost, old)).toMatchObject({ records: true, models: [nameOf(old)], items: [], rows: false });

    const batch = inventoryOf([{ runId: old, kind: 'batch', status: 'failed' }, newest]);
    expect(fateOf(batch, old)).toMatchObject({ records: true, items: [`thread#${old}`, `batch#${old}`] });
  });

  it('goes the model that a failed run left, and an endpoint config that no endpoint uses, after two days', () => {
    const [failed, fresh, approved] = [runOf(3), runOf(1, 'bbbb'), runOf(4)];
    const inventory = inventoryOf([
      { runId: failed, status: 'failed' },
      { runId: fresh, status: 'failed' },
      { runId: approved, version: 1 },
      newest,
    ]);

    expect(fateOf(inventory, failed)).toMatchObject({
      reason: 'no endpoint uses its endpoint config; it ended without a version, and its model stayed',
      models: [nameOf(failed)],
    });
    expect(fateOf(inventory, fresh)).toBe('it is younger than 90d');
    expect(fateOf(inventory, approved)).toMatchObject({
      reason: 'no endpoint uses its endpoint config',
      endpointConfigs: [nameOf(approved)],
      models: [],
      rows: false,
    });
  });

  it('stays what is not named as a run, and what another tool registered', () => {
    const foreign = {
      version: 9,
      modelPackageArn: arnOf(9),
      runId: undefined,
      approval: 'Rejected' as const,
      registeredAt: ago(900),
    };
    const { removals, kept } = decide({ ...nothing, records: ['notes', '20269999-000000-aaaa'], versions: [foreign] });

    expect(removals).toEqual([]);
    expect(kept.map(({ reason }) => reason)).toEqual([
      'its name is not that of a run',
      'its name is not that of a run',
    ]);
  });
});

describe('nothing goes of', () => {
  const version = { runId: old, version: 1 };
  const live = (more: Partial<Inventory>) => inventoryOf([version, newest], { endpointConfigs: [], ...more });

  it.each([
    ['the champion', { champion: { runId: old, version: 1 } }, 'its model serves'],
    ['a run under way', { underWay: [{ runId: old, as: 'training' }] }, 'it is under way'],
    ['a deployment', { underWay: [{ runId: old, as: 'deploying' }] }, 'it is being deployed'],
    ['a challenger', { underWay: [{ runId: old, as: 'challenging' }] }, 'it challenges the champion'],
    ['a model that scores a batch', { underWay: [{ runId: old, as: 'scoring' }] }, 'its model scores a batch now'],
  ] as const)('%s, however old', (_, more, reason) => {
    expect(fateOf(live(more as Partial<Inventory>), old)).toBe(reason);
  });

  it('a version that waits for a decision, however old', () => {
    const inventory = inventoryOf([{ ...version, approval: 'PendingManualApproval' }, newest]);
    expect(fateOf(inventory, old)).toBe('version 1 waits for a decision');
  });

  it('the newest run and the newest batch that a drift check may read', () => {
    const batch = { runId: runOf(300), kind: 'batch' as const, status: 'scored' };
    const later = [
      { runId: runOf(150, 'bbbb'), status: 'failed' },
      { runId: runOf(100, 'bbbb'), status: 'running' },
    ];
    const inventory = inventoryOf([{ runId: old, status: 'rejected' }, batch, ...later]);

    expect(fateOf(inventory, old)).toBe('it is the newest run');
    expect(fateOf(inventory, batch.runId)).toBe('it is the newest batch');
    expect(fateOf(inventory, runOf(100, 'bbbb'))).toMatchObject({ records: true });
    expect(fateOf(inventoryOf([{ runId: runOf(20), status: 'running' }, newest]), runOf(20))).toBe('it is under way');
    const odd = inventoryOf([]);
    expect(
      fateOf({ ...odd, recorded: [{ runId: 'by-hand', kind: 'run', status: 'running', isRefused: false }] }, 'by-hand'),
    ).toBe('its name is not that of a run');
  });
});

describe('of a run whose records are read', () => {
  it.each([
    ['the last good run', { lastGood: old }, 'the next drop is compared with it'],
    [
      'one that served within the predictions that are kept',
      { former: [{ runId: old, version: 1, supersededAt: ago(200) }] },
      'predictions of its model are kept',
    ],
    ['one that challenged', { challenged: [{ runId: old, endedAt: ago(100) }] }, 'predictions of its model are kept'],
  ] as const)('%s: its rows alone go', (_, more, reason) => {
    const rejected = { runId: old, version: 1, approval: 'Rejected' as const };
    const inventory = inventoryOf([rejected, newest], { endpointConfigs: [], ...(more as Partial<Inventory>) });

    expect(fateOf(inventory, old)).toMatchObject({ rows: true, records: false, versions: [], models: [], items: [] });
    expect(fateOf({ ...inventory, rows: [] }, old)).toBe(reason);
  });

  it('counts from when it last served', () => {
    const former = [
      { runId: old, version: 1, supersededAt: ago(150) },
      { runId: old, version: 1, supersededAt: ago(260) },
    ];
    const short = { ...settings, predictions: '14d', runs: '160d' };
    const inventory = inventoryOf([{ runId: old, version: 1, approval: 'Rejected' }, newest], {
      former,
      rows: [],
      endpointConfigs: [],
    });

    expect(fateOf(inventory, old, short)).toBe('it is younger than 160d');
    expect(fateOf(inventory, old, { ...short, runs: '140d' })).toMatchObject({ records: true });
  });
});

describe('approved versions', () => {
  const few = { ...settings, predictions: '14d', models: { versions: 2, for: '180d' } };
  const versions = [600, 500, 400, 300].map((daysAgo, i) => ({ runId: runOf(daysAgo), version: i + 1 }));
  const [first, second, third, fourth] = versions as [
    (typeof versions)[0],
    (typeof versions)[0],
    (typeof versions)[0],
    (typeof versions)[0],
  ];
  const champion = { runId: fourth.runId, version: 4 };
  const bare = { rows: [], endpointConfigs: [] };

  it('stay: the newest, and those that were of use lately', () => {
    const inventory = inventoryOf([...versions, newest], { champion, ...bare });
    expect(fateOf(inventory, third.runId, few)).toBe('version 3 may be rolled back to');
    expect(fateOf(inventory, second.runId, few)).toBe('version 2 may be rolled back to');
    expect(fateOf(inventory, first.runId, few)).toMatchObject({ versions: [{ version: 1 }], records: true });

    const former = [{ ...first, supersededAt: ago(170) }];
    expect(fateOf({ ...inventory, former }, first.runId, few)).toBe('version 1 may be rolled back to');
    expect(
      fateOf(
        {
          ...inventory,
          former: [{ ...first, supersededAt: ago(190) }, ...former.map((f) => ({ ...f, supersededAt: ago(400) }))],
        },
        third.runId,
        few,
      ),
    ).toBe('version 3 may be rolled back to');
  });

  it('stay, whatever their number, where a roll-back without a number leads', () => {
    // version 2 serves again; version 1 served before it, versions 3 and 4 are newer
    const inventory = inventoryOf([...versions, newest], {
      champion: { runId: second.runId, version: 2 },
      former: [
        { ...fourth, supersededAt: ago(250) },
        { ...first, supersededAt: ago(480) },
      ],
      ...bare,
    });
    expect(fateOf(inventory, first.runId, few)).toBe('version 1 may be rolled back to');
    expect(fateOf(inventory, first.runId, { ...few, models: { versions: 1, for: '30d' } })).toBe(
      'version 1 may be rolled back to',
    );
  });
});

describe('whatever a pipeline has', () => {
  const few = { ...settings, models: { versions: 1, for: '30d' } };
  const anySettings = fc.constantFrom(settings, few);

  it('nothing that is in use, waits or may be rolled back to goes', () => {
    fc.assert(
      fc.property(anyInventory, anySettings, (inventory, chosen) => {
        const { removals } = decide(inventory, chosen);
        const { champion, former, underWay, versions, lastGood, liveConfigs } = inventory;
        const whole = new Set([
          ...(champion ? [champion.runId] : []),
          ...underWay.map(({ runId }) => runId),
          ...versions.filter((v) => v.approval === 'PendingManualApproval').map((v) => v.runId),
        ]);
        const before = former.find(
          (f) =>
            (champion === undefined || f.version < champion.version) &&
            versions.some((v) => v.version === f.version && v.approval === 'Approved'),
        );
        const newestApproved = versions
          .filter((v) => v.approval === 'Approved' && v.version !== champion?.version)
          .toSorted((a, b) => b.version - a.version)
          .slice(0, chosen.models.versions);
        const models = new Set([before?.runId, lastGood, ...newestApproved.map((v) => v.runId)]);
        for (const removal of removals) {
          expect(whole.has(removal.runId)).toBe(false);
          for (const name of removal.endpointConfigs) expect(liveConfigs).not.toContain(name);
          if (models.has(removal.runId))
            expect(removal).toMatchObject({ versions: [], models: [], records: false, items: [] });
        }
      }),
    );
  });

  it('every run is either kept or loses something, and the reason is told', () => {
    fc.assert(
      fc.property(anyInventory, (inventory) => {
        const { removals, kept } = decide(inventory);
        const told = [...removals, ...kept].map(({ runId }) => runId);
        expect(new Set(told).size).toBe(told.length);
        expect([...removals, ...kept].every(({ reason }) => reason.length > 0)).toBe(true);
        for (const { runId } of inventory.recorded) expect(told).toContain(runId);
      }),
    );
  });

  it('a second clean-up finds nothing, and one that was killed anywhere ends as one that was not', () => {
    fc.assert(
      fc.property(anyInventory, anySettings, fc.nat(), (inventory, chosen, killedAt) => {
        const cleanUp = (from: Inventory, steps = Number.POSITIVE_INFINITY): Inventory =>
          decide(from, chosen)
            .removals.flatMap(stepsOf)
            .slice(0, steps)
            .reduce((left, step) => step(left), from);
        const clean = cleanUp(inventory);
        const all = decide(inventory, chosen).removals.flatMap(stepsOf).length;

        expect(decide(clean, chosen).removals).toEqual([]);
        expect(cleanUp(cleanUp(inventory, killedAt % (all + 1)))).toEqual(clean);
      }),
    );
  });
});
