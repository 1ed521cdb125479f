import { describe, expect, it } from 'vitest';
import { identityName, isUnchanged } from '#domain/registry/decision';
import type { Decision } from '#schemas/records/decision';

const decided = (decision: Decision['decision'], at: string): Decision => ({
  decision,
  version: 1,
  at,
  changedAt: at,
});

describe('the name of an identity', () => {
  it.each([
    ['arn:aws:sts::123456789012:assumed-role/MLEngineer/ana', 'ana (MLEngineer)'],
    ['arn:aws:iam::123456789012:user/team/ben', 'ben'],
    ['arn:aws:iam::123456789012:root', 'root of 123456789012'],
    ['arn:aws:iam::123456789012:role/x', 'arn:aws:iam::123456789012:role/x'],
    ['arn:aws:sts::123456789012:assumed-role/x', 'arn:aws:sts::123456789012:assumed-role/x'],
    ['somebody', 'somebody'],
    ['slack:U0ALICE', 'U0ALICE (Slack)'],
    ['slack:alice', 'slack:alice'],
  ])('of %s is %s', (arn, name) => {
    expect(identityName(arn)).toBe(name);
  });
});

describe('an event without a new status', () => {
  const recorded = [decided('rejected', '2026-01-03'), decided('approved', '2026-01-02')];

  it('reports the status that the version had before', () => {
    expect(isUnchanged(decided('rejected', '2026-01-04'), recorded)).toBe(true);
    expect(isUnchanged(decided('approved', '2026-01-04'), recorded)).toBe(false);
  });

  it('is recognized in whatever order events arrive', () => {
    expect(isUnchanged(decided('approved', '2026-01-02'), recorded)).toBe(true);
    expect(isUnchanged(decided('rejected', '2026-01-01'), recorded)).toBe(false);
  });

  it('is recognized among decisions of the same second, by the time of the change', () => {
    const second = '2026-01-04T10:00:00.000Z';
    const approved = { ...decided('approved', second), changedAt: '2026-01-04T10:00:00.700Z' };
    const rejected = { ...decided('rejected', second), changedAt: '2026-01-04T10:00:00.200Z' };

    for (const both of [
      [approved, rejected],
      [rejected, approved],
    ]) {
      expect(isUnchanged(decided('approved', '2026-01-04T10:00:01.000Z'), both)).toBe(true);
      expect(isUnchanged(decided('rejected', '2026-01-04T10:00:01.000Z'), both)).toBe(false);
    }
  });

  it('is not affected by a roll-back', () => {
    const after = [decided('rolled-back', '2026-01-04'), ...recorded];

    expect(isUnchanged(decided('rejected', '2026-01-05'), after)).toBe(true);
    expect(isUnchanged(decided('approved', '2026-01-05'), after)).toBe(false);
  });

  it('waits for approval before the first decision', () => {
    expect(isUnchanged(decided('reopened', '2026-01-01'), [])).toBe(true);
    expect(isUnchanged(decided('approved', '2026-01-01'), [])).toBe(false);
  });
});
