import type { Series } from './metric-math.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What an alarm compares. */
export interface AlarmRule {
  /** Milliseconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  /** What is compared, for people: `Sum of Errors`. */
  readonly statistic: string;
  readonly treatMissingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};
export type Comparison = keyof typeof comparisons;
export const isComparison = (name: string): name is Comparison => Object.hasOwn(comparisons, name);

/** More periods are looked at than are needed, so that late data is not taken for missing data. */
const slack = 2;

/** From when on an alarm needs data to be judged at `now`. */
export const evaluationStart = (rule: AlarmRule, now: number): number =>
  (Math.floor(now / rule.period) - rule.evaluationPeriods - slack + 1) * rule.period;

/**
 * The state an alarm should have (CloudWatch user guide, "Configuring how alarms treat missing data"): the newest
 * periods with data decide; only when there are too few of them does `treatMissingData` fill in. The period under
 * way counts as soon as it has data.
 *
 * @param values by period, from `evaluationStart` on.
 * @returns undefined where the alarm keeps its state.
 */
export function evaluateAlarm(rule: AlarmRule, values: Series, now: number): AlarmState | undefined {
  const { evaluationPeriods: wanted, datapointsToAlarm: needed, treatMissingData: treatment } = rule;
  const points = [...values]
    .map(([start, value]) => ({ start, value }))
    .sort((a, b) => a.start - b.start)
    .slice(-wanted);
  const breaching = points.filter(({ value }) => comparisons[rule.comparison](value, rule.threshold));
  if (breaching.length >= needed) return 'ALARM';
  const missing = wanted - points.length;
  if (missing === 0) return 'OK';
  if (treatment === 'breaching') return breaching.length + missing >= needed ? 'ALARM' : 'OK';
  if (treatment === 'notBreaching') return 'OK';
  if (points.length === 0) return treatment === 'ignore' ? undefined : 'INSUFFICIENT_DATA';
  if (breaching.length < points.length) return 'OK';
  // All there is breaches, though it is too little: old enough, it alarms early; else the state stays.
  const age = Math.floor(now / rule.period) - (breaching[0]?.start ?? now) / rule.period + 1;
  return treatment === 'missing' && age >= needed ? 'ALARM' : undefined;
}
