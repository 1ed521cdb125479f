import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, optionalNumber, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import { type AlarmRule, isComparison } from './alarm-evaluation.ts';
import type { Series } from './metric-math.ts';
import type { Datum, Metric } from './metric-store.ts';
import { ofUnit, type ReadMetric, readQueries, seriesOf } from './query.ts';
import { readMetric } from './read-metric.ts';
import { statistic } from './statistics.ts';

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

/** Reads a time sent as seconds since the epoch (JSON) or ISO 8601 (query, templates). @returns milliseconds. */
function readTime(input: JsonObject, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const time = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  if (Number.isNaN(time)) throw invalid(`The parameter ${name} must be a time.`);
  return time;
}

export function requiredTime(input: JsonObject, name: string): number {
  const time = readTime(input, name);
  if (time === undefined) throw new AwsError('MissingParameter', `The parameter ${name} is required.`);
  return time;
}

/** Reads a number that may have been sent as text. */
function readNumber(input: JsonObject, name: string): number | undefined {
  return optionalNumber(input, name, -Number.MAX_VALUE, Number.MAX_VALUE);
}

/** Reads one entry of PutMetricData: a value, values with counts, or a statistic set. */
export function readData(input: JsonObject, now: number): Datum[] {
  const at = { timestamp: readTime(input, 'Timestamp') ?? now, unit: optionalText(input, 'Unit') ?? 'None' };
  const single = (value: number, count: number): Datum => ({
    ...at,
    count,
    sum: value * count,
    min: value,
    max: value,
  });
  const value = readNumber(input, 'Value');
  if (value !== undefined) return [single(value, 1)];
  const set = input['StatisticValues'];
  if (typeof set === 'object' && set !== null) {
    const number = (name: string): number => {
      const n = readNumber(set as JsonObject, name);
      if (n === undefined) throw new AwsError('MissingParameter', `The parameter StatisticValues.${name} is required.`);
      return n;
    };
    return [
      { ...at, count: number('SampleCount'), sum: number('Sum'), min: number('Minimum'), max: number('Maximum') },
    ];
  }
  const values = input['Values'];
  const counts = input['Counts'];
  if (Array.isArray(values) && values.length > 0) {
    return values.map((v, i) => single(Number(v), Array.isArray(counts) ? Number(counts[i] ?? 1) : 1));
  }
  throw new AwsError('MissingParameter', 'A metric datum needs Value, Values or StatisticValues.');
}

/** What an alarm watches: its rule and its values. */
export interface Watched {
  readonly rule: AlarmRule;
  readonly metrics: readonly Metric[];
  points(read: ReadMetric, from: number, to: number): Series;
}

/**
 * Reads an alarm: on one metric, or on the one query of `Metrics` that returns data.
 * @throws AwsError `InvalidParameterValue`, `ValidationError`
 */
export function readAlarmRule(settings: JsonObject): Watched {
  const comparison = requiredText(settings, 'ComparisonOperator');
  if (!isComparison(comparison))
    throw invalid(`ComparisonOperator ${comparison} is not provided by the embedded cloud.`);
  const periods = optionalNumber(settings, 'EvaluationPeriods', 1, 10_000);
  const threshold = readNumber(settings, 'Threshold');
  if (periods === undefined || threshold === undefined) {
    throw new AwsError('ValidationError', 'An alarm needs EvaluationPeriods and Threshold');
  }
  const datapoints = optionalNumber(settings, 'DatapointsToAlarm', 1, periods) ?? periods;
  const treatment = optionalText(settings, 'TreatMissingData') ?? 'missing';
  if (treatment !== 'missing' && treatment !== 'ignore' && treatment !== 'breaching' && treatment !== 'notBreaching') {
    throw invalid(`TreatMissingData ${treatment} is none of missing, ignore, breaching, notBreaching`);
  }
  const { period, name, ...watched } = readWatched(settings);
  if (![10, 20, 30].includes(period / 1000) && period % 60_000 !== 0)
    throw invalid('Period must be 10, 20, 30 or a multiple of 60');
  // API Reference, PutMetricAlarm: EvaluationPeriods times Period is at most a day, a week for periods of an hour and more.
  const longest = period >= 3_600_000 ? 7 * 86_400_000 : 86_400_000;
  if (periods * period > longest)
    throw invalid(
      `EvaluationPeriods times Period must be at most ${longest / 1000} seconds, not ${(periods * period) / 1000}`,
    );
  return {
    ...watched,
    rule: {
      period,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      threshold,
      comparison,
      statistic: name,
      treatMissingData: treatment,
    },
  };
}

function readWatched(
  settings: JsonObject,
): Pick<Watched, 'metrics' | 'points'> & { readonly period: number; readonly name: string } {
  if (Array.isArray(settings['Metrics']) && settings['Metrics'].length > 0) {
    const queries = readQueries(objectList(settings, 'Metrics'));
    const [query, ...more] = queries.filter(({ shown }) => shown);
    if (!query || more.length > 0)
      throw new AwsError('ValidationError', "Exactly one of an alarm's Metrics must have ReturnData true");
    // Tried once, so that an expression that refers to itself is refused here and not when it is first judged.
    query.answer(() => [], 0, query.period);
    return {
      period: query.period,
      name: query.label,
      metrics: queries.flatMap(({ metric }) => metric ?? []),
      points: (read, from, to) => query.answer(read, from, to),
    };
  }
  const name = optionalText(settings, 'ExtendedStatistic') ?? optionalText(settings, 'Statistic');
  if (name === undefined) throw new AwsError('ValidationError', 'An alarm needs Statistic or ExtendedStatistic');
  statistic(name);
  const period = (optionalNumber(settings, 'Period', 1, 604_800) ?? 60) * 1000;
  const metric = readMetric(settings);
  const unit = optionalText(settings, 'Unit');
  return {
    period,
    name: `${name} of ${metric.name}`,
    metrics: [metric],
    points: (read, from, to) => seriesOf(ofUnit(read(metric, from, to), unit), period, name),
  };
}
