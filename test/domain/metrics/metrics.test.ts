import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryConfusion, classMetrics, multiclassConfusion } from '#domain/evaluation/confusion';
import { type MetricKernel, metricKernel } from '#domain/metrics/kernel';
import { r2 } from '#domain/metrics/r2';
import { METRICS } from '#domain/metrics/registry';
import { predictClasses } from '#domain/tallies/probability';
import { reference } from '../evaluation/reference.ts';

const measure = (kernel: MetricKernel, rows: number, weights?: readonly number[] | null) =>
  kernel.measure(weights ? Float64Array.from(weights) : new Float64Array(rows).fill(1));
const multiclassKernel = (labels: Uint16Array, scores: Float64Array, classes: number) =>
  metricKernel('multiclass', { labels, scores, classes }, METRICS);
const regressionKernel = (actual: Float64Array, predicted: Float64Array) =>
  metricKernel('regression', { actual, predicted }, METRICS);

function expectMetrics(actual: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) expect(actual[name], name).toBeCloseTo(value, 10);
}

const binary = (labels: number[], scores: number[], threshold = 0.5, weights?: readonly number[] | null) =>
  measure(
    metricKernel('binary', { labels: Uint16Array.from(labels), scores: Float64Array.from(scores), threshold }, METRICS),
    labels.length,
    weights,
  );

/** Labelled scores with both classes and plenty of ties. */
const labelled = fc
  .array(fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: 0, max: 12 }) }), {
    minLength: 2,
    maxLength: 60,
  })
  .map((rows) => [...rows, { label: 0, score: 5 }, { label: 1, score: 7 }])
  .map((rows) => ({ labels: rows.map((row) => row.label), scores: rows.map((row) => row.score / 12) }));

describe('binary metrics', () => {
  it.each(reference.binary)(
    'equal those of scikit-learn: $name',
    ({ labels, scores, threshold, weights, metrics, confusion }) => {
      expectMetrics(binary(labels, scores, threshold, weights), metrics);
      expect(binaryConfusion(Uint16Array.from(labels), Float64Array.from(scores), threshold)).toEqual(confusion);
    },
  );

  it('give as AUC the share of pairs ranked right, a tie counting one half', () => {
    fc.assert(
      fc.property(labelled, ({ labels, scores }) => {
        const of = (label: number) => scores.filter((_, i) => labels[i] === label);
        const [negatives, positives] = [of(0), of(1)];
        let right = 0;
        for (const p of positives) for (const n of negatives) right += p > n ? 1 : p === n ? 0.5 : 0;
        expect(binary(labels, scores)['auc']).toBeCloseTo(right / (positives.length * negatives.length), 10);
      }),
    );
  });

  it('rank alike under any rising transformation of the scores', () => {
    fc.assert(
      fc.property(labelled, ({ labels, scores }) => {
        const before = binary(labels, scores);
        const after = binary(
          labels,
          scores.map((score) => 0.1 + 0.5 * score ** 3),
        );
        for (const metric of ['auc', 'pr_auc', 'ks']) expect(after[metric]).toBeCloseTo(before[metric] as number, 10);
      }),
    );
  });

  it('mirror AUC and keep KS when scores are turned around', () => {
    fc.assert(
      fc.property(labelled, ({ labels, scores }) => {
        const before = binary(labels, scores);
        const after = binary(
          labels,
          scores.map((score) => 1 - score),
        );
        expect(after['auc']).toBeCloseTo(1 - (before['auc'] as number), 10);
        expect(after['ks']).toBeCloseTo(before['ks'] as number, 10);
      }),
    );
  });

  it('give F1 as the harmonic mean of precision and recall', () => {
    fc.assert(
      fc.property(labelled, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ({ labels, scores }, threshold) => {
        const { precision, recall, f1 } = binary(labels, scores, threshold) as Record<
          'precision' | 'recall' | 'f1',
          number
        >;
        const expected = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
        expect(f1).toBeCloseTo(expected, 10);
      }),
    );
  });

  it('treat a weight of k as k copies of the row', () => {
    fc.assert(
      fc.property(labelled, fc.infiniteStream(fc.integer({ min: 1, max: 3 })), ({ labels, scores }, stream) => {
        const weights = labels.map(() => stream.next().value as number);
        const repeat = (values: number[]) =>
          values.flatMap((value, i) => new Array<number>(weights[i] as number).fill(value));
        expectMetrics(binary(labels, scores, 0.5, weights), binary(repeat(labels), repeat(scores)));
      }),
    );
  });

  it('leave ranking metrics undefined, not wrong, when the weights leave one class', () => {
    const metrics = binary([0, 1, 1], [0.2, 0.6, 0.7], 0.5, [0, 1, 2]);
    expect(metrics['auc']).toBeNaN();
    expect(metrics['ks']).toBeNaN();
    expect(metrics['accuracy']).toBe(1);
  });
});

