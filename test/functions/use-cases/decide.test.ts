import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { NotFoundError } from '#domain/errors';
import { approvalKeys, slackExecution } from '#domain/registry/approval-keys';
import { approvalRules } from '#domain/registry/approval-rules';
import { type DecidePorts, decide } from '#functions/use-cases/decide';
import { type DecideRequest, decideSchema } from '#schemas/events/decision';
import type { ApprovalEntry, SlackRequest } from '#schemas/records/approval';
import { memoryState } from '../../fakes/memory-state.ts';
import { championOf, packageArn, runs } from '../support/stage.ts';

const state = memoryState();
const arnOf = (version: number): string => packageArn(version);
const registered = '2026-01-20T10:00:00.000Z';
const start = Date.parse('2026-01-31T10:00:00Z');
const ana = 'arn:aws:sts::123456789012:assumed-role/MLEngineer/ana';

let packages: Map<string, { status: string; approvedAt: string; reason?: string }>;
let changes: string[];
let entries: [string, ApprovalEntry][];
let time = start;
let approvals: number | undefined;
let expiresAfter: string | undefined;
/** Runs before a package is changed. */
let beforeChange: () => Promise<void>;

const ports: DecidePorts = {
  stage: 'dev',
  packages: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/',
  store: state,
  registry: {
    read: async (arn) => {
      const found = packages.get(arn);
      if (!found) throw new NotFoundError(`There is no model package ${arn}.`);
      return { ...found, creation: { status: 'Completed' }, runId: runs.third };
    },
    decide: async (arn, status, reason) => {
      await beforeChange();
      changes.push(`${status} ${arn.split('/').at(-1)}${reason && ` ${reason}`}`);
      packages.set(arn, { status, approvedAt: new Date(time).toISOString(), reason });
    },
  },
  log: {
    append: async (_, id, entry) => {
      if (!entries.some(([known, { at }]) => known === id && at === entry.at)) entries.push([id, entry]);
    },
  },
  rulesOf: () => approvalRules({ approvers: ['U0ALICE', 'U0BOB'], approvals, expiresAfter }, ''),
  now: () => time,
};

beforeEach(() => {
  state.clear();
  packages = new Map([[arnOf(3), { status: 'PendingManualApproval', approvedAt: registered }]]);
  changes = [];
  entries = [];
  time = start;
  approvals = undefined;
  expiresAfter = undefined;
  beforeChange = async () => undefined;
});

let requests = 0;
/** Somebody presses a button. */
async function press(
  user: string,
  action: SlackRequest['action'] = 'approve',
  more: Partial<SlackRequest> = {},
): Promise<DecideRequest> {
  requests += 1;
  const digest = `d${requests}`;
  const request: SlackRequest = {
    ...{ action, version: 3, by: `slack:${user}`, channel: 'C1', expires: start + 60_000 },
    ...{ at: new Date(time).toISOString(), ...more },
  };
  await state.put('loan', approvalKeys.request(digest), request);
  return {
    ...{ pipeline: 'loan', id: slackExecution(digest), slackRequest: digest },
    requestedAt: new Date(time + requests).toISOString(),
  };
}
/** Somebody uses the command line. */
const command = (action: 'approve' | 'reject' | 'roll-back', more: Partial<DecideRequest> = {}): DecideRequest => {
  requests += 1;
  const requestedAt = new Date(time + requests).toISOString();
  return { pipeline: 'loan', id: `e${requests}`, requestedAt, action, version: 3, by: ana, ...more };
};
const claimed = (status: string) => ({
  ...{
    status,
    executionArn: 'arn:aws:states:other',
    approvedAt: registered,
    startedAt: registered,
    modelPackageArn: arnOf(3),
  },
  ...{ runId: runs.third, endpointName: 'tidegate-dev-loan', endpointConfigName: 'tidegate-dev-loan-x' },
});
const outcomes = () => entries.map(([, { by, outcome, why }]) => [by, outcome, ...(why ? [why] : [])]);

