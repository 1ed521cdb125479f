import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareExpected, realisedMetrics } from '#domain/drift/performance/expected';
import { metricsOf } from '#domain/metrics/registry';
import { createRandom } from '#domain/random';

const binary = { task: 'binary', classes: 2, threshold: 0.5 } as const;

describe('expected metrics', () => {
  // scikit-learn 1.9.1: each metric over every row twice, as class 0 and as class 1, sample_weight [1 - p, p]
  it('equal scikit-learn with the probabilities as weights', () => {
    const scores = Float64Array.of(0.05, 0.2, 0.4, 0.55, 0.7, 0.9);
    const p = [0.1, 0.3, 0.45, 0.6, 0.8, 0.95];
    const found = prepareExpected({ ...binary, scores }, metricsOf('binary')).expect(
      Float64Array.from(p.flatMap((one) => [1 - one, one])),
    );
    const expected = {
      auc: 0.8292410714,
      accuracy: 0.75,
      f1: 0.7580645161,
      precision: 0.7833333333,
      recall: 0.734375,
      log_loss: 0.5162525856,
    };
    for (const [name, value] of Object.entries(expected)) expect(found[name], name).toBeCloseTo(value, 9);
  });

  it('are the realised ones when every label is certain', () => {
    const rows = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), label: fc.nat(1) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, (given) => {
        const answers = { ...binary, scores: Float64Array.from(given, ({ score }) => score) };
        const certain = Float64Array.from(given.flatMap(({ label }) => [1 - label, label]));
        const metrics = metricsOf('binary');
        const realised = realisedMetrics(
          answers,
          Uint16Array.from(given, ({ label }) => label),
          metrics,
        );
        const expected = prepareExpected(answers, metrics);
        for (const found of [expected.expect(certain), expected.draw(certain, createRandom(1))]) {
          for (const [name, value] of Object.entries(realised)) {
            if (Number.isFinite(value)) expect(found[name], name).toBeCloseTo(value, 9);
          }
        }
      }),
    );
  });

  it('of several classes count each class by its probability', () => {
    const scores = Float64Array.of(0.7, 0.2, 0.1, 0.1, 0.3, 0.6);
    const metrics = prepareExpected({ task: 'multiclass', classes: 3, threshold: 0, scores }, metricsOf('multiclass'));
    expect(metrics.expect(Float64Array.of(0.5, 0.3, 0.2, 0.1, 0.1, 0.8))['accuracy']).toBeCloseTo((0.5 + 0.8) / 2, 12);
  });

  it('come out of many draws of the labels', () => {
    const scores = Float64Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50);
    const probabilities = Float64Array.from([...scores].flatMap((p) => [1 - p, p]));
    const metrics = prepareExpected({ ...binary, scores }, metricsOf('binary'));
    const random = createRandom(3);
    const draws = Array.from({ length: 2000 }, () => metrics.draw(probabilities, random)['accuracy'] as number);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    expect(mean).toBeCloseTo(metrics.expect(probabilities)['accuracy'] as number, 2);
  });
});
