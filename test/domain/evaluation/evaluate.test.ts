import { describe, expect, it } from 'vitest';
import { EvaluationError } from '#domain/errors';
import { type EvaluationInput, evaluate } from '#domain/evaluation/evaluate';
import { gateConfidences } from '#domain/gates/registry';
import { differenceOf, estimateOf } from '#domain/metrics/measured';
import { createRandom } from '#domain/random';
import { evaluationSchema } from '#schemas/records/evaluation';

const bootstrap = { resamples: 100, seed: 1 };

function binaryRows(rows: number) {
  const random = createRandom(4);
  const labels = Float64Array.from({ length: rows }, () => (random.float() < 0.3 ? 1 : 0));
  const noisy = (noise: number) =>
    Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-(label - 0.5 + noise * random.normal()))));
  return { labels, candidate: noisy(0.7), champion: noisy(1.5) };
}

function multiclassRows(rows: number) {
  const random = createRandom(6);
  const labels = Float64Array.from({ length: rows }, (_, i) => i % 3);
  const matrix = (signal: number) => {
    const scores = new Float64Array(rows * 3);
    labels.forEach((label, row) => {
      const logits = [0, 1, 2].map((index) => Math.exp(random.normal() + (index === label ? signal : 0)));
      const total = logits.reduce((sum, value) => sum + value, 0);
      scores.set(
        logits.map((value) => Math.fround(value / total)),
        row * 3,
      );
    });
    return scores;
  };
  return { labels, candidate: matrix(2), champion: matrix(1), classes: ['low', 'middle', 'high'] };
}

const throughJson = (value: unknown) => evaluationSchema.parse(JSON.parse(JSON.stringify(value)));

describe('evaluate', () => {
  it('scores a binary candidate beside its champion, as stored JSON', () => {
    const importances = [{ column: 'income', mean: 0.1, std: 0.01 }];
    const evaluation = evaluate({ task: 'binary', threshold: 0.4, bootstrap, importances, ...binaryRows(500) });
    expect(throughJson(evaluation)).toEqual(evaluation);
    if (evaluation.task !== 'binary') expect.unreachable();
    expect(evaluation.n).toBe(500);
    expect(evaluation.confusion.matrix.flat().reduce((sum, count) => sum + count, 0)).toBe(500);
    expect(evaluation.confusion.matrix[1]?.reduce((sum, count) => sum + count, 0)).toBe(evaluation.positives);
    const { value } = estimateOf(evaluation, 'auc');
    const other = evaluation.champion?.metrics['auc']?.value as number;
    expect(value).toBeGreaterThan(other);
    expect(differenceOf(evaluation, 'auc')?.difference).toBeCloseTo(value - other, 12);
    for (const { value, low, high } of Object.values(evaluation.metrics)) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(evaluation.importances).toEqual(importances);
    expect(evaluation.bootstrap).toEqual({ resamples: 100, requested: 100, seed: 1, confidence: 0.95 });
  });

  it('is the same for the same input', () => {
    const input: EvaluationInput = { task: 'binary', threshold: 0.5, bootstrap, ...binaryRows(200) };
    expect(evaluate(input)).toEqual(evaluate(input));
  });

  it('keeps the bounds that gates will ask for', () => {
    const gates = [
      { metric: 'auc', min: 0.7 },
      { metric: 'auc', vsChampion: { notWorseBy: 0.01, confidence: 0.9 } },
      { metric: 'f1', vsChampion: { notWorseBy: 0.01, confidence: 0.9 } },
      { metric: 'f1', vsChampion: { notWorseBy: 0.01, confidence: 0.99 } },
    ] as const;
    const confidences = gateConfidences([...gates]);
    expect(confidences).toEqual([0.9, 0.99]);
    const evaluation = evaluate({ task: 'binary', threshold: 0.5, bootstrap, confidences, ...binaryRows(200) });
    if (evaluation.task !== 'binary') expect.unreachable();
    expect(differenceOf(evaluation, 'f1')?.bounds.map((bound) => bound.confidence)).toEqual(confidences);
  });

  it('scores without a champion, with weights and named classes', () => {
    const { labels, candidate } = binaryRows(100);
    const weights = labels.map((label) => 1 + label);
    const classes = ['repaid', 'default'] as const;
    const evaluation = evaluate({ task: 'binary', threshold: 0.5, bootstrap, labels, candidate, weights, classes });
    if (evaluation.task !== 'binary') expect.unreachable();
    expect(throughJson(evaluation)).toEqual(evaluation);
    expect(evaluation.champion).toBeUndefined();
    expect(evaluation.weighted).toBe(true);
    expect(evaluation.confusion.labels).toEqual(['repaid', 'default']);
  });

  it('scores a multiclass candidate', () => {
    const evaluation = evaluate({ task: 'multiclass', bootstrap, ...multiclassRows(300) });
    expect(throughJson(evaluation)).toEqual(evaluation);
    if (evaluation.task !== 'multiclass') expect.unreachable();
    expect(evaluation.perClass.map((row) => row.class)).toEqual(['low', 'middle', 'high']);
    expect(differenceOf(evaluation, 'auc_ovr_macro')?.low).toBeGreaterThan(0);
    const { champion: _, ...alone } = multiclassRows(60);
    expect(evaluate({ task: 'multiclass', bootstrap, ...alone })).not.toHaveProperty('champion');
  });

  it('scores a regression candidate', () => {
    const random = createRandom(8);
    const labels = Float64Array.from({ length: 300 }, () => 50 + 10 * random.normal());
    const candidate = labels.map((value) => value + random.normal());
    const champion = labels.map((value) => value + 3 * random.normal());
    const evaluation = evaluate({ task: 'regression', bootstrap, labels, candidate, champion });
    expect(throughJson(evaluation)).toEqual(evaluation);
    if (evaluation.task !== 'regression') expect.unreachable();
    expect(estimateOf(evaluation, 'rmse').value).toBeCloseTo(1, 0);
    expect(differenceOf(evaluation, 'rmse')?.high).toBeLessThan(0);
    expect(evaluate({ task: 'regression', bootstrap, labels, candidate })).not.toHaveProperty('champion');
  });
});

