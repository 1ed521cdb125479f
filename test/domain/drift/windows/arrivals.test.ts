import { expect, it } from 'vitest';
import { arrivalsOf, isSilence } from '#domain/drift/windows/arrivals';

const none = { percentage: 100, rows: 0, captures: 0, before: false, isEmpty: false, whole: true };

it.each([
  ['arrived', { ...none, rows: 1, captures: 1 }, false],
  ['unreadable', { ...none, captures: 3 }, true],
  ['off', { ...none, percentage: 0, before: true }, false],
  ['not-yet', { ...none, isEmpty: true, before: true }, false],
  ['stopped', { ...none, before: true, whole: false }, true],
  ['never', none, true],
  ['not-yet', { ...none, whole: false }, false],
] as const)('captures are %s for %o, and that is a silence: %s', (arrivals, seen, silence) => {
  expect(arrivalsOf(seen)).toBe(arrivals);
  expect(isSilence(arrivals)).toBe(silence);
});
