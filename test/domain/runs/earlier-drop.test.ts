import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDrops, describeEarlierDrop } from '#domain/runs/earlier-drop';

const contents = fc.uniqueArray(
  fc.record({
    key: fc.stringMatching(/^sales\/d\/[a-e]\.csv$/),
    size: fc.integer({ min: 0, max: 2 }),
    etag: fc.constantFrom('x', 'y'),
  }),
  { selector: ({ key }) => key },
);

describe('compareDrops', () => {
  it('counts unchanged, replaced, new and missing objects', () => {
    const object = (name: string, etag = 'x', size = 1) => ({ key: `sales/d/${name}`, etag, size });
    const before = [object('same'), object('content'), object('size'), object('gone')];
    const now = [object('same'), object('content', 'y'), object('size', 'x', 2), object('new')];

    expect(compareDrops('r1', before, now)).toEqual({ runId: 'r1', unchanged: 1, replaced: 2, added: 1, removed: 1 });
  });

  it('accounts for every object on both sides', () => {
    fc.assert(
      fc.property(contents, contents, (before, now) => {
        const { unchanged, replaced, added, removed } = compareDrops('r1', before, now);
        expect(unchanged + replaced + added).toBe(now.length);
        expect(unchanged + replaced + removed).toBe(before.length);
      }),
    );
  });

  it('finds a drop the same as itself, in any order', () => {
    fc.assert(
      fc.property(contents, (drop) => {
        expect(compareDrops('r1', drop, drop.toReversed())).toMatchObject({ unchanged: drop.length, replaced: 0 });
      }),
    );
  });
});

describe('describeEarlierDrop', () => {
  it.each([
    [{ unchanged: 2, replaced: 0, added: 0, removed: 0 }, 'Run r1 had the same 2 objects in this folder.'],
    [
      { unchanged: 1, replaced: 1, added: 2, removed: 1 },
      'Run r1 had this folder too. Since then: 1 object unchanged, 1 object replaced, 2 objects new, 1 object gone.',
    ],
    [{ unchanged: 0, replaced: 0, added: 3, removed: 0 }, 'Run r1 had this folder too. Since then: 3 objects new.'],
  ])('says of %o', (counts, text) => {
    expect(describeEarlierDrop({ runId: 'r1', ...counts })).toBe(text);
  });
});
