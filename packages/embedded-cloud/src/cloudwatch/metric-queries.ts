import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, optionalNumber, optionalText, textList } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { MetricStore } from './metric-store.ts';
import { ofUnit, readQueries } from './query.ts';
import { requiredTime } from './read-input.ts';
import { readMetric } from './read-metric.ts';
import { byPeriod, statistic } from './statistics.ts';

const readPeriod = (input: JsonObject): number => (optionalNumber(input, 'Period', 1, 86_400 * 365) ?? 60) * 1000;

/** GetMetricStatistics: one metric, several statistics. */
export function getMetricStatistics(metrics: MetricStore, input: JsonObject): unknown {
  const metric = readMetric(input);
  const names = [...textList(input, 'Statistics'), ...textList(input, 'ExtendedStatistics')];
  if (names.length === 0)
    throw new AwsError('MissingParameter', 'The parameter Statistics or ExtendedStatistics is required.');
  const stored = metrics.read(metric, requiredTime(input, 'StartTime'), requiredTime(input, 'EndTime'));
  const data = ofUnit(stored, optionalText(input, 'Unit'));
  const points = [...byPeriod(data, readPeriod(input))].map(([start, group]) => {
    const values = names.map((name) => [name, statistic(name)(group)] as const);
    const extended = values.filter(([name]) => /^p\d/.test(name));
    return {
      Timestamp: new Date(start),
      Unit: group[0]?.unit ?? 'None',
      ...Object.fromEntries(values.filter(([name]) => !/^p\d/.test(name))),
      ...(extended.length > 0 ? { ExtendedStatistics: Object.fromEntries(extended) } : {}),
    };
  });
  return { Label: metric.name, Datapoints: points };
}

/** GetMetricData: statistics of metrics, and expressions over them. @throws AwsError `ValidationError` */
export function getMetricData(metrics: MetricStore, input: JsonObject): unknown {
  const from = requiredTime(input, 'StartTime');
  const to = requiredTime(input, 'EndTime');
  const ascending = optionalText(input, 'ScanBy') === 'TimestampAscending';
  const results = readQueries(objectList(input, 'MetricDataQueries'))
    .filter(({ shown }) => shown)
    .map((query) => ({
      query,
      points: [...query.answer(metrics.read, from, to)].sort(([a], [b]) => (ascending ? a - b : b - a)),
    }));
  const { start, end } = pointWindow(input);
  let passed = 0;
  const MetricDataResults = results.map(({ query, points }) => {
    const first = passed;
    passed += points.length;
    const shown = points.slice(Math.max(0, start - first), Math.max(0, end - first));
    return {
      Id: query.id,
      Label: query.label,
      Timestamps: shown.map(([time]) => new Date(time)),
      Values: shown.map(([, value]) => value),
      StatusCode: passed > end ? 'PartialData' : 'Complete',
    };
  });
  return { MetricDataResults, Messages: [], ...(passed > end && { NextToken: writeToken(end) }) };
}

/** API Reference, GetMetricData: MaxDatapoints. */
const MAX_POINTS = 100_800;

const writeToken = (offset: number): string => Buffer.from(`points:${offset}`).toString('base64url');

/** Which data points an answer has, counted over all its queries. @throws AwsError `InvalidNextToken` */
function pointWindow(input: JsonObject): { readonly start: number; readonly end: number } {
  const limit = optionalNumber(input, 'MaxDatapoints', 1, MAX_POINTS) ?? MAX_POINTS;
  const token = optionalText(input, 'NextToken');
  const offset = token === undefined ? '0' : /^points:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined) throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  return { start: Number(offset), end: Number(offset) + limit };
}
