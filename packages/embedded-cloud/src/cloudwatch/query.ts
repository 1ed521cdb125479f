import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalNumber, optionalObject, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import { type MetricMath, parseMetricMath, type Series } from './metric-math.ts';
import type { Datum, Metric } from './metric-store.ts';
import { readMetric } from './read-metric.ts';
import { byPeriod, statistic } from './statistics.ts';

/** Reads what is stored of a metric, from (included) and to (excluded) in ms. */
export type ReadMetric = (metric: Metric, from: number, to: number) => readonly Datum[];

/** One query of GetMetricData or of an alarm: a statistic of a metric, or an expression over other queries. */
export interface Query {
  readonly id: string;
  readonly label: string;
  /** Whether its values are part of the answer. */
  readonly shown: boolean;
  /** Milliseconds. */
  readonly period: number;
  /** The metric it reads itself; absent for an expression. */
  readonly metric?: Metric;
  answer(read: ReadMetric, from: number, to: number): Series;
}

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** The values of one unit; of all units where none is requested. */
export const ofUnit = (data: readonly Datum[], unit: string | undefined): readonly Datum[] =>
  unit === undefined ? data : data.filter((datum) => datum.unit === unit);

/** Statistic of a metric by period: start of the period (ms) → value. */
export function seriesOf(data: readonly Datum[], period: number, stat: string): Series {
  const read = statistic(stat);
  const points = [...byPeriod(data, period)].flatMap(([start, group]) => {
    const value = read(group);
    return value === undefined ? [] : [[start, value] as const];
  });
  return new Map(points);
}

const readPeriod = (input: JsonObject): number | undefined => {
  const seconds = optionalNumber(input, 'Period', 1, 86_400 * 365);
  return seconds === undefined ? undefined : seconds * 1000;
};

/**
 * Reads queries; what an expression names must be among them.
 * @throws AwsError `ValidationError`, `InvalidParameterValue`
 */
export function readQueries(list: readonly JsonObject[]): readonly Query[] {
  const ids = list.map((query) => requiredText(query, 'Id'));
  const malformed = ids.find((id) => !/^[a-z]\w*$/.test(id));
  if (malformed !== undefined) throw invalid(`The Id ${malformed} must begin with a lower-case letter.`);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw invalid(`The Id ${twice} is used twice.`);
  const metricIds = list.flatMap((query) => (query['MetricStat'] ? [String(query['Id'])] : []));
  const queries = new Map<string, Query>();
  for (const query of list) {
    const id = requiredText(query, 'Id');
    const common = {
      id,
      shown: String(query['ReturnData'] ?? true) !== 'false',
      label: optionalText(query, 'Label'),
    };
    const stat = optionalObject(query, 'MetricStat');
    const expression = optionalText(query, 'Expression');
    if ((stat === undefined) === (expression === undefined))
      throw invalid(`Query ${id} needs MetricStat or Expression.`);
    if (stat) queries.set(id, metricQuery(stat, common));
    else {
      const math = parseMetricMath(
        expression ?? '',
        ids.filter((other) => other !== id),
        metricIds,
      );
      const periods = [...list].flatMap((other) => readPeriod(optionalObject(other, 'MetricStat') ?? {}) ?? []);
      const period = readPeriod(query) ?? Math.max(60_000, ...periods);
      queries.set(id, expressionQuery(math, period, queries, { ...common, label: common.label ?? expression ?? id }));
    }
  }
  return [...queries.values()];
}

function metricQuery(
  stat: JsonObject,
  { label, ...common }: { readonly id: string; readonly shown: boolean; readonly label: string | undefined },
): Query {
  const named = optionalObject(stat, 'Metric');
  if (!named) throw invalid(`Query ${common.id}: MetricStat needs Metric.`);
  const metric = readMetric(named);
  const name = requiredText(stat, 'Stat');
  statistic(name);
  const period = readPeriod(stat) ?? 60_000;
  const unit = optionalText(stat, 'Unit');
  return {
    ...common,
    label: label ?? metric.name,
    period,
    metric,
    answer: (read, from, to) => seriesOf(ofUnit(read(metric, from, to), unit), period, name),
  };
}

function expressionQuery(
  math: MetricMath,
  period: number,
  queries: ReadonlyMap<string, Query>,
  common: { readonly id: string; readonly shown: boolean; readonly label: string },
): Query {
  let asked = false;
  return {
    ...common,
    period,
    answer(read, from, to) {
      if (asked) throw invalid(`The expression ${common.id} refers to itself.`);
      asked = true;
      try {
        const first = Math.ceil(from / period) * period;
        const times = Array.from(
          { length: Math.max(0, Math.ceil((to - first) / period)) },
          (_, i) => first + i * period,
        );
        const lazily = { get: (id: string) => queries.get(id)?.answer(read, from, to) };
        return math(lazily, times);
      } finally {
        asked = false;
      }
    },
  };
}
