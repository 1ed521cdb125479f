import { describe, expect, it } from 'vitest';
import { buildBaseline } from '#domain/drift/baseline';
import { earlierReference, referenceSpans, trainingReference, whyUncounted } from '#domain/drift/windows/reference';

const window = { from: '2026-01-29T12:00:00.000Z', to: '2026-01-30T12:30:00.000Z' };
const baseline = buildBaseline({
  rows: 3,
  columns: [{ column: 'x', kind: 'number', values: Float64Array.of(1, 2, 3) }],
});
const counted = (rows: number) => ({ rows, columns: baseline.columns.map((own) => ({ ...own, missing: rows })) });

describe('the earlier windows of a reference', () => {
  it('are none for the training rows', () => {
    expect(referenceSpans({ kind: 'training' }, window)).toEqual([]);
  });

  it('are the time before the window for a rolling one', () => {
    expect(referenceSpans({ kind: 'rolling', length: '7d' }, window)).toEqual([
      { from: '2026-01-22T12:00:00.000Z', to: '2026-01-29T12:00:00.000Z' },
    ]);
  });

  it('end at a full hour before a window that begins with a promotion', () => {
    const [span] = referenceSpans({ kind: 'rolling', length: '1h' }, { ...window, from: '2026-01-29T12:20:00.000Z' });
    expect(span).toEqual({ from: '2026-01-29T11:00:00.000Z', to: '2026-01-29T12:00:00.000Z' });
  });

  it('are the same hours of earlier seasons, the newest first', () => {
    expect(referenceSpans({ kind: 'season', period: '7d', periods: 2 }, window)).toEqual([
      { from: '2026-01-22T12:00:00.000Z', to: '2026-01-23T12:30:00.000Z' },
      { from: '2026-01-15T12:00:00.000Z', to: '2026-01-16T12:30:00.000Z' },
    ]);
  });

  it('are compared with when all of them are counted', () => {
    const spans = referenceSpans({ kind: 'season', period: '7d', periods: 2 }, window);
    expect(whyUncounted(spans, '2026-01-15T12:00:00Z')).toBeUndefined();
    expect(whyUncounted(spans, '2026-01-15T12:00:01Z')).toBe(
      'the reference begins at 2026-01-15T12:00:00.000Z, and the requests of this model are counted since 2026-01-15T12:00:01Z',
    );
    expect(whyUncounted([], '2026-01-15T12:00:00Z')).toBeUndefined();
  });
});

describe('what a window is compared with', () => {
  const spans = referenceSpans({ kind: 'season', period: '7d', periods: 2 }, window);

  it('is the baseline, and says why it stands in for earlier windows', () => {
    expect(trainingReference(baseline)).toEqual({ baseline, reference: { kind: 'training', rows: 3 } });
    expect(trainingReference(baseline, 'too early').reference).toEqual({
      kind: 'training',
      rows: 3,
      fellBack: 'too early',
    });
  });

  it('are the earlier windows with their own rows, from the oldest to the newest', () => {
    expect(earlierReference('season', spans, counted(500), baseline, 200)).toEqual({
      baseline: { version: 1, ...counted(500) },
      reference: { kind: 'season', rows: 500, from: '2026-01-15T12:00:00.000Z', to: '2026-01-23T12:30:00.000Z' },
    });
  });

  it.each([
    [199, 200],
    [0, 0],
  ])('is the baseline where they have %d rows and %d are needed', (rows, minRows) => {
    expect(earlierReference('season', spans, counted(rows), baseline, minRows)).toEqual(
      trainingReference(baseline, `the reference has ${rows} rows, fewer than drift.minRows`),
    );
  });
});
