import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationError } from '#domain/errors';
import { evaluate } from '#domain/evaluation/evaluate';
import { applyGates } from '#domain/gates/apply';
import { type Gate, gateConfidences } from '#domain/gates/registry';
import { differenceOf, estimateOf } from '#domain/metrics/measured';
import { metricsOf } from '#domain/metrics/registry';
import { createRandom } from '#domain/random';
import { verdictSchema } from '#schemas/records/evaluation';

const random = createRandom(15);
const labels = Float64Array.from({ length: 600 }, () => (random.float() < 0.3 ? 1 : 0));
const noisy = (noise: number) =>
  Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-(label - 0.5 + noise * random.normal()))));
const good = noisy(0.8);
const poor = noisy(2.5);

const run = (gates: Gate[], candidate: Float64Array, champion?: Float64Array) => {
  const confidences = gateConfidences(gates);
  const bootstrap = { resamples: 200, seed: 1 };
  const evaluation = evaluate({ task: 'binary', threshold: 0.5, labels, candidate, champion, confidences, bootstrap });
  return { evaluation, verdict: applyGates({ gates, evaluation, champion: 'loans/7' }) };
};

const versus = (metric: string, notWorseBy: number, confidence = 0.95): Gate => ({
  metric,
  vsChampion: { notWorseBy, confidence },
});

describe('applyGates with min and max', () => {
  it('passes a bound that is met and says so with numbers', () => {
    const { evaluation, verdict } = run([{ metric: 'auc', min: 0.75 }], good);
    expect(verdictSchema.parse(verdict)).toEqual(verdict);
    const [gate] = verdict.gates;
    expect(verdict.passed).toBe(true);
    expect(gate).toMatchObject({ gate: 'auc ≥ 0.75', metric: 'auc', kind: 'min', bound: 0.75, passed: true });
    const { value, low, high } = estimateOf(evaluation, 'auc');
    expect(gate).toMatchObject({ value, interval: { low, high } });
    expect(gate?.reason).toMatch(/^auc is 0\.\d+ \(95 % interval 0\.\d+ to 0\.\d+\); at least 0\.75 is required\.$/);
  });

  it('refuses when one of several gates fails, and keeps every result', () => {
    const { verdict } = run(
      [
        { metric: 'auc', min: 0.5 },
        { metric: 'log_loss', max: 0.01 },
        { metric: 'f1', min: 0.01 },
      ],
      good,
    );
    expect(verdict.passed).toBe(false);
    expect(verdict.gates.map((gate) => gate.passed)).toEqual([true, false, true]);
    expect(verdict.gates[1]?.gate).toBe('log_loss ≤ 0.01');
    expect(verdict.gates[1]?.reason).toMatch(/at most 0\.01 is required\. It misses by 0\.\d+\.$/);
  });

  it('takes a value equal to the bound as met', () => {
    const { evaluation } = run([{ metric: 'auc', min: 0 }], good);
    const bound = estimateOf(evaluation, 'auc').value;
    expect(applyGates({ gates: [{ metric: 'auc', min: bound }], evaluation }).passed).toBe(true);
    expect(applyGates({ gates: [{ metric: 'auc', max: bound }], evaluation }).passed).toBe(true);
  });

  it('never prints a value that fails as equal to its bound', () => {
    const { evaluation } = run([{ metric: 'auc', min: 0 }], good);
    estimateOf(evaluation, 'auc').value = 0.7499999;
    const [gate] = applyGates({ gates: [{ metric: 'auc', min: 0.75 }], evaluation }).gates;
    expect(gate?.passed).toBe(false);
    expect(gate?.reason).toContain('auc is 0.7499999 ');
  });

  it('decides by the point estimate, whatever the bound', () => {
    const { evaluation } = run([{ metric: 'auc', min: 0 }], good);
    fc.assert(
      fc.property(
        fc.constantFrom(...metricsOf('binary')),
        fc.double({ min: -1, max: 2, noNaN: true }),
        ({ name: metric }, bound) => {
          const { value } = estimateOf(evaluation, metric);
          expect(applyGates({ gates: [{ metric, min: bound }], evaluation }).passed).toBe(value >= bound);
          expect(applyGates({ gates: [{ metric, max: bound }], evaluation }).passed).toBe(value <= bound);
        },
      ),
    );
  });
});

