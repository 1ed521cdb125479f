import { describe, expect, it } from 'vitest';
import { estimatePerformance } from '#domain/drift/performance/estimate';
import { metricKernel } from '#domain/metrics/kernel';
import { metricsOf } from '#domain/metrics/registry';
import { createRandom } from '#domain/random';
import type { Task } from '#schemas/records/task';
import { type SimulatedRows, settingsFor, simulate, toReference } from './simulation.ts';

function realised(task: Task, { scores, labels, inputs }: SimulatedRows): Readonly<Record<string, number>> {
  const ones = new Float64Array(inputs.rows).fill(1);
  const metrics = metricsOf(task);
  const classes = Uint16Array.from(labels);
  if (task === 'binary') return metricKernel(task, { labels: classes, scores, threshold: 0.5 }, metrics).measure(ones);
  if (task === 'multiclass') return metricKernel(task, { labels: classes, scores, classes: 3 }, metrics).measure(ones);
  return metricKernel(task, { actual: Float64Array.from(labels), predicted: scores }, metrics).measure(ones);
}

describe('without drift', () => {
  // scipy.stats.binom.cdf(5, 8, 0.95) is 0.0058: so rarely fewer than 6 of 8 intervals of 95 % would cover
  it.each([
    ['binary', ['auc', 'accuracy', 'precision', 'recall', 'f1', 'log_loss']],
    ['multiclass', ['accuracy', 'f1_macro', 'log_loss']],
    ['regression', ['mae', 'rmse']],
  ] as const)('the intervals of a %s model cover what the labels show, and nothing alarms', (task, names) => {
    const windows = 8;
    const random = createRandom(7);
    const covered = new Map(names.map((name) => [name as string, 0]));
    let alarms = 0;
    for (let i = 0; i < windows; i++) {
      const reference = toReference(task, simulate(task, 600, random));
      const window = simulate(task, 300, random);
      const found = estimatePerformance(reference, window, settingsFor(names[0]));
      if (found.alarm) alarms += 1;
      if (found.status !== 'estimated') continue;
      const truth = realised(task, window);
      for (const { metric, low, high } of found.metrics) {
        const value = truth[metric] as number;
        if (covered.has(metric) && value >= low && value <= high)
          covered.set(metric, (covered.get(metric) as number) + 1);
      }
    }
    expect(alarms).toBeLessThanOrEqual(1);
    for (const [metric, count] of covered) expect(count, metric).toBeGreaterThanOrEqual(6);
  });
});

