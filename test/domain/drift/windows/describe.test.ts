import { describe, expect, it } from 'vitest';
import { captureRemarks, describeReference, describeSilence } from '#domain/drift/windows/describe';

const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };

describe('a check says', () => {
  it.each([
    [{ kind: 'training', rows: 9 }, 'the training baseline'],
    [{ kind: 'rolling', rows: 1, ...span }, '1 row from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z'],
    [
      { kind: 'season', rows: 2000, ...span },
      '2,000 rows of the same hours of earlier seasons, 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z',
    ],
  ] as const)('what it compares with: %o', (reference, text) => {
    expect(describeReference(reference)).toBe(text);
  });

  it.each([
    ['stopped', 'although there were some before'],
    ['never', 'none since the model went into service'],
    ['unreadable', 'no row of them could be read'],
  ] as const)('that requests are %s', (arrivals, text) => {
    expect(describeSilence(arrivals, span)).toContain(text);
    expect(describeSilence(arrivals, span)).toContain('from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z');
  });

  it.each(['arrived', 'not-yet', 'off', undefined] as const)('nothing where requests are %s', (arrivals) => {
    expect(describeSilence(arrivals, span)).toBeUndefined();
  });

  it('what it could not read, and why it falls back to the training rows', () => {
    const named = ['a', 'b', 'c', 'd'].map((name) => `2026/01/01/00/${name}.jsonl`);
    const fellBack = { kind: 'training', rows: 9, fellBack: 'the reference has 3 rows' } as const;
    expect(
      captureRemarks({
        reference: fellBack,
        unread: { unusable: 1, damaged: 1, objects: 1, named: named.slice(0, 1) },
      }),
    ).toEqual([
      'Compared with the training baseline: the reference has 3 rows.',
      '1 capture in 1 object is cut or damaged and not counted: 2026/01/01/00/a.jsonl.',
      '1 capture without rows and answers of this model: not counted.',
    ]);
    const [many = ''] = captureRemarks({ unread: { unusable: 0, damaged: 5, objects: 4, named } });
    expect(many).toContain('5 captures in 4 objects are cut');
    expect(many).not.toContain('d.jsonl');
  });

  it('nothing else', () => {
    expect(captureRemarks({})).toEqual([]);
    const whole = { unusable: 0, damaged: 0, objects: 0, named: [] };
    expect(captureRemarks({ unread: whole, reference: { kind: 'training', rows: 9 } })).toEqual([]);
  });
});
