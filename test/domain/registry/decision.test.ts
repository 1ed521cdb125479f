import { describe, expect, it } from 'vitest';
import { identityName, isRecorded } from '#domain/registry/decision';
import type { Decision } from '#schemas/records/decision';

const decided = (decision: Decision['decision'], at: string): Decision => ({ decision, version: 1, at });

describe('the name of an identity', () => {
  it.each([
    ['arn:aws:sts::123456789012:assumed-role/MLEngineer/ana', 'ana (MLEngineer)'],
    ['arn:aws:iam::123456789012:user/team/ben', 'ben'],
    ['arn:aws:iam::123456789012:root', 'root of 123456789012'],
    ['arn:aws:iam::123456789012:role/x', 'arn:aws:iam::123456789012:role/x'],
    ['somebody', 'somebody'],
  ])('of %s is %s', (arn, name) => {
    expect(identityName(arn)).toBe(name);
  });
});

describe('a decision that is recorded already', () => {
  it('is the last one on the status', () => {
    const recorded = [decided('rejected', '2026-01-03'), decided('approved', '2026-01-02')];

    expect(isRecorded('rejected', recorded)).toBe(true);
    expect(isRecorded('approved', recorded)).toBe(false);
  });

  it('is not affected by a roll-back', () => {
    const recorded = [decided('rolled-back', '2026-01-03'), decided('approved', '2026-01-02')];

    expect(isRecorded('approved', recorded)).toBe(true);
    expect(isRecorded('rejected', recorded)).toBe(false);
  });

  it('waits for approval before the first decision', () => {
    expect(isRecorded('reopened', [])).toBe(true);
    expect(isRecorded('approved', [])).toBe(false);
  });
});
