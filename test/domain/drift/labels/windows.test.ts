import fc from 'fast-check';
import { expect, it } from 'vitest';
import { daysOf, labelWindows } from '#domain/drift/labels/windows';

const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((own) => own.toISOString().slice(0, 10));

it('windows are as long as those of checks, in full days, and follow each other', () => {
  expect(labelWindows(['2026-01-01', '2026-01-09'], '7d')).toEqual([
    { from: '2026-01-01', to: '2026-01-08' },
    { from: '2026-01-08', to: '2026-01-15' },
  ]);
  expect(labelWindows(['2026-01-03', '2026-01-03'], '1h')).toEqual([{ from: '2026-01-03', to: '2026-01-04' }]);
  expect(labelWindows([], '7d')).toEqual([]);
  expect(daysOf({ from: '2026-02-27', to: '2026-03-02' })).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
});

it('each day lies in one window, whatever other days there are', () => {
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 40 }), (days, length) => {
      const windows = labelWindows(days, `${length}d`);
      for (const own of days) {
        const holding = windows.filter(({ from, to }) => own >= from && own < to);
        expect(holding).toEqual(labelWindows([own], `${length}d`));
      }
      for (const window of windows) expect(daysOf(window)).toHaveLength(length);
    }),
  );
});