describe('an approval', () => {
  it('in Slack changes the registry, and is recorded with who', async () => {
    expect(await decide(ports, await press('U0ALICE'))).toEqual({
      ...{ decision: 'set', version: 3, status: 'Approved', before: 'PendingManualApproval' },
    });
    expect(changes).toEqual(['Approved 3']);
    expect(entries).toMatchObject([
      [expect.any(String), { action: 'approve', version: 3, by: 'slack:U0ALICE', via: 'slack', outcome: 'decided' }],
    ]);
  });

  it('at the command line goes the same way, in the name of the caller', async () => {
    expect(await decide(ports, command('approve', { reason: ' looked\nat the\u0000report ' }))).toMatchObject({
      decision: 'set',
    });
    expect(changes).toEqual(['Approved 3 looked at the report']);
    expect(entries).toMatchObject([[expect.any(String), { by: ana, via: 'command', outcome: 'decided' }]]);
  });

  it('that is retried decides nothing twice, whatever was lost', async () => {
    const request = await press('U0ALICE');
    let fails = true;
    const log = { append: async () => (fails ? Promise.reject(new Error('lost')) : Promise.resolve()) };
    await expect(decide({ ...ports, log }, request)).rejects.toThrow('lost');
    fails = false;

    expect(await decide(ports, request)).toMatchObject({ decision: 'set', status: 'Approved' });
    expect(changes).toEqual(['Approved 3']);
    expect(outcomes()).toEqual([['slack:U0ALICE', 'decided']]);
  });

  it('that was claimed and lost before the registry changed is carried out by its retry', async () => {
    const request = await press('U0ALICE');
    beforeChange = () => Promise.reject(new Error('lost'));
    await expect(decide(ports, request)).rejects.toThrow('lost');
    beforeChange = async () => undefined;

    expect(await decide(ports, request)).toMatchObject({ decision: 'set' });
    expect(changes).toEqual(['Approved 3']);
  });

  it('of somebody who may not is refused, told to them and recorded', async () => {
    expect(await decide(ports, await press('U0CAROL'))).toMatchObject({
      ...{ decision: 'refused', code: 'not-allowed', version: 3 },
      reason: expect.stringContaining('registry.approvers in pipelines/loan.yml'),
    });
    expect(changes).toEqual([]);
    expect(outcomes()).toEqual([['slack:U0CAROL', 'refused', 'not-allowed']]);
  });

  it('by a button that has ended is refused', async () => {
    const request = await press('U0ALICE');
    time = start + 60_001;

    expect(await decide(ports, request)).toMatchObject({
      code: 'expired',
      reason: expect.stringContaining('npx tidegate approve loan 3'),
    });
    expect(changes).toEqual([]);
  });

  it('of a version that has waited too long is refused in every way; a rejection is not', async () => {
    expiresAfter = '10d';
    for (const request of [await press('U0ALICE'), command('approve')]) {
      expect(await decide(ports, request)).toMatchObject({
        code: 'expired',
        reason: expect.stringContaining('2026-01-20'),
      });
    }
    expect(await decide(ports, command('reject'))).toMatchObject({ decision: 'set', status: 'Rejected' });
    // it counts from when the version was put back to waiting
    packages.set(arnOf(3), { status: 'PendingManualApproval', approvedAt: '2026-01-22T10:00:00.000Z' });
    expect(await decide(ports, command('approve'))).toMatchObject({ decision: 'set', status: 'Approved' });
  });

  it('a second time is told that the first was carried out', async () => {
    await decide(ports, await press('U0ALICE'));

    expect(await decide(ports, await press('U0ALICE'))).toMatchObject({
      ...{ decision: 'refused', code: 'pointless', reason: expect.stringContaining('is approved already') },
    });
    expect(changes).toEqual(['Approved 3']);
  });

  it('of two at the same moment is carried out once, and the other is told', async () => {
    const [alice, bob] = [await press('U0ALICE'), await press('U0BOB', 'reject')];
    let other: ReturnType<typeof decide> | undefined;
    // Bob's comes between Alice's reading and her change
    beforeChange = async () => {
      other ??= decide(ports, bob);
      await other;
    };

    expect(await decide(ports, alice)).toMatchObject({ decision: 'set', status: 'Approved' });
    expect(await other).toEqual({
      ...{ decision: 'refused', version: 3, code: 'decided-already' },
      reason: 'Somebody has just approved version 3 of loan.',
    });
    expect(changes).toEqual(['Approved 3']);
    expect(outcomes().toSorted()).toEqual([
      ['slack:U0ALICE', 'decided'],
      ['slack:U0BOB', 'refused', 'decided-already'],
    ]);
  });

  it('takes over from one that was lost, after ten minutes', async () => {
    beforeChange = () => Promise.reject(new Error('lost'));
    await expect(decide(ports, await press('U0ALICE'))).rejects.toThrow('lost');
    beforeChange = async () => undefined;

    const soon = await decide(ports, command('approve'));
    time += 10 * 60_000 + 1;
    const later = await decide(ports, command('approve'));

    expect([soon, later]).toMatchObject([{ code: 'decided-already' }, { decision: 'set' }]);
    expect(changes).toEqual(['Approved 3']);
  });

  it.each(['waiting', 'deploying'] as const)('while the version is %s already is told so', async (status) => {
    packages.set(arnOf(3), { status: 'Approved', approvedAt: registered });
    await state.put('loan', deploymentKeys.claim(3), claimed(status));

    expect(await decide(ports, await press('U0ALICE'))).toMatchObject({
      reason: expect.stringContaining('is being deployed'),
    });
  });

  it('while another roll-out runs is carried out: its deployment waits for its turn', async () => {
    await state.put('loan', deploymentKeys.lock, { executionArn: 'arn:other' });
    await state.put('loan', deploymentKeys.claim(2), claimed('deploying'));

    expect(await decide(ports, await press('U0ALICE'))).toMatchObject({ decision: 'set', status: 'Approved' });
    expect(await state.get('loan', deploymentKeys.lock)).toMatchObject({ executionArn: 'arn:other' });
  });

  it.each([
    [9, 'loan has no version 9.'],
    [null, 'Name a version of loan.'],
  ])('of a version that is not there is refused: %s', async (version, reason) => {
    expect(await decide(ports, command('approve', { version }))).toMatchObject({ code: 'unknown-version', reason });
  });
});

