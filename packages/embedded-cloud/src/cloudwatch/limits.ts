import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { Datum, Metric } from './metric-store.ts';

/** Bounds of PutMetricData (CloudWatch API Reference, PutMetricData and MetricDatum). */
const MAX_METRICS = 1000;
const MAX_VALUES = 150;
const MAX_DIMENSIONS = 30;
const MAX_MAGNITUDE = 2 ** 360;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

const units = [
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
];
const UNITS = new Set([
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'Count/Second', 'None'],
  ...units,
  ...units.map((unit) => `${unit}/Second`),
]);

const invalid = (name: string, why: string): AwsError =>
  new AwsError('InvalidParameterValue', `The parameter ${name} is invalid: ${why}`);

/** Refuses a namespace that is reserved for AWS. @throws AwsError `InvalidParameterValue` */
export function checkNamespace(namespace: string): void {
  if (namespace.startsWith('AWS/'))
    throw invalid('Namespace', `the value ${namespace} begins with AWS/, which is kept for AWS services.`);
  if (!/^[A-Za-z0-9._\-/#: ]{1,255}$/.test(namespace) || namespace.startsWith(':'))
    throw invalid('Namespace', '1 to 255 letters, digits, and . - _ / # : or blank, not beginning with a colon.');
}

/** @throws AwsError `InvalidParameterValue` for more metrics or values than one request may carry */
export function checkEntries(input: JsonObject): void {
  const entries = objectList(input, 'MetricData');
  if (entries.length > MAX_METRICS)
    throw invalid('MetricData', `a request has at most ${MAX_METRICS} metrics, this one ${entries.length}.`);
  for (const [index, { Values, Counts }] of entries.entries()) {
    const member = `MetricData.member.${index + 1}`;
    if (!Array.isArray(Values)) continue;
    if (Values.length > MAX_VALUES)
      throw invalid(`${member}.Values`, `at most ${MAX_VALUES} values, not ${Values.length}.`);
    if (Array.isArray(Counts) && Counts.length !== Values.length)
      throw invalid(`${member}.Counts`, `as many as there are values: ${Values.length}, not ${Counts.length}.`);
  }
}

/** Refuses values, times, units and dimensions CloudWatch would not take. @throws AwsError `InvalidParameterValue` */
export function checkDatum({ name, dimensions }: Metric, data: readonly Datum[], now: number): void {
  const pairs = Object.entries(dimensions);
  if (pairs.length > MAX_DIMENSIONS)
    throw invalid('Dimensions', `metric ${name} has ${pairs.length}, at most ${MAX_DIMENSIONS} are possible.`);
  for (const [key, value] of pairs) {
    if (key.length > 255 || key.startsWith(':') || value.length > 1024 || value.trim() === '')
      throw invalid(
        'Dimensions',
        `the name ${key} has at most 255 characters and no leading colon, its value 1 to 1024.`,
      );
  }
  for (const { sum, min, max, count, timestamp, unit } of data) {
    if (![sum, min, max].every((value) => Number.isFinite(value) && Math.abs(value) <= MAX_MAGNITUDE) || !(count >= 0))
      throw invalid('Value', `metric ${name} must be a number between -2^360 and 2^360; NaN and Infinity are none.`);
    if (timestamp < now - OLDEST_MS || timestamp > now + NEWEST_MS)
      throw invalid(
        'Timestamp',
        `metric ${name} may be stamped two weeks back and two hours ahead, not ${new Date(timestamp).toISOString()}.`,
      );
    if (!UNITS.has(unit)) throw invalid('Unit', `metric ${name} has the unit ${unit}, which CloudWatch does not know.`);
  }
}
