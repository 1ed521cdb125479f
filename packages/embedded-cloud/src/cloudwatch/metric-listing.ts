import type { JsonObject } from '#src/cloud/json-protocol';
import { type ListPage, pageAfter } from '#src/cloud/paging';
import { objectList, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { Metric } from './metric-store.ts';

/** API Reference, ListMetrics: as many metrics a page. */
const PAGE = 500;

const keyOf = ({ namespace, name, dimensions }: Metric): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

/** A page of the metrics that ListMetrics asks for: a dimension without a value asks for any value. */
export function listedMetrics(input: JsonObject, all: readonly Metric[]): ListPage<Metric> {
  const name = optionalText(input, 'MetricName');
  const dimensions = objectList(input, 'Dimensions').map((filter) => ({
    name: requiredText(filter, 'Name'),
    value: optionalText(filter, 'Value'),
  }));
  const found = all
    .filter((metric) => name === undefined || metric.name === name)
    .filter((metric) =>
      dimensions.every(
        (wanted) =>
          Object.hasOwn(metric.dimensions, wanted.name) &&
          (wanted.value === undefined || metric.dimensions[wanted.name] === wanted.value),
      ),
    )
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const invalidToken = () => new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  return pageAfter(found, keyOf, PAGE, optionalText(input, 'NextToken'), invalidToken);
}
