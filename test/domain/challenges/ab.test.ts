import { describe, expect, it } from 'vitest';
import { ab } from '#domain/challenges/ab';
import type { Evidence } from '#domain/challenges/challenge-mode';
import { challengeMode } from '#domain/challenges/registry';
import { createRandom } from '#domain/random';
import { binary, both, request } from './requests.ts';

type Arm = 'champion' | 'challenger';

/** A request of two rows that one model answered, with what came true of both. */
function answered(arm: Arm, scores: readonly number[], truths: readonly number[]): Evidence {
  const { prediction } = request(2, { scores: [...scores] }, { scores: [...scores] });
  const answers = prediction.answers.filter(({ role }) => role === arm).map((own) => ({ ...own, returned: true }));
  return { prediction: { ...prediction, answers }, outcomes: new Map(truths.map((truth, row) => [row, truth])) };
}

/** Requests of a model whose scores are as near to the truth as `skill` says, from 0 to 1. */
function requests(arm: Arm, count: number, skill: number, seed: number): Evidence[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const truths = [random.below(2), random.below(2)];
    const noise = () => 0.1 + 0.8 * random.float();
    return answered(
      arm,
      truths.map((truth) => skill * (0.1 + 0.8 * truth) + (1 - skill) * noise()),
      truths,
    );
  });
}
const judge = (evidence: readonly Evidence[], settings: object = {}) =>
  ab.judge(ab.fold(undefined, evidence, both(binary)), { mode: 'ab', minRows: 200, ...settings }, { hours: 1 });

describe('a challenge by outcomes', () => {
  it('is won by a challenger whose loss is surely lower', () => {
    const found = judge([...requests('champion', 300, 0.2, 1), ...requests('challenger', 300, 0.6, 2)]);
    expect(found.verdict).toBe('won');
    expect(found.measures).toMatchObject({ rows: 1200, requests: 600, errorRate: 0 });
    expect(found.measures['improvementLow']).toBeGreaterThan(0);
    expect(found.reasons[0]).toMatch(
      /^The mean loss of a row falls by \+0\.\d+ to \+0\.\d+ with 95 % confidence at every look, over 1200 rows/,
    );
  });

  it('is lost by a challenger whose loss is surely higher', () => {
    expect(judge([...requests('champion', 300, 0.6, 1), ...requests('challenger', 300, 0.2, 2)]).verdict).toBe('lost');
  });

  it('stays undecided between models that are alike', () => {
    const alike = [...requests('champion', 300, 0.4, 1), ...requests('challenger', 300, 0.4, 2)];
    expect(judge(alike).verdict).toBe('undecided');
  });

  it('is won by a challenger that is alike where it may be a little worse', () => {
    const alike = [...requests('champion', 300, 0.4, 1), ...requests('challenger', 300, 0.4, 2)];
    expect(judge(alike, { minimumEffect: -0.3 }).verdict).toBe('won');
    expect(judge(alike, { minimumEffect: 0.3 }).verdict).toBe('lost');
  });

  it('has no verdict before enough rows have outcomes, or before each model has answered enough requests', () => {
    const few = [...requests('champion', 40, 0.2, 1), ...requests('challenger', 40, 0.6, 2)];
    expect(judge(few)).toMatchObject({ verdict: 'undecided', reasons: ['160 of 200 rows with an outcome so far.'] });
    const oneSided = [...requests('champion', 300, 0.2, 1), ...requests('challenger', 40, 0.6, 2)];
    expect(judge(oneSided).reasons[0]).toMatch(/^Each model needs outcomes of 50 requests/);
    expect(judge([])).toMatchObject({ verdict: 'undecided', measures: { rows: 0, errorRate: 0 } });
  });

  it('is lost by a challenger that fails too often, and what the champion answered for it counts for neither', () => {
    const failed = Array.from({ length: 60 }, (): Evidence => {
      const { prediction } = request(2, { scores: [0.5, 0.5] }, { error: 'model-failed', returned: false });
      return {
        prediction,
        outcomes: new Map([
          [0, 1],
          [1, 0],
        ]),
      };
    });
    expect(judge(failed)).toMatchObject({
      verdict: 'lost',
      reasons: ['The share of failed requests is 1, at most 0.05 is allowed.'],
      measures: { rows: 0, errorRate: 1 },
    });
  });

  it('leaves out rows without an outcome, and answers that no caller received', () => {
    const [one] = requests('challenger', 1, 0.5, 3) as [Evidence];
    const half = { ...one, outcomes: new Map([[1, 1]]) };
    const none = { prediction: one.prediction };
    const unseen = {
      ...request(1, { returned: false, scores: [0.5] }, { error: 'late' }),
      outcomes: new Map([[0, 1]]),
    };
    expect(judge([half, none, unseen]).measures).toMatchObject({ rows: 1, requests: 1 });
  });

  it('counts the same in any order', () => {
    const all = [...requests('champion', 60, 0.2, 1), ...requests('challenger', 60, 0.6, 2)];
    const [there, back] = [judge(all).measures, judge(all.toReversed()).measures];
    for (const [name, value] of Object.entries(there)) expect(back[name]).toBeCloseTo(value, 9);
  });

  it('is registered', () => {
    expect(challengeMode('ab')).toBe(ab);
  });
});