describe('applyGates against the champion', () => {
  it('passes a better candidate and refuses a worse one, for metrics of either direction', () => {
    for (const metric of ['auc', 'log_loss'] as const) {
      expect(run([versus(metric, 0)], good, poor).verdict.passed).toBe(true);
      expect(run([versus(metric, 0)], poor, good).verdict.passed).toBe(false);
    }
  });

  it('uses the bound at the confidence of the gate', () => {
    const gates = [versus('auc', 0.005, 0.8), versus('brier', 0.005, 0.99)];
    const { evaluation, verdict } = run(gates, good, poor);
    const at = (metric: 'auc' | 'brier', confidence: number) =>
      differenceOf(evaluation, metric)?.bounds.find((bound) => bound.confidence === confidence);
    expect(verdict.gates[0]).toMatchObject({
      gate: 'auc vs champion ≥ −0.005',
      value: at('auc', 0.8)?.lower,
      bound: -0.005,
    });
    expect(verdict.gates[1]).toMatchObject({
      gate: 'brier vs champion ≤ +0.005',
      value: at('brier', 0.99)?.upper,
      bound: 0.005,
    });
    const difference = differenceOf(evaluation, 'auc');
    expect(verdict.gates[0]?.interval).toEqual({ low: difference?.low, high: difference?.high });
  });

  it('accepts a candidate worse by less than the margin, surely, and no other', () => {
    const { evaluation } = run([versus('auc', 0)], poor, good);
    const lower = differenceOf(evaluation, 'auc')?.bounds[0]?.lower as number;
    const passes = (notWorseBy: number) => applyGates({ gates: [versus('auc', notWorseBy)], evaluation }).passed;
    expect(passes(-lower)).toBe(true);
    expect(passes(-lower - 1e-9)).toBe(false);
  });

  it('passes the champion against itself with no margin at all', () => {
    const [gate] = run([versus('auc', 0)], good, good).verdict.gates;
    expect(gate).toMatchObject({ passed: true, value: 0, bound: 0, gate: 'auc vs champion ≥ 0' });
    expect(gate?.reason).toMatch(/^auc equals that of the champion loans\/7;/);
  });

  it('explains a refusal with the difference, the bound and the margin', () => {
    const [gate] = run([versus('auc', 0.005)], poor, good).verdict.gates;
    expect(gate?.reason).toMatch(
      /^auc is 0\.\d+ below that of the champion loans\/7 on the same rows; with 95 % confidence the difference is at least −0\.\d+; at least −0\.005 is required\.$/,
    );
    const [other] = run([versus('log_loss', 0.005)], poor, good).verdict.gates;
    expect(other?.reason).toMatch(
      /^log_loss is \d\.\d+ above that of the champion .* the difference is at most \+\d\.\d+; at most \+0\.005 is required\.$/,
    );
  });

  it('passes when there is no champion yet', () => {
    const [gate] = run([versus('auc', 0.005)], poor).verdict.gates;
    expect(gate).toMatchObject({ passed: true, value: null, interval: null });
    expect(gate?.reason).toMatch(/no champion yet/);
  });

  it('names the champion only when it has a name', () => {
    const { evaluation } = run([versus('auc', 0)], good, poor);
    const [gate] = applyGates({ gates: [versus('auc', 0)], evaluation }).gates;
    expect(gate?.reason).toContain('above that of the champion on the same rows');
  });

  it('refuses to guess a bound that was not kept', () => {
    const { evaluation } = run([versus('auc', 0, 0.9)], good, poor);
    expect(() => applyGates({ gates: [versus('auc', 0, 0.95)], evaluation })).toThrow(
      /no bound was kept at confidence 0.95.*gateConfidences/,
    );
  });
});

describe('applyGates refuses', () => {
  it('a metric that the task does not have', () => {
    const { evaluation } = run([{ metric: 'auc', min: 0 }], good);
    const refused = () => applyGates({ gates: [{ metric: 'rmse', max: 1 }], evaluation });
    expect(refused).toThrow(EvaluationError);
    expect(refused).toThrow(/a binary evaluation has no metric rmse; it has auc, pr_auc/);
  });
});
