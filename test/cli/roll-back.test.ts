import { describe, expect, it } from 'vitest';
import { describeRollBack } from '#cli/roll-back';

const end = (ended: Parameters<typeof describeRollBack>[2], serving?: number) =>
  describeRollBack('loan', 2, ended, serving);

describe('the end of a roll-back', () => {
  it('says which version serves', () => {
    expect(end({ status: 'SUCCEEDED', output: { decision: 'deploy' } }, 2)).toEqual({
      served: true,
      text: 'rolled back: version 2 of loan serves',
    });
  });

  it('that failed its tests names them, and the version that serves as before', () => {
    const cause = 'Endpoint tests failed: golden-default.';
    const { served, text } = end({ status: 'FAILED', error: 'DeploymentError', cause }, 3);

    expect(served).toBe(false);
    expect(text).toContain(cause);
    expect(text).toMatch(/version 3 serves as before$/);
    expect(end({ status: 'FAILED', error: 'DeploymentError', cause }).text).toMatch(/what served before still serves$/);
  });

  it('whose deployment was not carried out is no success', () => {
    const output = { decision: 'ignore', reason: 'pipeline loan was retired on 2026-01-08' };

    expect(end({ status: 'SUCCEEDED', output })).toEqual({
      served: false,
      text: 'not rolled back: pipeline loan was retired on 2026-01-08; what served before still serves',
    });
  });
});
