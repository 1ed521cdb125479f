import { describe, expect, it } from 'vitest';
import { evaluateAndCompare, leastComparable } from '#domain/evaluation/compare';
import type { EvaluationInput } from '#domain/evaluation/evaluate';

const n = 120;
const labels = Float64Array.from({ length: n }, (_, i) => i % 2);
const scores = (noise: number) =>
  Float64Array.from(labels, (y, i) => 0.5 + (y - 0.5) * 0.3 + 0.5 * noise * (((i * 7919) % 13) / 13 - 0.5));
const binary: EvaluationInput = {
  task: 'binary',
  labels,
  candidate: scores(0.5),
  champion: scores(0.9),
  threshold: 0.5,
  classes: ['no', 'yes'],
  bootstrap: { resamples: 100, seed: 1 },
};
const rowsWhere = (isComparable: (row: number) => boolean) =>
  Uint8Array.from({ length: n }, (_, row) => (isComparable(row) ? 1 : 0));

describe('a comparison with the champion', () => {
  it('uses the whole holdout where every row is new to the champion', () => {
    const { champion, comparison } = evaluateAndCompare(binary, { rows: rowsWhere(() => true) });
    expect(comparison).toEqual({ rows: n });
    expect(champion?.differences['auc']).toBeDefined();
  });

  it('uses the rows that are new to the champion, and the whole holdout for the candidate itself', () => {
    const result = evaluateAndCompare(binary, { rows: rowsWhere((row) => row < 80) });
    const some = {
      ...binary,
      labels: labels.slice(0, 80),
      candidate: binary.candidate.slice(0, 80),
      champion: binary.champion?.slice(0, 80),
    };
    const expected = evaluateAndCompare(some, undefined);
    expect(result.n).toBe(n);
    expect(result.comparison).toEqual({ rows: 80, candidate: expected.metrics });
    expect(result.champion).toEqual(expected.champion);
    expect(result.metrics).toEqual(evaluateAndCompare({ ...binary, champion: undefined }, undefined).metrics);
  });

  it.each([
    [
      'too few rows',
      (row: number) => row < leastComparable.rows - 1,
      'cannot have been trained on 29 of 120 holdout rows; at least 30',
    ],
    ['too few of a class', (row: number) => row % 2 === 0 || row < 5, 'class "yes" has 2'],
    ['no rows', () => false, 'cannot have been trained on 0 of 120'],
  ])('is not made on %s, and says so', (_, isComparable, words) => {
    const { champion, comparison } = evaluateAndCompare(binary, { rows: rowsWhere(isComparable) });
    expect(champion).toBeUndefined();
    expect(comparison?.notJudged).toContain(words);
  });

  it('gives the reason where no row can be compared', () => {
    const { comparison } = evaluateAndCompare(binary, { rows: rowsWhere(() => false), reason: 'another seed' });
    expect(comparison).toEqual({ rows: 0, notJudged: 'another seed' });
  });

  it('needs no classes in a regression, and counts all of several classes', () => {
    const regression: EvaluationInput = {
      task: 'regression',
      labels,
      candidate: scores(0.1),
      champion: scores(0.2),
      bootstrap: { resamples: 100, seed: 1 },
    };
    const some = { rows: rowsWhere((row) => row < 40) };
    expect(evaluateAndCompare(regression, some).comparison).toMatchObject({ rows: 40 });
    const three = Float64Array.from({ length: n }, (_, i) => i % 3);
    const probabilities = Float64Array.from({ length: 3 * n }, (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? 0.6 : 0.2));
    const multiclass: EvaluationInput = {
      task: 'multiclass',
      labels: three,
      candidate: probabilities,
      champion: probabilities,
      classes: ['a', 'b', 'c'],
      bootstrap: { resamples: 100, seed: 1 },
    };
    expect(evaluateAndCompare(multiclass, some).champion?.differences['accuracy']?.difference).toBe(0);
    expect(evaluateAndCompare(multiclass, { rows: rowsWhere((row) => row % 3 !== 2) }).comparison?.notJudged).toContain(
      'class "c" has 0',
    );
  });
});
