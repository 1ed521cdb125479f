import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePredictions } from '#domain/evaluation/predictions';

const label = (classes: string[]) => ({ column: 'y', classes, classCounts: classes.map(() => 1) });
const answers = [{ label: 'no' }, { label: 'yes' }];
const rest = { answers, threshold: 0.5 };
const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('predictions', () => {
  it('of two classes are the positive one from the threshold on', () => {
    const model = { task: 'binary' as const, label: label(['no', 'yes']) };
    fc.assert(
      fc.property(fc.array(probability), probability, (scores, threshold) => {
        expect(describePredictions(model, Float64Array.from(scores), scores.length, { answers, threshold })).toEqual(
          scores.map((score) => ({
            score,
            positive: score >= threshold,
            label: score >= threshold ? 'yes' : 'no',
          })),
        );
      }),
    );
    expect(describePredictions(model, Float64Array.of(0.5), 1, { answers, threshold: 0.5 })).toEqual([
      { score: 0.5, positive: true, label: 'yes' },
    ]);
  });

  it('of many classes are the most probable one, the first of equals, with all probabilities', () => {
    const model = { task: 'multiclass' as const, label: label(['a', 'b', 'c']) };
    const rows = fc.array(fc.tuple(probability, probability, probability));
    fc.assert(
      fc.property(rows, (scores) => {
        const found = describePredictions(model, Float64Array.from(scores.flat()), scores.length, rest);
        expect(found).toEqual(
          scores.map(([a, b, c]) => ({
            label: a >= b && a >= c ? 'a' : b >= c ? 'b' : 'c',
            probabilities: { a, b, c },
          })),
        );
      }),
    );
  });

  it('of a number are the number', () => {
    const model = { task: 'regression' as const, label: label([]) };
    expect(describePredictions(model, Float64Array.of(1.5, -2), 2, rest)).toEqual([{ value: 1.5 }, { value: -2 }]);
  });

  it('are refused when they are not as many as the rows', () => {
    const binary = { task: 'binary' as const, label: label(['no', 'yes']) };
    expect(() => describePredictions(binary, Float64Array.of(0.1, 0.2), 1, rest)).toThrow('answered 2 rows for 1');
    const multiclass = { task: 'multiclass' as const, label: label(['a', 'b']) };
    expect(() => describePredictions(multiclass, Float64Array.of(0.1, 0.9), 2, rest)).toThrow('answered 1 rows for 2');
  });
});
