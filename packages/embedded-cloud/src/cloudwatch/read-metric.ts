import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, requiredText } from '#src/cloud/read-members';
import type { Metric } from './metric-store.ts';

const readDimensions = (input: JsonObject): Record<string, string> =>
  Object.fromEntries(objectList(input, 'Dimensions').map((d) => [requiredText(d, 'Name'), requiredText(d, 'Value')]));

/** Reads Namespace, MetricName and Dimensions. */
export const readMetric = (input: JsonObject, namespace = requiredText(input, 'Namespace')): Metric => ({
  namespace,
  name: requiredText(input, 'MetricName'),
  dimensions: readDimensions(input),
});
