import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfInterval, LEAST_REFERENCE_ROWS, toBlocks, varianceBetween } from '#domain/drift/performance/blocks';
import { decideAlarm, estimableMetrics, judgedMetric } from '#domain/drift/performance/decision';
import { noEstimate } from '#domain/drift/performance/estimate';
import { judgeDrop } from '#domain/drift/performance/interval';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';

describe('an alarm', () => {
  const facts = { rows: 10, outside: 0, expectedOutside: 0, overlap: 1, causes: [], reason: '' };
  const judged = { metric: 'auc', reference: 0.8, value: 0.8, low: 0.77, high: 0.83 };
  const steady: PerformanceEstimate = { status: 'estimated', ...facts, judged, metrics: [judged], alarm: false };
  const wide = { ...judged, low: 0.7, high: 0.9 };
  const unsure: PerformanceEstimate = { ...steady, judged: wide, metrics: [wide] };
  const worse: PerformanceEstimate = { ...unsure, alarm: true };
  const outside: PerformanceEstimate = { status: 'outside', ...facts, alarm: true };

  it.each([
    [true, steady, true, { alarm: false, decidedBy: 'performance' }],
    [true, unsure, true, { alarm: true, decidedBy: 'columns' }],
    [false, unsure, true, { alarm: false, decidedBy: 'performance' }],
    [true, worse, true, { alarm: true, decidedBy: 'performance' }],
    [false, worse, true, { alarm: true, decidedBy: 'performance' }],
    [false, outside, true, { alarm: true, decidedBy: 'performance' }],
    [true, noEstimate('no estimate'), true, { alarm: true, decidedBy: 'columns' }],
    [false, noEstimate('no estimate'), true, { alarm: false, decidedBy: 'columns' }],
    [true, steady, false, { alarm: true, decidedBy: 'columns' }],
    [false, outside, false, { alarm: false, decidedBy: 'columns' }],
  ] as const)('with drift %s follows from %o where the estimate decides: %s', (drifted, found, decides, expected) => {
    expect(decideAlarm(drifted, found, { decides, maxDrop: 0.05 })).toEqual(expected);
  });

  it.each([
    ['auc', 0.8, 0.7, 0.65, 0.75, true],
    ['auc', 0.8, 0.7, 0.6, 0.81, false],
    ['auc', 0.8, 0.78, 0.77, 0.79, false],
    ['auc', 0.8, 0.9, 0.88, 0.92, false],
    ['mae', 10, 12, 11, 13, true],
    ['mae', 10, 12, 9, 15, false],
    ['mae', 10, 8, 7, 9, false],
  ])('is raised for %s from %d to %d (%d to %d): %s', (metric, reference, value, low, high, alarm) => {
    expect(judgeDrop({ metric, reference, value, low, high }, 0.05).alarm).toBe(alarm);
  });
});

describe('the judged metric', () => {
  const gates = [{ kAnonymity: 5 }, { metric: 'r2', min: 0.5 }, { metric: 'rmse', max: 3 }];

  it.each([
    ['the configured one', 'regression', gates, 'mse', 'mse'],
    ['of the first gate that can be estimated', 'regression', gates, undefined, 'rmse'],
    ['the usual one of the task', 'binary', [], undefined, 'auc'],
    ['the usual one of the task', 'multiclass', [], undefined, 'accuracy'],
    ['the usual one of the task', 'regression', [], undefined, 'mae'],
  ] as const)('is %s', (_, task, own, configured, expected) => {
    expect(judgedMetric({ task, gates: own }, configured)).toBe(expected);
  });

  it('of a regression can be any but R², which needs the targets', () => {
    expect(estimableMetrics(['mae', 'r2', 'auc'], 'regression')).toEqual(['mae']);
  });
});

describe('blocks', () => {
  it('cover every row once, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: LEAST_REFERENCE_ROWS, max: 5000 }), (rows) => {
        const blocks = toBlocks(rows);
        expect(blocks.length).toBeGreaterThanOrEqual(5);
        expect(blocks.length).toBeLessThanOrEqual(10);
        expect([blocks[0]?.from, blocks.at(-1)?.to]).toEqual([0, rows]);
        for (const [i, { from }] of blocks.entries()) if (i > 0) expect(from).toBe(blocks[i - 1]?.to);
      }),
    );
  });

  it('differ by no more than chance, or by what is beyond it', () => {
    expect(
      varianceBetween([
        { error: 0.1, variance: 0.02 },
        { error: -0.1, variance: 0.02 },
      ]),
    ).toBe(0);
    expect(
      varianceBetween([
        { error: 0.3, variance: 0.02 },
        { error: -0.1, variance: 0.02 },
      ]),
    ).toBeCloseTo(0.03, 12);
    expect(varianceBetween([{ error: Number.NaN, variance: 1 }])).toBe(0);
  });

  it('widen an interval, the more the fewer they are', () => {
    expect(halfInterval(1, 0, 10)).toBeCloseTo(1.96, 12);
    // Student's t at 0.975: 2.2622 with 9 degrees of freedom, 2.7764 with 4 (SciPy 1.17.1)
    expect(halfInterval(0, 1, 10)).toBeCloseTo(2.2622 * Math.sqrt(1.1), 12);
    expect(halfInterval(0, 1, 5)).toBeCloseTo(2.7764 * Math.sqrt(1.2), 12);
  });
});