describe('multiclass metrics', () => {
  it.each(reference.multiclass)(
    'equal those of scikit-learn: $name',
    ({ labels, scores, classes, weights, metrics, confusion, perClass }) => {
      const codes = Uint16Array.from(labels);
      const matrix = Float64Array.from(scores);
      expectMetrics(measure(multiclassKernel(codes, matrix, classes), labels.length, weights), metrics);

      const cells = multiclassConfusion(codes, predictClasses(matrix, classes), classes);
      expect(cells).toEqual(confusion);
      const names = Array.from({ length: classes }, (_, index) => `class ${index}`);
      classMetrics(cells, names).forEach((own, index) => {
        expect(own.class).toBe(names[index]);
        expect(own.support).toBe(perClass.support[index]);
        for (const name of ['precision', 'recall', 'f1'] as const)
          expect(own[name]).toBeCloseTo(perClass[name][index] as number, 12);
      });
    },
  );

  it('agree with the binary ones on accuracy and log-loss when there are two classes', () => {
    fc.assert(
      fc.property(labelled, ({ labels, scores }) => {
        const matrix = Float64Array.from(scores.flatMap((score) => [1 - score, score]));
        const two = measure(multiclassKernel(Uint16Array.from(labels), matrix, 2), labels.length);
        // 0.5 is class 0 by argmax, so the threshold lies just above it
        const one = binary(labels, scores, 0.5 + 1e-9);
        expect(two['accuracy']).toBeCloseTo(one['accuracy'] as number, 10);
        expect(two['log_loss']).toBeCloseTo(one['log_loss'] as number, 8);
        expect(two['auc_ovr_macro']).toBeCloseTo(one['auc'] as number, 10);
      }),
    );
  });
});

describe('regression metrics', () => {
  it.each(reference.regression)('equal those of scikit-learn: $name', ({ actual, predicted, weights, metrics }) => {
    const kernel = regressionKernel(Float64Array.from(actual), Float64Array.from(predicted));
    expectMetrics(measure(kernel, actual.length, weights), metrics);
  });

  it('give R² of 0 for predicting the mean and 1 for the truth', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(values, (given) => {
        const actual = Float64Array.from([...given, 5, 17]);
        const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
        const r2 = (predicted: Float64Array) => measure(regressionKernel(actual, predicted), actual.length)['r2'];
        expect(r2(actual.map(() => mean))).toBeCloseTo(0, 8);
        expect(r2(actual)).toBe(1);
      }),
    );
  });

  it('take a spread from rounding alone for a constant target', () => {
    const ofSpread = (epsilons: number) =>
      r2.measure.regression({
        total: 1,
        squaredErrorSum: 1,
        absoluteErrorSum: 1,
        targetSum: Math.sqrt(1 - epsilons * Number.EPSILON),
        targetSquareSum: 1,
      });

    expect([0, 2, 6].map(ofSpread)).toEqual([0, 0, 0]);
    for (const spread of [12, 100]) expect(ofSpread(spread)).toBeLessThan(-1);
  });

  it('see no spread in a resample that draws one row only', () => {
    const kernel = regressionKernel(Float64Array.of(1.1, 2.3, 7.7), Float64Array.of(1, 2, 7.7));
    expect(measure(kernel, 3, [0, 3, 0])['r2']).toBe(0);
    expect(measure(kernel, 3, [0, 0, 3])['r2']).toBe(1);
  });
});
