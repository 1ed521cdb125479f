import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contenders, Evidence } from '#domain/challenges/challenge-mode';
import { challengeMode, challengeSchema } from '#domain/challenges/registry';
import { binary, both, multiclass, regression, request } from './requests.ts';

const mode = challengeMode('shadow');
const day = { hours: 24 };
const judge = (
  evidence: readonly Evidence[],
  settings: Record<string, unknown> = {},
  { contenders = both(binary), elapsed = day }: { contenders?: Contenders; elapsed?: { hours: number } } = {},
) => mode.judge(mode.fold(undefined, evidence, contenders), { mode: 'shadow', minRows: 4, ...settings }, elapsed);
const alike = request(2, { scores: [0.2, 0.8] }, { scores: [0.2, 0.8] });
const times = (n: number, one: Evidence): Evidence[] => Array.from({ length: n }, () => one);

describe('a challenger in the shadow', () => {
  it('wins when every limit is kept over enough rows and hours', () => {
    expect(judge([alike, alike])).toEqual({
      verdict: 'won',
      reasons: ['Every limit is kept over 4 rows.'],
      measures: {
        rows: 4,
        requests: 2,
        errorRate: 0,
        changedDecisions: 0,
        meanShift: 0,
        latencyRatio: 1,
        championP95Ms: expect.closeTo(10, 0),
        challengerP95Ms: expect.closeTo(10, 0),
      },
    });
  });

  it('waits for rows, and then for hours', () => {
    expect(judge([])).toMatchObject({ verdict: 'undecided', reasons: ['0 of 4 rows so far.'] });
    expect(judge([alike])).toMatchObject({ verdict: 'undecided', reasons: ['2 of 4 rows so far.'] });
    expect(judge([alike, alike], {}, { elapsed: { hours: 3 } })).toMatchObject({
      verdict: 'undecided',
      reasons: ['3 of 24 hours so far; every limit is kept.'],
    });
  });

  it('does not count rows as compared that the challenger failed on', () => {
    const failed = request(2, { scores: [0.2, 0.8] }, { error: 'slow' });

    expect(judge([alike, failed], { maxErrorRate: 0.5 })).toMatchObject({
      verdict: 'undecided',
      reasons: ['2 of 4 rows were compared so far.'],
    });
  });

  it('loses before its hours are over when it decides differently too often', () => {
    const other = request(2, { scores: [0.2, 0.8] }, { scores: [0.6, 0.8] });

    expect(judge([alike, other], { maxMeanShift: 10 }, { elapsed: { hours: 0 } })).toMatchObject({
      verdict: 'lost',
      reasons: ['The share of changed decisions is 0.25, at most 0.1 is allowed.'],
      measures: { changedDecisions: 0.25 },
    });
  });

  it('loses when its mean prediction moves away', () => {
    const moved = request(2, { scores: [1, 3] }, { scores: [2, 4] });

    expect(judge([moved, moved], {}, { contenders: both(regression) })).toMatchObject({
      verdict: 'lost',
      reasons: ['The shift of the mean prediction is 1, at most 0.25 is allowed.'],
      measures: { meanShift: 1 },
    });
  });

  it('loses when the champion always predicts the same number and it does not', () => {
    const moved = request(2, { scores: [3, 3] }, { scores: [3, 4] });

    expect(judge([moved, moved], {}, { contenders: both(regression) })).toMatchObject({ verdict: 'lost' });
  });

  it('loses when it fails too often', () => {
    const failed = request(4, { scores: [0.2, 0.8, 0.1, 0.1] }, { error: 'model-failed' });

    expect(judge([failed])).toMatchObject({
      verdict: 'lost',
      reasons: ['The share of failed requests is 1, at most 0.01 is allowed.'],
      measures: { errorRate: 1, rows: 0 },
    });
  });

  it('loses when it is too slow', () => {
    const slow = request(4, { scores: [0, 0, 0, 0] }, { scores: [0, 0, 0, 0], latencyMs: 100 });

    expect(judge([slow])).toMatchObject({ verdict: 'lost', measures: { latencyRatio: expect.closeTo(10, 0) } });
  });

  it('compares classes by name, so another order of the classes changes nothing', () => {
    const contenders = { champion: multiclass, challenger: { ...multiclass, classes: ['c', 'b', 'a'] } };
    const same = request(1, { scores: [0.7, 0.2, 0.1] }, { scores: [0.1, 0.2, 0.7] });
    const other = request(1, { scores: [0.7, 0.2, 0.1] }, { scores: [0.7, 0.2, 0.1] });

    expect(judge(times(4, same), {}, { contenders })).toMatchObject({ verdict: 'won' });
    expect(judge(times(4, other), {}, { contenders })).toMatchObject({
      verdict: 'lost',
      measures: { changedDecisions: 1 },
    });
  });

  it('is judged by its own threshold', () => {
    const contenders = { champion: binary, challenger: { ...binary, threshold: 0.9 } };

    expect(judge(times(4, alike), {}, { contenders }).measures).toMatchObject({ changedDecisions: 0.5 });
  });

  it('counts only requests that both models received', () => {
    const [champion, challenger] = alike.prediction.answers;
    const alone = [champion, challenger].map((one) => ({
      prediction: { ...alike.prediction, answers: one ? [one] : [] },
    }));

    expect(judge(alone).measures).toMatchObject({ rows: 0, requests: 0 });
  });

  it('has the same totals however the requests are divided over looks', () => {
    const requests = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(requests, fc.nat(20), (scores, at) => {
        const all = scores.map(([a, b]) => request(1, { scores: [a] }, { scores: [b] }));
        const once = mode.fold(undefined, all, both(binary));
        const twice = mode.fold(mode.fold(undefined, all.slice(0, at), both(binary)), all.slice(at), both(binary));

        expect(twice).toEqual(once);
      }),
    );
  });
});

describe('the settings of a challenge', () => {
  it('have defaults', () => {
    expect(challengeSchema.parse({ mode: 'shadow' })).toEqual({
      mode: 'shadow',
      share: 100,
      minRows: 500,
      maxDays: 14,
      onTimeout: 'keep',
      waitMs: 1000,
      hours: 24,
      maxChangedDecisions: 0.1,
      maxMeanShift: 0.25,
      maxErrorRate: 0.01,
      maxLatencyRatio: 2,
    });
  });

  it.each([
    ['an unknown mode', { mode: 'dark' }],
    ['a share above 100', { mode: 'shadow', share: 101 }],
    ['hours beyond the last day', { mode: 'shadow', hours: 48, maxDays: 1 }],
    ['a setting that does not exist', { mode: 'shadow', limit: 3 }],
  ])('refuse %s', (_, settings) => {
    expect(challengeSchema.safeParse(settings).success).toBe(false);
  });
});
