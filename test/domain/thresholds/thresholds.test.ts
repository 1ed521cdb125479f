import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreshold } from '#domain/evaluation/choose-threshold';
import { costOfCut } from '#domain/thresholds/cost';
import { rankRows, type ScoredRows, thresholdOfCut } from '#domain/thresholds/cuts';
import {
  errorCosts,
  isChosen,
  kindOfThreshold,
  THRESHOLDS,
  type ThresholdRule,
  thresholdSchema,
} from '#domain/thresholds/registry';

const bootstrap = { resamples: 200, seed: 7 };
/** Rows with ties, both classes, and scores of the whole range. */
const someRows: fc.Arbitrary<ScoredRows> = fc
  .array(
    fc.record({ label: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: 0, max: 20 }).map((n) => n / 20) }),
    { minLength: 2, maxLength: 60 },
  )
  .filter((rows) => rows.some(({ label }) => label === 1))
  .map((rows) => ({ labels: rows.map(({ label }) => label), scores: Float64Array.from(rows, ({ score }) => score) }));

/** Counts by the definition: one pass over the rows at a threshold. */
function at({ labels, scores }: ScoredRows, threshold: number) {
  const rows = [...scores].map((score, i) => ({ flagged: score >= threshold, positive: labels[i] === 1 }));
  const count = (flagged: boolean, positive: boolean) =>
    rows.filter((row) => row.flagged === flagged && row.positive === positive).length;
  return { tp: count(true, true), fp: count(true, false), fn: count(false, true), tn: count(false, false) };
}
/** Every threshold that could matter: each score, and one above all. */
const candidates = ({ scores }: ScoredRows) => [...new Set(scores), ...(scores.includes(1) ? [] : [1])];
const choose = (rule: ThresholdRule, rows: ScoredRows) => chooseThreshold(rule, rows, bootstrap);

describe('the threshold by cost', () => {
  it('is one at which no other threshold costs less', () => {
    const weight = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(someRows, weight, weight, (rows, falsePositive, falseNegative) => {
        const cost = (threshold: number) =>
          falsePositive * at(rows, threshold).fp + falseNegative * at(rows, threshold).fn;
        const { threshold } = choose({ cost: { falsePositive, falseNegative } }, rows);
        expect(cost(threshold)).toBe(Math.min(...candidates(rows).map(cost)));
      }),
    );
  });

  it('is near the ratio of the costs where scores are probabilities', () => {
    // 100 rows of each probability 0.005, 0.015, … with their share of positives
    const labels: number[] = [];
    const scores: number[] = [];
    for (let p = 5; p < 1000; p += 10) {
      for (let row = 0; row < 100; row++) {
        labels.push(row * 10 < p ? 1 : 0);
        scores.push(p / 1000);
      }
    }
    const { threshold, choice } = choose(
      { cost: { falsePositive: 1, falseNegative: 8 } },
      { labels, scores: Float64Array.from(scores) },
    );
    expect(threshold).toBeGreaterThan(1 / 9 - 0.02);
    expect(threshold).toBeLessThan(1 / 9 + 0.02);
    expect(choice.low).toBeLessThanOrEqual(threshold);
    expect(choice.high).toBeGreaterThanOrEqual(threshold);
    expect(choice).toMatchObject({ rows: 10_000, positives: 5050 });
    expect(choice.problem).toBeUndefined();
  });

  it('needs two costs above 0', () => {
    expect(() => thresholdSchema.parse({ cost: { falsePositive: 0, falseNegative: 1 } })).toThrow('two costs above 0');
  });
});

describe('the threshold by recall', () => {
  it('is the highest that finds the share of the positive rows', () => {
    fc.assert(
      fc.property(someRows, fc.integer({ min: 1, max: 10 }), (rows, tenths) => {
        const least = tenths / 10;
        const recall = (threshold: number) => {
          const { tp, fn } = at(rows, threshold);
          return tp / (tp + fn);
        };
        const { threshold } = choose({ recall: least }, rows);
        expect(recall(threshold)).toBeGreaterThanOrEqual(least - 1e-9);
        const higher = candidates(rows).filter((one) => one > threshold && at(rows, one).tp < at(rows, threshold).tp);
        for (const one of higher) expect(recall(one)).toBeLessThan(least);
      }),
    );
  });
});

describe('the threshold by precision', () => {
  const precision = (rows: ScoredRows, threshold: number) => {
    const { tp, fp } = at(rows, threshold);
    return tp + fp === 0 ? 0 : tp / (tp + fp);
  };

  it('finds the most positive rows among those that reach it, and else says what it reached', () => {
    fc.assert(
      fc.property(someRows, fc.integer({ min: 1, max: 10 }), (rows, tenths) => {
        const least = tenths / 10;
        const { threshold, choice } = choose({ precision: least }, rows);
        const reaching = candidates(rows).filter((one) => precision(rows, one) >= least - 1e-9);
        if (reaching.length === 0) {
          expect(choice.problem).toContain(`no threshold reaches a precision of ${least}`);
          expect(precision(rows, threshold)).toBe(Math.max(...candidates(rows).map((one) => precision(rows, one))));
        } else {
          expect(precision(rows, threshold)).toBeGreaterThanOrEqual(least - 1e-9);
          expect(at(rows, threshold).tp).toBe(Math.max(...reaching.map((one) => at(rows, one).tp)));
        }
      }),
    );
  });
});