describe('a request of Slack', () => {
  it('belongs to one execution: nobody has it decided again under another name', async () => {
    const request = await press('U0ALICE');

    await expect(decide(ports, { ...request, id: 'mine' })).rejects.toMatchObject({ name: 'InvalidInputError' });
    await expect(decide(ports, { ...request, id: slackExecution('dx'), slackRequest: 'dx' })).rejects.toThrow(
      'press the button again',
    );
    expect([changes, entries]).toEqual([[], []]);
  });

  it('is not made by naming a user of Slack at the command line', () => {
    const named = command('approve', { by: 'slack:U0ALICE' });
    expect(decideSchema.safeParse(named).error?.issues.map(({ path }) => path)).toEqual([['by']]);
    expect(decideSchema.safeParse({ ...named, by: ana }).success).toBe(true);
  });

  it('says itself who asks for what: the rest of the input is not read', async () => {
    await decide(ports, { ...(await press('U0CAROL', 'reject')), action: 'approve', by: ana, version: 3 });

    expect(outcomes()).toEqual([['slack:U0CAROL', 'refused', 'not-allowed']]);
  });
});

describe('an approval by two persons', () => {
  beforeEach(() => {
    approvals = 2;
  });

  it('is one when both have approved, and not before', async () => {
    expect(await decide(ports, await press('U0ALICE'))).toEqual({
      ...{ decision: 'counted', version: 3, voters: ['slack:U0ALICE'], needed: 2 },
    });
    expect(changes).toEqual([]);
    expect(await decide(ports, await press('U0BOB'))).toMatchObject({ decision: 'set', status: 'Approved' });
    expect(outcomes()).toEqual([
      ['slack:U0ALICE', 'counted'],
      ['slack:U0BOB', 'decided'],
    ]);
  });

  it('is not one when the same person approves twice, or one who may not', async () => {
    await decide(ports, await press('U0ALICE'));

    expect(await decide(ports, await press('U0ALICE'))).toMatchObject({ code: 'own-approval' });
    expect(await decide(ports, await press('U0CAROL'))).toMatchObject({ code: 'not-allowed' });
    expect(changes).toEqual([]);
  });

  it('counts a retry once', async () => {
    const request = await press('U0ALICE');
    const first = await decide(ports, request);

    expect(await decide(ports, request)).toEqual(first);
    expect(outcomes()).toEqual([['slack:U0ALICE', 'counted']]);
  });

  it('of two at the same moment is carried out once', async () => {
    const both = [await press('U0ALICE'), await press('U0BOB')];
    const answers = await Promise.all(both.map((request) => decide(ports, request)));

    expect(answers.map(({ decision }) => decision)).toContain('set');
    expect(changes).toEqual(['Approved 3']);
  });

  it('begins anew when the version was put back to waiting', async () => {
    await decide(ports, await press('U0ALICE'));
    packages.set(arnOf(3), { status: 'PendingManualApproval', approvedAt: '2026-01-30T10:00:00.000Z' });

    expect(await decide(ports, await press('U0BOB'))).toMatchObject({ decision: 'counted', voters: ['slack:U0BOB'] });
  });

  it('cannot be had at the command line, which tells no persons apart; a rejection by one can', async () => {
    expect(await decide(ports, command('approve'))).toMatchObject({ code: 'two-persons' });
    expect(await decide(ports, await press('U0BOB', 'reject', { reason: 'no' }))).toMatchObject({ status: 'Rejected' });
    expect(changes).toEqual(['Rejected 3 no']);
  });
});

