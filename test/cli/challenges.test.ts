import { describe, expect, it } from 'vitest';
import { describeCurrent, describePast } from '#cli/challenges';
import { challenge, seen } from './a-challenge.ts';

describe('a challenge for people', () => {
  it('says who challenges whom, since when, and what was measured', () => {
    expect(describeCurrent({ current: challenge(), seen: seen() })).toEqual([
      'version 3 challenges version 2: shadow, 100 % of the requests, running, receives requests since 2026-01-03 10:10',
      '120 of 500 rows so far.',
      '  rows               120',
      '  errorRate          0',
      'endpoint tidegate-dev-loan-Challenger',
    ]);
  });

  it('says that nothing was judged yet, and what a person wants', () => {
    const { startedAt: _, ...opening } = challenge({
      status: 'opening',
      request: { end: 'stopped', at: '2026-01-03T10:01:00.000Z' },
    });

    expect(describeCurrent({ current: opening, seen: undefined })).toEqual([
      'version 3 challenges version 2: shadow, 100 % of the requests, opening, opened 2026-01-03 10:00',
      'a person wants it to end: stop',
      'not judged yet',
      'endpoint tidegate-dev-loan-Challenger',
    ]);
    expect(describeCurrent({ current: undefined, seen: undefined })).toEqual([]);
  });

  it('says how it ended', () => {
    const outcome = {
      end: 'lost',
      reasons: ['Too slow.'],
      measures: { rows: 5 },
      at: '2026-01-04T10:00:00.000Z',
    } as const;

    expect(describePast(challenge({ outcome: { ...outcome, reasons: [...outcome.reasons] } }))).toEqual([
      'version 3 against version 2: shadow, lost 2026-01-04 10:00',
      'Too slow.',
      '  rows               5',
    ]);
    expect(describePast(challenge())).toEqual([]);
  });
});
