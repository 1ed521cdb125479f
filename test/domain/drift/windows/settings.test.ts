import { describe, expect, it } from 'vitest';
import {
  everySeconds,
  hoursNeeded,
  keptDays,
  onCaptureProblem,
  onCaptureSchema,
  referenceProblem,
  referenceSchema,
} from '#domain/drift/windows/settings';

const read = (reference: object) => referenceSchema.parse(reference);

describe('checks as captures arrive', () => {
  it.each([
    ['1m', 60],
    ['90m', 5400],
    ['24h', 86_400],
  ])('of at most one in %s are %i seconds apart', (every, seconds) => {
    expect(onCaptureSchema.parse({ every })).toEqual({ every });
    expect(everySeconds(every)).toBe(seconds);
  });

  it.each([{}, { every: '0m' }, { every: '30s' }, { every: '25h' }, { every: '1h', at: 'once' }])(
    'are refused as %o',
    (given) => {
      expect(onCaptureSchema.safeParse(given).success).toBe(false);
    },
  );

  it('go with captured requests alone', () => {
    const onCapture = { every: '1h' };
    expect(onCaptureProblem({ source: 'captures', onCapture })).toBeUndefined();
    expect(onCaptureProblem({ source: 'newest-drop' })).toBeUndefined();
    expect(onCaptureProblem({ source: 'newest-drop', onCapture })).toContain('set drift.source to captures');
  });
});

describe('the reference of drift checks', () => {
  it.each([
    [{ kind: 'training' }, { kind: 'training' }],
    [{ kind: 'rolling' }, { kind: 'rolling', length: '28d' }],
    [{ kind: 'season' }, { kind: 'season', period: '7d', periods: 4 }],
  ])('of %o is %o', (given, settings) => {
    expect(read(given)).toEqual(settings);
  });

  it('is training without a setting', () => {
    expect(referenceSchema.parse(undefined)).toEqual({ kind: 'training' });
  });

  it.each([
    { kind: 'weekly' },
    { kind: 'rolling', length: '0d' },
    { kind: 'rolling', length: '4w' },
    { kind: 'rolling', period: '7d' },
    { kind: 'season', periods: 0 },
    { kind: 'season', periods: 61 },
    { kind: 'training', length: '7d' },
  ])('is refused as %o', (given) => {
    expect(referenceSchema.safeParse(given).success).toBe(false);
  });

  it.each([
    [{ kind: 'training' }, 24, 3],
    [{ kind: 'rolling', length: '28d' }, 29 * 24, 31],
    [{ kind: 'season', period: '7d', periods: 4 }, 29 * 24, 31],
    [{ kind: 'rolling', length: '5h' }, 29, 4],
  ])('of %o needs %d hours with a window of a day, kept for %d days', (given, hours, days) => {
    const drift = { window: '24h', reference: read(given) };
    expect(hoursNeeded(drift)).toBe(hours);
    expect(keptDays(drift)).toBe(days);
  });

  it('of earlier windows needs captured requests, and a season windows of its own', () => {
    const problem = (reference: object, source = 'captures', window = '24h') =>
      referenceProblem({ source, window, reference: read(reference) });

    expect(problem({ kind: 'training' }, 'newest-drop', '30d')).toBeUndefined();
    expect(problem({ kind: 'rolling' })).toBeUndefined();
    expect(problem({ kind: 'season' }, 'captures', '7d')).toBeUndefined();
    expect(problem({ kind: 'rolling' }, 'newest-drop')).toContain('set drift.source to captures');
    expect(problem({ kind: 'season' }, 'captures', '8d')).toContain('a window of 8d is longer than the period of 7d');
  });
});
