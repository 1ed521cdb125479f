import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalKeys, slackExecution } from '#domain/registry/approval-keys';
import { approvalRules, hasExpired, slackPerson, slackUserOf } from '#domain/registry/approval-rules';

const day = 24 * 3_600_000;

describe('the rules of a pipeline', () => {
  it('are those of the stage where it says nothing', () => {
    expect(approvalRules({}, 'U0ALICE, U0BOB U0ALICE')).toEqual({
      ...{ approvers: ['U0ALICE', 'U0BOB'], approvals: 1, buttonsMs: 14 * day, waitsMs: undefined },
    });
  });

  it('are its own where it says something, and an empty list lets nobody in', () => {
    const own = approvalRules({ approvers: ['U0CAROL', 'U0CAROL'], approvals: 2, expiresAfter: '48h' }, 'U0ALICE');
    expect(own).toEqual({ approvers: ['U0CAROL'], approvals: 2, buttonsMs: 2 * day, waitsMs: 2 * day });
    expect(approvalRules({ approvers: [] }, 'U0ALICE').approvers).toEqual([]);
  });

  it('never let in what is no id of a Slack user', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const id of approvalRules({}, text).approvers) expect(id).toMatch(/^[UW][A-Z0-9]+$/);
      }),
    );
    expect(approvalRules({}, 'alice,@bob,<@U0ALICE>,u0alice,*').approvers).toEqual([]);
  });
});

describe('a person', () => {
  it('of Slack is known by the id', () => {
    expect(slackUserOf(slackPerson('U0ALICE'))).toBe('U0ALICE');
  });

  it.each(['arn:aws:iam::1:user/slack:U0ALICE', 'slack:', 'slack:alice', 'U0ALICE', ''])(
    '%j is none of Slack',
    (person) => {
      expect(slackUserOf(person)).toBeUndefined();
    },
  );
});

it('a version expires when it has waited longer than it may, and never without a limit', () => {
  const since = '2026-01-01T00:00:00Z';
  const after = (ms: number) => Date.parse(since) + ms;

  expect(hasExpired({ waitsMs: day }, since, after(day))).toBe(false);
  expect(hasExpired({ waitsMs: day }, since, after(day + 1))).toBe(true);
  expect(hasExpired({ waitsMs: undefined }, since, after(1000 * day))).toBe(false);
});

it('the keys of a version begin with no other version’s', () => {
  expect(approvalKeys.asked(3, 'registered#r')).toBe('asked#000003#registered#r');
  expect(approvalKeys.vote(30, 't', 'slack:U0ALICE').startsWith(approvalKeys.votes(3, 't'))).toBe(false);
  expect(approvalKeys.claim(3, 't').startsWith(approvalKeys.claims(3))).toBe(true);
  expect([approvalKeys.request('d'), slackExecution('d')]).toEqual(['slack-request#d', 'slack-d']);
});
