import type { JsonObject } from '#local/cloud/json-protocol';
import {
  objectList,
  optionalNumber,
  optionalObject,
  optionalText,
  requiredText,
  textList,
} from '#local/cloud/read-members';
import { AwsError } from '#local/cloud/service';
import type { MetricStore } from './metric-store.ts';
import { readMetric, requiredTime } from './read-input.ts';
import { byPeriod, statistic } from './statistics.ts';

const readPeriod = (input: JsonObject): number => (optionalNumber(input, 'Period', 1, 86_400 * 365) ?? 60) * 1000;

/** GetMetricStatistics: one metric, several statistics. */
export function getMetricStatistics(metrics: MetricStore, input: JsonObject): unknown {
  const metric = readMetric(input);
  const names = [...textList(input, 'Statistics'), ...textList(input, 'ExtendedStatistics')];
  if (names.length === 0)
    throw new AwsError('MissingParameter', 'The parameter Statistics or ExtendedStatistics is required.');
  const data = metrics.read(metric, requiredTime(input, 'StartTime'), requiredTime(input, 'EndTime'));
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

/** GetMetricData for queries on single metrics. @throws AwsError `ValidationError` for an expression. */
export function getMetricData(metrics: MetricStore, input: JsonObject): unknown {
  const from = requiredTime(input, 'StartTime');
  const to = requiredTime(input, 'EndTime');
  const ascending = optionalText(input, 'ScanBy') === 'TimestampAscending';
  const results = objectList(input, 'MetricDataQueries').map((query) => {
    const id = requiredText(query, 'Id');
    const stat = optionalObject(query, 'MetricStat');
    const named = stat && optionalObject(stat, 'Metric');
    if (!stat || !named) {
      throw new AwsError(
        'ValidationError',
        `Query ${id}: the embedded cloud answers MetricStat queries, not expressions.`,
      );
    }
    const metric = readMetric(named);
    const read = statistic(requiredText(stat, 'Stat'));
    const points = [...byPeriod(metrics.read(metric, from, to), readPeriod(stat))]
      .map(([start, group]) => [new Date(start), read(group)] as const)
      .filter(([, value]) => value !== undefined);
    if (!ascending) points.reverse();
    const shown = String(query['ReturnData'] ?? true) !== 'false';
    return {
      shown,
      result: {
        Id: id,
        Label: optionalText(query, 'Label') ?? metric.name,
        Timestamps: points.map(([time]) => time),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete',
      },
    };
  });
  return { MetricDataResults: results.filter(({ shown }) => shown).map(({ result }) => result), Messages: [] };
}
