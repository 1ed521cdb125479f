import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EvaluationInput, evaluate } from '#domain/evaluation/evaluate';
import { gateSchema } from '#domain/gates/registry';
import type { Metric, Task } from '#domain/metrics/metric';
import { findMetric, METRICS, metricSchemaOf, metricsOf } from '#domain/metrics/registry';

const bootstrap = { resamples: 100, seed: 3 };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const rowsOf = <Row>(row: fc.Arbitrary<Row>, atLeast: readonly NoInfer<Row>[]) =>
  fc.array(row, { maxLength: 20 }).map((rows) => [...rows, ...atLeast]);

/** Holdouts of every task, each with every class. */
const inputs: Record<Task, fc.Arbitrary<EvaluationInput>> = {
  binary: rowsOf(fc.tuple(fc.constantFrom(0, 1), share), [
    [0, 0.4],
    [1, 0.6],
  ]).map((rows) => ({
    task: 'binary',
    threshold: 0.5,
    labels: Float64Array.from(rows, ([label]) => label),
    candidate: Float64Array.from(rows, ([, score]) => score),
    champion: Float64Array.from(rows, ([, score]) => 1 - score),
    bootstrap,
  })),
  multiclass: rowsOf(fc.tuple(fc.constantFrom(0, 1, 2), share, share), [
    [0, 0, 0],
    [1, 0.5, 1],
    [2, 1, 0.3],
  ]).map((rows) => ({
    task: 'multiclass',
    classes: ['low', 'middle', 'high'],
    labels: Float64Array.from(rows, ([label]) => label),
    candidate: Float64Array.from(rows.flatMap(([, a, b]) => [a, (1 - a) * b, (1 - a) * (1 - b)])),
    bootstrap,
  })),
  regression: rowsOf(fc.tuple(finite, finite), [
    [1, 2],
    [3, 1],
  ]).map((rows) => ({
    task: 'regression',
    labels: Float64Array.from(rows, ([actual]) => actual),
    candidate: Float64Array.from(rows, ([, predicted]) => predicted),
    bootstrap,
  })),
};
const tasks = ['binary', 'multiclass', 'regression'] as const;

describe('the registry of metrics', () => {
  it('has one metric a name', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
  });

  it('lists what each task has', () => {
    const names = (task: Task) => metricsOf(task).map(({ name }) => name);
    const binary = ['auc', 'pr_auc', 'accuracy', 'precision', 'recall', 'f1', 'log_loss', 'brier', 'ks'];
    expect(names('binary').filter((name) => binary.includes(name))).toEqual(binary);
    expect(names('regression')).toEqual(expect.arrayContaining(['mse', 'rmse', 'mae', 'r2']));
    expect(names('regression')).not.toContain('auc');
    expect(names('multiclass')).toContain('auc_ovr_macro');
    expect(names('multiclass')).not.toContain('auc');
    expect(tasks.flatMap(names)).toEqual(expect.arrayContaining(METRICS.map(({ name }) => name)));
  });

  it('knows which way each points: errors and losses are the ones to keep low', () => {
    const low = ['brier', 'log_loss', 'mae', 'mse', 'rmse'];
    const means = ['precision', 'recall', 'f1'].flatMap((name) => [name, `${name}_macro`, `${name}_weighted`]);
    const high = ['auc', 'auc_ovr_macro', 'pr_auc', 'accuracy', ...means, 'ks', 'r2'];
    for (const name of low) expect(findMetric(name)?.higherIsBetter, name).toBe(false);
    for (const name of high) expect(findMetric(name)?.higherIsBetter, name).toBe(true);
  });

  it.each(METRICS)('has an example that is a gate on the metric itself: $name', ({ name, example }) => {
    expect(gateSchema.parse(example)).toMatchObject({ metric: name });
  });

  it('finds a metric by its name, and none by another', () => {
    expect(findMetric('r2')?.label).toBe('R²');
    expect(findMetric('r3')).toBeUndefined();
    expect(metricSchemaOf(METRICS).safeParse('r3').success).toBe(false);
  });

  it.each(tasks)('may be in any order: no result of a %s task changes', (task) => {
    const shuffled = fc.shuffledSubarray([...METRICS], { minLength: METRICS.length }) as fc.Arbitrary<Metric[]>;
    fc.assert(
      fc.property(inputs[task], shuffled, (input, metrics) => {
        expect(evaluate(input, metrics)).toEqual(evaluate(input));
      }),
      { numRuns: 25 },
    );
  });

  it('measures a metric the same with others beside it and alone', () => {
    fc.assert(
      fc.property(inputs.multiclass, fc.constantFrom(...metricsOf('multiclass')), (input, metric) => {
        const alone = evaluate(input, [metric]).metrics;
        expect(alone).toEqual({ [metric.name]: evaluate(input).metrics[metric.name] });
      }),
      { numRuns: 25 },
    );
  });

  it.each(tasks)('keeps every value within the range of its metric (%s)', (task) => {
    fc.assert(
      fc.property(inputs[task], (input) => {
        const { metrics } = evaluate(input);
        for (const { name, range } of metricsOf(task)) {
          const [low, high] = range;
          expect(metrics[name]?.value, name).toBeGreaterThanOrEqual(low - 1e-9);
          expect(metrics[name]?.value, name).toBeLessThanOrEqual(high + 1e-9);
        }
      }),
      { numRuns: 50 },
    );
  });
});
