import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlarmRule, evaluateAlarm as evaluateSeries, evaluationStart } from '#src/cloudwatch/alarm-evaluation';
import type { Datum } from '#src/cloudwatch/metric-store';
import { seriesOf } from '#src/cloudwatch/query';

const minute = 60_000;
const now = 1000 * minute + 30_000;
const datum = (value: number, timestamp: number): Datum => ({
  timestamp,
  count: 1,
  sum: value,
  min: value,
  max: value,
  unit: 'None',
});
const rule = (overrides: Partial<AlarmRule> = {}): AlarmRule => ({
  period: minute,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 10,
  comparison: 'GreaterThanThreshold',
  statistic: 'Sum',
  treatMissingData: 'missing',
  ...overrides,
});
/** The state of an alarm on a statistic of one metric. */
const evaluateAlarm = (rule: AlarmRule, data: readonly Datum[], at: number) =>
  evaluateSeries(rule, seriesOf(data, rule.period, rule.statistic), at);
/** One character a period, the last one being the period in progress: 0 is fine, X breaches, - is missing. */
const dataOf = (picture: string): Datum[] =>
  [...picture].flatMap((char, i) =>
    char === '-' ? [] : [datum(char === 'X' ? 99 : 1, now - (picture.length - 1 - i) * minute)],
  );

// The table of the user guide, "Configuring how CloudWatch alarms treat missing data", 3 out of 3.
describe.each([
  ['0-X-X', 'OK', 'OK', 'OK', 'OK'],
  ['-----', 'INSUFFICIENT_DATA', undefined, 'ALARM', 'OK'],
  ['0----', 'OK', 'OK', 'OK', 'OK'],
  ['0XX-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['--X--', 'ALARM', undefined, 'ALARM', 'OK'],
])('%s', (picture, missing, ignore, breaching, notBreaching) => {
  test.each([
    ['missing', missing],
    ['ignore', ignore],
    ['breaching', breaching],
    ['notBreaching', notBreaching],
  ] as const)('treated as %s is %s', (treatMissingData, expected) => {
    expect(evaluateAlarm(rule({ treatMissingData }), dataOf(picture), now)).toBe(expected);
  });
});

test('two out of three are enough for an alarm with M out of N', () => {
  expect(evaluateAlarm(rule({ datapointsToAlarm: 2 }), dataOf('X0X'), now)).toBe('ALARM');
  expect(evaluateAlarm(rule({ datapointsToAlarm: 2 }), dataOf('X00'), now)).toBe('OK');
});

test.each([
  ['GreaterThanThreshold', false],
  ['GreaterThanOrEqualToThreshold', true],
  ['LessThanThreshold', false],
  ['LessThanOrEqualToThreshold', true],
] as const)('%s at the threshold breaches: %s', (comparison, breaches) => {
  const state = evaluateAlarm(rule({ comparison, evaluationPeriods: 1, datapointsToAlarm: 1 }), [datum(10, now)], now);
  expect(state).toBe(breaches ? 'ALARM' : 'OK');
});

test('a percentile looks at single values', () => {
  const data = Array.from({ length: 100 }, (_, i) => datum(i + 1, now));
  const p99 = rule({ statistic: 'p99', evaluationPeriods: 1, datapointsToAlarm: 1, threshold: 98 });
  expect(evaluateAlarm(p99, data, now)).toBe('ALARM');
  expect(evaluateAlarm({ ...p99, threshold: 99 }, data, now)).toBe('OK');
});

test('data all fine never alarms, data all breaching always does', () => {
  const treatment = fc.constantFrom(
    'missing' as const,
    'ignore' as const,
    'notBreaching' as const,
    'breaching' as const,
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), treatment, fc.boolean(), (periods, treatMissingData, bad) => {
      const wide = rule({ evaluationPeriods: periods, datapointsToAlarm: periods, treatMissingData });
      const data = dataOf((bad ? 'X' : '0').repeat(periods));
      expect(evaluateAlarm(wide, data, now)).toBe(bad ? 'ALARM' : 'OK');
      expect(data.every(({ timestamp }) => timestamp >= evaluationStart(wide, now))).toBe(true);
    }),
  );
});