describe('a roll-back', () => {
  beforeEach(async () => {
    for (const version of [2, 3]) packages.set(arnOf(version), { status: 'Approved', approvedAt: registered });
    await state.put('loan', deploymentKeys.champion, championOf(3, runs.third, '2026-01-21T10:00:00Z'));
    await state.put('loan', deploymentKeys.formerChampion('2026-01-11T10:00:00Z'), {
      ...championOf(2, runs.second, '2026-01-11T10:00:00Z'),
    });
  });

  it('by a button leaves the version in service for the one before', async () => {
    expect(await decide(ports, await press('U0BOB', 'roll-back'))).toMatchObject({
      ...{ decision: 'recorded', notice: { version: 2, decision: 'rolled-back' }, deploy: arnOf(2) },
    });
    expect(await state.list('loan', deploymentKeys.decisions(2))).toMatchObject([{ by: 'slack:U0BOB', from: 3 }]);
    expect(outcomes()).toEqual([['slack:U0BOB', 'decided']]);
  });

  it('by a button of a version that serves no longer is refused', async () => {
    await state.put('loan', deploymentKeys.champion, championOf(4, runs.third, '2026-01-22T10:00:00Z'));
    expect(await decide(ports, await press('U0BOB', 'roll-back'))).toMatchObject({
      ...{ code: 'stale', reason: 'Version 3 of loan serves no longer: version 4 does.' },
    });
    await state.remove('loan', deploymentKeys.champion);
    expect(await decide(ports, await press('U0BOB', 'roll-back'))).toMatchObject({ code: 'stale' });
  });

  it('by somebody who may not, or by a button that has ended, is refused', async () => {
    expect(await decide(ports, await press('U0CAROL', 'roll-back'))).toMatchObject({ code: 'not-allowed' });
    const late = await press('U0ALICE', 'roll-back', { expires: start - 1 });
    expect(await decide(ports, late)).toMatchObject({
      code: 'expired',
      reason: expect.stringContaining('npx tidegate rollback loan.'),
    });
  });

  it('by a check has nobody’s name, and one that is pointless is recorded as refused', async () => {
    const check = { ...command('roll-back', { version: 2 }), by: null };
    expect(await decide(ports, check)).toMatchObject({ decision: 'recorded' });
    expect(await decide(ports, command('roll-back'))).toMatchObject({ decision: 'ignore' });
    expect(outcomes()).toEqual([
      [undefined, 'decided'],
      [ana, 'refused', 'pointless'],
    ]);
  });
});
