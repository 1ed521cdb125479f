import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, optionalNumber, optionalText, textList } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { MetricStore } from './metric-store.ts';
import { readQueries } from './query.ts';
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

/** GetMetricData: statistics of metrics, and expressions over them. @throws AwsError `ValidationError` */
export function getMetricData(metrics: MetricStore, input: JsonObject): unknown {
  const from = requiredTime(input, 'StartTime');
  const to = requiredTime(input, 'EndTime');
  const ascending = optionalText(input, 'ScanBy') === 'TimestampAscending';
  const MetricDataResults = readQueries(objectList(input, 'MetricDataQueries'))
    .filter(({ shown }) => shown)
    .map((query) => {
      const points = [...query.answer(metrics.read, from, to)].sort(([a], [b]) => (ascending ? a - b : b - a));
      return {
        Id: query.id,
        Label: query.label,
        Timestamps: points.map(([time]) => new Date(time)),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete',
      };
    });
  return { MetricDataResults, Messages: [] };
}