describe('with drift', () => {
  const random = createRandom(11);
  const reference = toReference('binary', simulate('binary', 2000, random));

  it('finds that the rows became harder, without labels', () => {
    // near the boundary of the classes no model can be sure
    const window = simulate('binary', 6000, random);
    const hard = Array.from({ length: 6000 }, (_, row) => row).filter(
      (row) => Math.abs(window.inputs.values[2 * row] as number) < 0.6,
    );
    const rows: SimulatedRows = {
      inputs: {
        rows: hard.length,
        width: 2,
        values: Float64Array.from(hard.flatMap((row) => [...window.inputs.values.subarray(2 * row, 2 * row + 2)])),
      },
      scores: Float64Array.from(hard, (row) => window.scores[row] as number),
      labels: hard.map((row) => window.labels[row] as number),
    };
    const found = estimatePerformance(reference, rows, settingsFor('accuracy'));
    const truth = realised('binary', rows)['accuracy'] as number;
    expect(found).toMatchObject({ status: 'estimated', alarm: true });
    if (found.status !== 'estimated') return;
    expect(truth).toBeGreaterThanOrEqual(found.judged.low);
    expect(truth).toBeLessThanOrEqual(found.judged.high);
    expect(found.reason).toMatch(/^the estimate of accuracy is 0\.\d+ \(.*maxDrop allows$/);
  });

  it('gives no estimate for rows that the model was never evaluated on, and names the column', () => {
    const found = estimatePerformance(
      reference,
      simulate('binary', 400, random, { shift: 8 }),
      settingsFor('accuracy'),
    );
    expect(found).toMatchObject({ status: 'outside', alarm: true });
    expect(found.status === 'outside' && found.causes[0]).toMatchObject({ column: 'x' });
    expect(found.reason).toMatch(/^outside of what the model knows, no estimate: .* by x$/);
  });

  it('gives no estimate where few evaluated rows are like those of the window', () => {
    const found = estimatePerformance(
      reference,
      simulate('binary', 400, random, { shift: 1.6 }),
      settingsFor('accuracy', { maxOutside: 1 }),
    );
    expect(found).toMatchObject({ status: 'outside', alarm: true });
    expect(found.reason).toMatch(/only \d.* % of the rows that the model was evaluated on are like the rows/);
  });

  it('widens the interval by the rows that are outside while they are few', () => {
    const near = simulate('binary', 400, random);
    const values = Float64Array.from(near.inputs.values);
    for (let row = 0; row < 20; row++) values[2 * row] = 50;
    const wide = estimatePerformance(
      reference,
      { ...near, inputs: { ...near.inputs, values } },
      settingsFor('accuracy'),
    );
    const narrow = estimatePerformance(reference, near, settingsFor('accuracy'));
    if (wide.status !== 'estimated' || narrow.status !== 'estimated') throw new Error('both have an estimate');
    expect(wide.outside).toBeGreaterThan(0.045);
    expect(wide.judged.high - wide.judged.low).toBeGreaterThan(narrow.judged.high - narrow.judged.low + 0.03);
  });

  it('allows for what changed between the periods of the holdout although no score showed it', () => {
    const halves = [simulate('binary', 1000, random), simulate('binary', 1000, random, { effect: 0.5 })];
    const join = (of: (rows: SimulatedRows) => ArrayLike<number>) => halves.flatMap((half) => Array.from(of(half)));
    const changed = toReference('binary', {
      inputs: { rows: 2000, width: 2, values: Float64Array.from(join(({ inputs }) => inputs.values)) },
      scores: Float64Array.from(join(({ scores }) => scores)),
      labels: join(({ labels }) => labels),
    });
    const window = simulate('binary', 1000, random, { effect: 0.5 });
    const found = estimatePerformance(changed, window, settingsFor('accuracy'));
    const truth = realised('binary', window)['accuracy'] as number;
    if (found.status !== 'estimated') throw new Error(found.reason);
    expect(truth).toBeGreaterThanOrEqual(found.judged.low);
    const steady = estimatePerformance(reference, window, settingsFor('accuracy'));
    if (steady.status !== 'estimated') throw new Error(steady.reason);
    // a change that the holdout never had cannot be seen without labels
    expect(truth).toBeLessThan(steady.judged.low);
  });

  it('finds larger errors of a regression where it errs more', () => {
    const known = toReference('regression', simulate('regression', 2000, random));
    const far = simulate('regression', 1500, random, { shift: 0.7 });
    const found = estimatePerformance(known, far, settingsFor('mae'));
    const truth = realised('regression', far)['mae'] as number;
    if (found.status !== 'estimated') throw new Error(found.reason);
    expect(found.judged.value).toBeGreaterThan(found.judged.reference * 1.1);
    expect(truth).toBeGreaterThanOrEqual(found.judged.low);
    expect(truth).toBeLessThanOrEqual(found.judged.high);
  });
});

describe('no estimate', () => {
  const random = createRandom(13);

  it('of a model that was evaluated on few rows', () => {
    const reference = toReference('binary', simulate('binary', 199, random));
    expect(estimatePerformance(reference, simulate('binary', 300, random), settingsFor('auc'))).toEqual({
      status: 'none',
      alarm: false,
      reason: 'no estimate: the model was evaluated on 199 rows, and an estimate needs 200',
    });
  });

  it('of a metric that needs labels', () => {
    const reference = toReference('regression', simulate('regression', 300, random));
    const found = estimatePerformance(reference, simulate('regression', 300, random), settingsFor('r2'));
    expect(found.reason).toBe('no estimate: r2 cannot be estimated without labels in this window');
  });
});
