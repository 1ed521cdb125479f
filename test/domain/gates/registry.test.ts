import { describe, expect, it } from 'vitest';
import { EvaluationError } from '#domain/errors';
import { findGateKind, GATES, gateConfidences, gateKindOf, gateSchema, metricOfGate } from '#domain/gates/registry';
import { vsChampion } from '#domain/gates/vs-champion';
import { metricsOf } from '#domain/metrics/registry';
import type { Evaluation } from '#schemas/records/evaluation';

describe('the registry of gates', () => {
  it('has one kind a name', () => {
    expect(new Set(GATES.map(({ name }) => name)).size).toBe(GATES.length);
  });

  it.each(GATES)('has an example that is a gate of the kind: $name', ({ name, example }) => {
    const gate = gateSchema.parse(example);
    expect(gate).toEqual(example);
    expect(gateKindOf(gate, GATES).name).toBe(name);
    expect(metricOfGate(gate)).toBe('metric' in example ? example.metric : undefined);
  });

  it('fills in what a gate against the champion leaves out', () => {
    const gate = gateSchema.parse({ metric: 'auc', vsChampion: {} });
    expect(gate).toEqual({ metric: 'auc', vsChampion: { notWorseBy: 0, confidence: 0.95 } });
    expect(gateConfidences([gate, gate])).toEqual([0.95]);
  });

  it.each([
    [{ metric: 'auc' }],
    [{ metric: 'auc', min: 0.5, max: 0.9 }],
    [{ metric: 'aucc', min: 0.5 }],
    [{ metric: 'auc', min: 'high' }],
    [{ metric: 'auc', min: 0.5, colour: 'red' }],
    [{ metric: 'auc', vsChampion: { confidence: 0.5 } }],
    [{ metric: 'auc', vsChampion: { notWorseBy: -0.1 } }],
  ])('refuses %j', (gate) => {
    expect(gateSchema.safeParse(gate).success).toBe(false);
  });

  it('has no kind for what bears no key of one', () => {
    expect(() => gateKindOf({ metric: 'auc' }, GATES)).toThrow(EvaluationError);
    expect(findGateKind('median')).toBeUndefined();
    expect(metricOfGate({ check: 'leakage' })).toBeUndefined();
  });
});

it('shows a measured difference with its words, and what was not measured without', () => {
  const gate = { metric: 'auc', gate: 'auc vs champion', kind: 'vsChampion', bound: 0, interval: null };
  const shown = (value: number | null, metric = 'auc') =>
    vsChampion.show(
      { ...gate, metric, value, passed: true, reason: '' },
      { evaluation: {} as Evaluation, champion: undefined, metrics: metricsOf('binary') },
    );

  expect(shown(0.1)).toEqual({ prefix: 'at least', signed: true, point: undefined });
  expect(shown(0.1, 'log_loss')).toMatchObject({ prefix: 'at most', signed: true });
  expect(shown(null)).toEqual({ signed: true, point: undefined });
  expect(shown(0.1, 'gini')).toEqual({ signed: true, point: undefined });
});
