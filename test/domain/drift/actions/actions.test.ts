import { describe, expect, it } from 'vitest';
import type { ActionReads, Alarm, Busy, FormerVersion, NewerDrop } from '#domain/drift/actions/drift-action';
import { DRIFT_ACTIONS, findAction } from '#domain/drift/actions/registry';
import { decisionSettings } from '#domain/drift/decision/settings';
import { driftSchema } from '#domain/drift/settings';
import type { CarriedDrift, DriftDecision } from '#schemas/records/drift-history';
import { day } from '../decision/support.ts';

const decision: DriftDecision = {
  severity: 'warning',
  reason: 'auc fell',
  persistence: { bad: 1, windows: 1, needed: 1 },
  since: day(5),
  drifting: [],
  loss: { metric: 'auc', lost: 0.1, share: 0.125, least: 0.02, most: 0.2 },
  rows: '',
};
const carried: CarriedDrift = {
  firstFrom: day(5),
  former: { runId: 'r1', severity: 'none', estimated: true },
  retrains: [],
};
const alarm = (changes: Partial<Alarm> = {}): Alarm => ({
  at: day(10),
  decision,
  carried,
  settings: decisionSettings(undefined),
  minRows: 200,
  ...changes,
});
const usable: NewerDrop = { drop: 'loan/2026-01-09/', state: 'new', rows: 1000 };
const former: FormerVersion = { version: 1, runId: 'r1', isApproved: true };
interface Known {
  readonly busy?: Busy;
  readonly drops?: readonly NewerDrop[];
  readonly version?: FormerVersion | 'none';
}
const reads = ({ busy = {}, drops = [usable], version = former }: Known = {}): ActionReads => ({
  busy: async () => busy,
  newerDrops: async () => drops,
  formerVersion: async () => (version === 'none' ? undefined : version),
});

describe('the actions', () => {
  it('are those that a pipeline may name, and alert is the usual one', () => {
    for (const { name } of DRIFT_ACTIONS) {
      expect(driftSchema.parse({ schedule: 'rate(1 day)', action: name }).action).toBe(name);
      expect(findAction(name).name).toBe(name);
    }
    expect(driftSchema.parse({ schedule: 'rate(1 day)' }).action).toBe('alert');
    expect(() => findAction('page')).toThrow(
      'There is no drift action "page"; known: note, alert, retrain, roll-back.',
    );
  });

  it.each(['note', 'alert'])('called %s starts nothing', async (name) => {
    expect(await findAction(name).plan(alarm(), reads())).toMatchObject({ start: 'nothing' });
  });

  it('tell of an alarm, but for a note', () => {
    expect(DRIFT_ACTIONS.filter(({ tells }) => !tells).map(({ name }) => name)).toEqual(['note']);
  });
});

describe('a retrain', () => {
  const plan = (given: Known, changes: Partial<Alarm> = {}) => findAction('retrain').plan(alarm(changes), reads(given));

  it('is started on the newest drop that can be used', async () => {
    expect(await plan({})).toEqual({
      start: 'retrain',
      reason: 'a retrain on drop loan/2026-01-09/ has been started',
      drop: usable.drop,
    });
    const refused: NewerDrop = { drop: 'loan/2026-01-10/', state: 'refused', runId: 'r9', rows: 900 };
    expect(await plan({ drops: [refused, usable] })).toMatchObject({ start: 'retrain', drop: usable.drop });
    const unknown: NewerDrop = { ...usable, rows: undefined };
    expect(await plan({ drops: [unknown] })).toMatchObject({ start: 'retrain' });
  });

  it.each([
    [{ busy: { training: 'r5' } }, 'run r5 is training already'],
    [{ busy: { deploying: 4, waiting: 5 } }, 'version 4, trained since, is being deployed or compared'],
    [{ busy: { waiting: 5 } }, 'version 5, trained since, waits for approval'],
    [{ drops: [] }, 'there is no newer drop than the one that the model was trained on: drop newer labelled data'],
    [
      { drops: [{ ...usable, state: 'refused', runId: 'r9' }] },
      'the newest drop was refused by run r9: drop it again without what is wrong in it',
    ],
    [
      { drops: [{ ...usable, state: 'trained', runId: 'r9' }] },
      'run r9 trained on the newest drop already, and the same data would give the same model: drop newer labelled data',
    ],
    [
      { drops: [{ ...usable, rows: 150 }] },
      'the newest drop has about 150 rows, and a retrain needs 200 (drift.minRows)',
    ],
  ] satisfies [Known, string][])('is not started with %o, and says why', async (given, reason) => {
    expect(await plan(given)).toEqual({ start: 'nothing', reason: `no retrain: ${reason}` });
  });

  it('stops at a drop of a state that it does not know', async () => {
    const other: NewerDrop = { ...usable, state: 'of-another-version' as never };
    await expect(plan({ drops: [other] })).rejects.toThrow('There is no rule for this state of a drop.');
  });

  it('is not started beyond its budget', async () => {
    const spent = { ...carried, retrains: [day(-40), day(3), day(9)] };
    expect((await plan({}, { carried: spent })).reason).toBe(
      'no retrain: drift started 2 in the last 30d, and drift.decision.retrains allows 2',
    );
    expect(await plan({}, { carried: { ...carried, retrains: [day(-40), day(9)] } })).toMatchObject({
      start: 'retrain',
    });
    const none = { ...decisionSettings(undefined), retrains: { most: 0, per: '1d' } };
    expect(await plan({}, { settings: none })).toMatchObject({ start: 'nothing' });
  });
});

describe('a roll-back', () => {
  const plan = (given: Known = {}, changes: Partial<Alarm> = {}) =>
    findAction('roll-back').plan(alarm(changes), reads(given));

  it('is started where the version before was good and the one in service never was', async () => {
    expect(await plan()).toEqual({
      start: 'roll-back',
      reason: 'a roll-back to version 1 has been started',
      version: 1,
    });
  });

  it.each([
    ['no version served before this one', { version: 'none' }, {}],
    ['version 1, which served before, is no longer approved', { version: { ...former, isApproved: false } }, {}],
    ['version 3 is being deployed or compared', { busy: { deploying: 3 } }, {}],
    [
      'the performance of the version in service is not estimated to have fallen',
      {},
      { decision: { ...decision, loss: undefined } },
    ],
    [
      'the performance of the version in service is not estimated to have fallen',
      {},
      { decision: { ...decision, loss: { metric: 'auc', lost: -0.1, share: 0, least: 0, most: 0 } } },
    ],
    ['the version in service was good at first', {}, { decision: { ...decision, since: day(7) } }],
    ['the version in service was good at first', {}, { decision: { ...decision, since: undefined } }],
    [
      'no check estimated the performance of the version before while it served',
      {},
      { carried: { ...carried, former: undefined } },
    ],
    [
      'no check estimated the performance of the version before while it served',
      {},
      { carried: { ...carried, former: { runId: 'r1', severity: 'none', estimated: false } } },
    ],
    [
      'no check estimated the performance of the version before while it served',
      {},
      { carried: { ...carried, former: { runId: 'r0', severity: 'none', estimated: true } } },
    ],
    [
      'the version before was not good either in its last check',
      {},
      { carried: { ...carried, former: { runId: 'r1', severity: 'critical', estimated: true } } },
    ],
  ] as [string, Known, Partial<Alarm>][])('is not started: %s', async (reason, given, changes) => {
    expect(await plan(given, changes)).toEqual({ start: 'nothing', reason: `no roll-back: ${reason}` });
  });
});
