import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast, isBad, severityOf } from '#domain/drift/decision/severity';
import { decideAlarm, lossOf } from '#domain/drift/performance/decision';
import { judgeDrop } from '#domain/drift/performance/interval';
import { SEVERITIES } from '#schemas/records/drift-history';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';
import { estimated, outside, unknown, worse } from './support.ts';

const found = (drifted: boolean, performance: PerformanceEstimate, tooSmall = false) => ({
  drifted,
  performance,
  tooSmall,
});
const usual = { decides: true, maxDrop: 0.05 };
const surelyWorse = estimated(0.6, { low: 0.55, high: 0.65, alarm: true });
const slightlyWorse = estimated(0.78, { low: 0.77, high: 0.79 });

describe('the severity of a window', () => {
  it.each([
    ['none', 'steady columns and a steady estimate', found(false, estimated(0.8)), usual],
    ['none', 'a window that is too small', found(true, unknown, true), usual],
    ['none', 'no estimate and no drift', found(false, unknown), usual],
    ['note', 'columns that drifted without harm', found(true, estimated(0.8)), usual],
    ['note', 'an estimate that surely fell, but by less than allowed', found(false, slightlyWorse), usual],
    ['note', 'an estimate that alarms and does not decide', found(false, worse), { decides: false, maxDrop: 0.05 }],
    ['warning', 'an estimate that fell by more than allowed', found(false, worse), usual],
    ['warning', 'rows that the model does not know', found(false, outside), usual],
    ['warning', 'columns that drifted where there is no estimate', found(true, unknown), usual],
    [
      'warning',
      'columns that drifted where they decide',
      found(true, estimated(0.8)),
      { decides: false, maxDrop: 0.05 },
    ],
    ['critical', 'an interval that is worse by more than allowed as a whole', found(true, surelyWorse), usual],
  ] as const)('is %s for %s', (severity, _, findings, settings) => {
    expect(severityOf(findings, settings)).toBe(severity);
  });

  it('is at least a warning exactly where a window alarms by itself', () => {
    const value = fc.double({ min: 0.3, max: 1, noNaN: true });
    const half = fc.double({ min: 0, max: 0.2, noNaN: true });
    const estimate = fc.tuple(value, half).map(([own, width]): PerformanceEstimate => {
      const judged = { metric: 'auc', reference: 0.8, value: own, low: own - width, high: own + width };
      return { ...estimated(own, judged), ...judgeDrop(judged, 0.05) } as PerformanceEstimate;
    });
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.oneof(estimate, fc.constant(outside), fc.constant(unknown)),
        fc.boolean(),
        (drifted, performance, decides) => {
          const severity = severityOf(found(drifted, performance), { decides, maxDrop: 0.05 });
          expect(isBad(severity)).toBe(decideAlarm(drifted, performance, { decides, maxDrop: 0.05 }).alarm);
        },
      ),
    );
  });

  it('has an order', () => {
    for (const [i, one] of SEVERITIES.entries())
      for (const [j, other] of SEVERITIES.entries()) expect(atLeast(one, other)).toBe(i >= j);
  });
});

describe('an estimated loss', () => {
  it('is a share of the metric on the holdout, with the ends of its interval', () => {
    const loss = lossOf(worse);
    expect(loss).toMatchObject({ metric: 'auc' });
    expect([loss?.lost, loss?.share, loss?.least, loss?.most].map((x) => Number(x?.toFixed(4)))).toEqual([
      0.1, 0.125, 0.025, 0.225,
    ]);
  });

  it('is above zero for an error that grew', () => {
    const judged = { metric: 'mae', reference: 10, value: 12, low: 11, high: 13 };
    const loss = lossOf({ ...estimated(0), judged } as PerformanceEstimate);
    expect(loss).toEqual({ metric: 'mae', lost: 2, share: 0.2, least: 0.1, most: 0.3 });
  });

  it('is told in units of a metric that was zero, and taken as higher is better for a metric that is gone', () => {
    const judged = { metric: 'no-more', reference: 0, value: -2, low: -3, high: -1 };
    expect(lossOf({ ...estimated(0), judged } as PerformanceEstimate)).toEqual({
      metric: 'no-more',
      lost: 2,
      share: 2,
      least: 1,
      most: 3,
    });
  });

  it('is unknown without an estimate', () => {
    expect([lossOf(outside), lossOf(unknown)]).toEqual([undefined, undefined]);
  });
});
