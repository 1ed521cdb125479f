import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { approvalKeys } from '#domain/registry/approval-keys';
import { approvalButtons, rollBackButton } from '#domain/slack/buttons';
import { composeMessage, type Message } from '#domain/slack/message';
import { reportApproval } from '#functions/use-cases/report-approval';
import type { Decision } from '#schemas/records/decision';
import { memoryState } from '../../fakes/memory-state.ts';

const store = memoryState();
const payload = { pipeline: 'loan', version: 3, expires: 1 };
let updates: { ts: string; message: Message }[];
let told: string[][];
let fails: boolean;

const ports = {
  store,
  connect: async () => ({
    update: async ({ ts }: { ts: string }, message: Message) => {
      if (fails) throw new Error('slack is down');
      updates.push({ ts, message });
    },
    tell: async (...said: string[]) => void told.push(said),
  }),
};
const at = '2026-01-31T10:40:21.000Z';

async function ask(key: string, actions = approvalButtons(payload), version = 3): Promise<void> {
  const { text, blocks } = composeMessage({ heading: 'Version 3 waits', actions });
  const item = { channel: 'C1', ts: key, about: actions.about, message: { text, blocks } };
  await store.put('loan', approvalKeys.asked(version, key), item);
}
async function recorded(decision: Decision['decision'], more: Partial<Decision> = {}) {
  const decided: Decision = { decision, version: 3, at, changedAt: at, by: 'slack:U0ALICE', ...more };
  await store.put('loan', deploymentKeys.decision(decided), decided);
  return reportApproval(ports, { pipeline: 'loan', outcome: 'recorded', decided });
}
const kinds = () => updates.map(({ ts, message }) => [ts, message.blocks.map(({ type }) => type).join(' ')]);

beforeEach(() => {
  store.clear();
  updates = [];
  told = [];
  fails = false;
});

describe('a decision', () => {
  it('takes the buttons of every message about it away, and says who and when', async () => {
    await ask('registered#r3');
    await ask('decision#again');
    await ask('deployed#r3', rollBackButton(payload));
    await ask('registered#r4', approvalButtons({ ...payload, version: 4 }), 4);

    expect(await recorded('approved')).toEqual({ messages: 2 });

    expect(kinds().toSorted()).toEqual([
      ['decision#again', 'header context'],
      ['registered#r3', 'header context'],
    ]);
    expect(JSON.stringify(updates[0]?.message.blocks)).toContain('Approved by <@U0ALICE>, 2026-01-31 10:40 UTC');
    expect(updates[0]?.message.text).toBe('Version 3 waits');
  });

  it.each([
    ['arn:aws:sts::123456789012:assumed-role/MLEngineer/ana', 'Rejected by ana (MLEngineer), 2026'],
    [undefined, 'Rejected by somebody, 2026'],
    ['slack:nobody', 'Rejected by slack:nobody, 2026'],
  ])('by %s, wherever it was made, is shown as theirs', async (by, text) => {
    await ask('registered#r3');
    await recorded('rejected', { by });

    expect(JSON.stringify(updates)).toContain(text);
  });

  it('is shown once, and by a retry what could not be shown', async () => {
    await ask('registered#r3');
    fails = true;
    await expect(recorded('approved')).rejects.toThrow('down');
    fails = false;

    expect(await recorded('approved')).toEqual({ messages: 1 });
    expect(await recorded('approved')).toEqual({ messages: 0 });
  });

  it('to roll back takes the button of the version that is left', async () => {
    await ask('deployed#r3', rollBackButton(payload));
    await ask('registered#r3');

    await recorded('rolled-back', { version: 2, from: 3 });

    expect(kinds()).toEqual([['deployed#r3', 'header context']]);
    expect(JSON.stringify(updates)).toContain('Rolled back to version 2 by <@U0ALICE>');
    expect(await recorded('rolled-back', { version: 1, at: '2026-02-01T10:00:00Z' })).toEqual({ messages: 0 });
  });

  it('to wait again changes nothing: its own message asks', async () => {
    await ask('registered#r3');
    expect(await recorded('reopened')).toEqual({ messages: 0 });
  });

  it('that is not there, or was made elsewhere, is none', async () => {
    expect(await reportApproval(ports, { pipeline: 'loan', outcome: 'recorded' })).toEqual({ messages: 0 });
  });
});

it('the approval of one of two is added, and the buttons stay', async () => {
  await ask('registered#r3');
  const voters = ['slack:U0ALICE'];
  await reportApproval(ports, { pipeline: 'loan', version: 3, outcome: 'counted', voters, needed: 2 });

  expect(kinds()).toEqual([['registered#r3', 'header actions context']]);
  expect(JSON.stringify(updates)).toContain('Approved by <@U0ALICE> (1 of 2)');
  expect(await recorded('approved')).toEqual({ messages: 1 });
});

describe('a refusal', () => {
  const request = { action: 'approve', version: 3, expires: 1, channel: 'C1', at };

  it('is told to whoever pressed the button, where they pressed it', async () => {
    await store.put('loan', approvalKeys.request('d1'), { ...request, by: 'slack:U0CAROL' });
    const event = { pipeline: 'loan', outcome: 'refused' as const, slackRequest: 'd1' };

    await reportApproval(ports, { ...event, reason: 'You may not.' });
    await reportApproval(ports, { ...event, outcome: 'ignore' });

    expect(told).toEqual([
      ['C1', 'U0CAROL', 'You may not.'],
      ['C1', 'U0CAROL', 'Nothing was done.'],
    ]);
  });

  it('at the command line is told there', async () => {
    expect(await reportApproval(ports, { pipeline: 'loan', outcome: 'refused', reason: 'no' })).toEqual({
      messages: 0,
    });
    await store.put('loan', approvalKeys.request('d2'), { ...request, by: 'slack:?' });
    expect(await reportApproval(ports, { pipeline: 'loan', outcome: 'refused', slackRequest: 'd2' })).toEqual({
      messages: 0,
    });
  });
});