describe('the threshold by a metric', () => {
  const metrics = {
    f1: ({ tp, fp, fn }: ReturnType<typeof at>) => (2 * tp) / (2 * tp + fp + fn),
    accuracy: ({ tp, fp, fn, tn }: ReturnType<typeof at>) => (tp + tn) / (tp + fp + fn + tn),
  };
  it.each(['f1', 'accuracy'] as const)('is one at which %s is highest', (maximize) => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const { threshold } = choose({ maximize }, rows);
        const best = Math.max(...candidates(rows).map((one) => metrics[maximize](at(rows, one))));
        expect(metrics[maximize](at(rows, threshold))).toBeCloseTo(best, 12);
      }),
    );
  });
});

describe('every rule', () => {
  it.each(THRESHOLDS.map((kind) => [kind.name, kind.example] as const))(
    '%s has an example that works',
    (name, example) => {
      expect(thresholdSchema.parse(example)).toEqual(example);
      expect(kindOfThreshold(example).name).toBe(name);
      const rows = { labels: [1, 0, 1, 0], scores: Float64Array.of(0.9, 0.4, 0.3, 0.1) };
      const { threshold, choice } = choose(example, rows);
      expect(threshold).toBeGreaterThan(0);
      expect(choice.rule).not.toBe('');
      expect(choice.problem).toContain('2 positive rows');
    },
  );

  it('knows what errors cost only where the pipeline says it', () => {
    expect(errorCosts({ cost: { falsePositive: 1, falseNegative: 8 } })).toEqual({
      falsePositive: 1,
      falseNegative: 8,
    });
    expect(errorCosts({ recall: 0.9 })).toBeUndefined();
    expect(errorCosts(0.3)).toBeUndefined();
    expect(isChosen(0.3)).toBe(false);
  });

  it.each([0, 1, '0.5', {}, { recall: 0 }, { recall: 0.9, precision: 0.5 }, { maximize: 'auc' }])(
    'refuses %j',
    (setting) => expect(thresholdSchema.safeParse(setting).success).toBe(false),
  );

  it('refuses a rule of no kind', () => {
    expect(() => kindOfThreshold({ luck: 1 } as never)).toThrow(
      'A threshold needs one of cost, recall, precision, maximize.',
    );
  });

  it('gives the same answer again, and refuses rows without a positive', () => {
    const rows = { labels: [1, 0, 1, 0, 0], scores: Float64Array.of(0.9, 0.4, 0.3, 0.1, 0.35) };
    expect(choose({ maximize: 'f1' }, rows)).toEqual(choose({ maximize: 'f1' }, rows));
    expect(() => choose({ recall: 0.9 }, { labels: [0, 0], scores: Float64Array.of(0.1, 0.2) })).toThrow(
      'no validation row is positive',
    );
  });

  it('has its own threshold as its interval where no resample has a positive row', () => {
    const labels = [1, ...Array.from({ length: 400 }, () => 0)];
    const rows = { labels, scores: Float64Array.from(labels, (_, i) => (i === 0 ? 0.9 : 0.1)) };
    // with this seed, the only resample leaves the positive row out
    const seed = Array.from({ length: 200 }, (_, i) => i).find(
      (one) => chooseThreshold({ recall: 1 }, rows, { resamples: 1, seed: one }).choice.low === 0.5,
    );
    expect(seed).toBeDefined();
    const seen = new Set(
      Array.from(
        { length: 50 },
        (_, one) => chooseThreshold({ recall: 1 }, rows, { resamples: 1, seed: one }).threshold,
      ),
    );
    expect([...seen]).toEqual([0.5]);
  });
});

describe('a cut of ranked rows', () => {
  it('becomes a threshold that makes this very cut', () => {
    const anyScore = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(anyScore, { minLength: 1, maxLength: 40 }), (list) => {
        const scores = Float64Array.from(list);
        const ranked = rankRows({ labels: list.map(() => 1), scores });
        ranked.count().truePositives.forEach((flagged, cut) => {
          const threshold = thresholdOfCut(ranked.scores, cut);
          // nothing in [0, 1] flags no row where one scores 1
          if (cut === 0 && ranked.scores[0] === 1) return;
          expect(scores.filter((score) => score >= threshold)).toHaveLength(flagged);
        });
      }),
    );
  });

  it('has few decimals', () => {
    expect(thresholdOfCut(Float64Array.of(0.9, 0.1179823, 0.1061234), 2)).toBe(0.11);
    expect(thresholdOfCut(Float64Array.of(0.9, 0.11312, 0.11311), 2)).toBe(0.113115);
    expect(thresholdOfCut(Float64Array.of(1, 1 - 2 ** -53), 1)).toBe(1);
  });

  it('counts weighted rows', () => {
    const cuts = rankRows({ labels: [1, 0, 1], scores: Float64Array.of(0.2, 0.9, 0.9) }).count([2, 3, 4]);
    expect(cuts).toEqual({
      positives: 6,
      negatives: 3,
      truePositives: Float64Array.of(0, 4, 6),
      falsePositives: Float64Array.of(0, 3, 3),
      first: 0,
    });
    expect(costOfCut({ falsePositive: 2, falseNegative: 5 }, cuts, 1)).toBe(2 * 3 + 5 * 2);
  });
});
