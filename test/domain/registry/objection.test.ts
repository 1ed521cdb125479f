import { describe, expect, it } from 'vitest';
import { objection, type VersionFacts } from '#domain/registry/objection';

const waiting: VersionFacts = {
  ...{ pipeline: 'loan', version: 3, status: 'PendingManualApproval' },
  ...{ serving: 2, retiredAt: undefined, deployment: undefined },
};
const approved: VersionFacts = { ...waiting, status: 'Approved' };

describe('an approval', () => {
  it('of a version that waits, or was rejected, is welcome', () => {
    expect(objection(waiting, 'Approved')).toBeUndefined();
    expect(objection({ ...waiting, status: 'Rejected' }, 'Approved')).toBeUndefined();
    expect(objection({ ...waiting, serving: undefined }, 'Approved')).toBeUndefined();
  });

  it.each([
    [
      { ...waiting, retiredAt: '2026-01-08T10:00:00Z' },
      'would not be deployed: the pipeline was retired on 2026-01-08',
    ],
    [{ ...approved, serving: 3 }, 'is approved already and serves.'],
    [{ ...approved, deployment: 'waiting' }, 'is being deployed'],
    [{ ...approved, deployment: 'deploying' }, 'is being deployed'],
    [{ ...approved, deployment: 'challenging' }, 'npx tidegate challenge show loan'],
    [approved, 'version 2 serves. To deploy it again: npx tidegate rollback loan 3.'],
    [{ ...approved, serving: undefined, deployment: 'promoted' }, 'none serves'],
    [{ ...approved, serving: undefined, deployment: 'failed' }, 'its deployment failed. Reject it'],
    [{ ...approved, serving: undefined }, 'its deployment has not begun. Reject it'],
  ] as const)('%# is pointless, and the command that helps is named', (facts, text) => {
    expect(objection(facts, 'Approved')).toContain(text);
  });
});

describe('a rejection', () => {
  it('of a version that does not serve is welcome, of a retired pipeline too', () => {
    for (const facts of [waiting, approved, { ...waiting, retiredAt: '2026-01-08T10:00:00Z' }]) {
      expect(objection(facts, 'Rejected')).toBeUndefined();
    }
  });

  it('of the version that serves would not stop it; a second one changes nothing', () => {
    expect(objection({ ...approved, serving: 3 }, 'Rejected')).toContain('Go back first: npx tidegate rollback loan.');
    expect(objection({ ...waiting, status: 'Rejected' }, 'Rejected')).toBe('Version 3 of loan is rejected already.');
  });
});