describe('evaluate refuses', () => {
  const rows = binaryRows(20);
  const binary = (change: Partial<EvaluationInput>): EvaluationInput =>
    ({ task: 'binary', threshold: 0.5, bootstrap, ...rows, ...change }) as EvaluationInput;
  const multiclass = (change: Partial<EvaluationInput>): EvaluationInput =>
    ({ task: 'multiclass', bootstrap, ...multiclassRows(6), ...change }) as EvaluationInput;
  const with3 = (at: number, value: number, of = rows.candidate) => of.with(at, value);

  it.each<[string, EvaluationInput, RegExp]>([
    ['an empty holdout', binary({ labels: new Float64Array(0) }), /holdout is empty/],
    [
      'a class without rows',
      binary({ labels: new Float64Array(20), classes: ['repaid', 'default'] } as never),
      /no row of class "default"/,
    ],
    [
      'a class without weight',
      binary({ weights: rows.labels.map((label) => 1 - label) }),
      /no row of class "positive"/,
    ],
    [
      'a label that is no class',
      binary({ labels: with3(3, 2, rows.labels) }),
      /labels: row 3 is not one of the 2 class numbers 0 to 1$/,
    ],
    ...[-1, 0.5, Number.NaN].map((label): [string, EvaluationInput, RegExp] => [
      `the label ${label}`,
      binary({ labels: with3(4, label, rows.labels) }),
      /labels: row 4 is not one of the 2 class numbers/,
    ]),
    [
      'scores of another length',
      binary({ candidate: new Float64Array(19) }),
      /candidate scores: found 19 rows where the holdout has 20/,
    ],
    ['champion scores of another length', binary({ champion: new Float64Array(3) }), /champion scores: found 3 rows/],
    [
      'a score that is no number',
      binary({ candidate: with3(5, Number.NaN) }),
      /candidate scores: row 5 is not a finite number/,
    ],
    [
      'a score that is no probability',
      binary({ champion: with3(6, 1.5) }),
      /champion scores: row 6 lies outside \[0, 1\].*binary:logistic/,
    ],
    ['weights of another length', binary({ weights: new Float64Array(2) }), /weights: found 2 rows/],
    ['a negative weight', binary({ weights: with3(1, -1, new Float64Array(20)) }), /weights: row 1 is negative/],
    ['weights that are all zero', binary({ weights: new Float64Array(20) }), /every row weighs nothing/],
    [
      'a multiclass holdout that lacks classes',
      multiclass({ labels: new Float64Array(6) }),
      /no row of class "middle", "high"/,
    ],
    [
      'probabilities that do not sum to 1',
      multiclass({ candidate: new Float64Array(18) }),
      /candidate scores: the class probabilities of row 0 do not sum to 1/,
    ],
    [
      'a matrix of another size',
      multiclass({ candidate: new Float64Array(6) }),
      /found 6 scores \(rows × 3 classes\) where the holdout has 18/,
    ],
    [
      'one row of regression',
      { task: 'regression', bootstrap, labels: Float64Array.of(1), candidate: Float64Array.of(1) },
      /has 1 row: at least 2/,
    ],
    [
      'a target that is no number',
      { task: 'regression', bootstrap, labels: Float64Array.of(1, Number.NaN), candidate: Float64Array.of(1, 2) },
      /labels: row 1 is not a finite number/,
    ],
  ])('%s', (_, input, message) => {
    expect(() => evaluate(input)).toThrow(EvaluationError);
    expect(() => evaluate(input)).toThrow(message);
  });

  it('names rows of a matrix by row, not by cell', () => {
    const { candidate } = multiclassRows(6);
    expect(() => evaluate(multiclass({ candidate: candidate.with(7, Number.NaN) }))).toThrow(
      /row 2 is not a finite number/,
    );
  });
});
