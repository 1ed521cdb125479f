import { AwsError } from '#src/cloud/service';
import type { Datum } from './metric-store.ts';

/** A statistic of CloudWatch: the five plain ones, or a percentile such as `p99` or `p99.9`. */
export type Statistic = (data: readonly Datum[]) => number | undefined;

const sum = (data: readonly Datum[], of: (datum: Datum) => number): number =>
  data.reduce((total, d) => total + of(d), 0);
const count: Statistic = (data) => sum(data, (d) => d.count);
const total: Statistic = (data) => sum(data, (d) => d.sum);

const plain: Readonly<Record<string, Statistic>> = {
  SampleCount: count,
  Sum: total,
  Average: (data) => (count(data) === 0 ? undefined : sum(data, (d) => d.sum) / sum(data, (d) => d.count)),
  Minimum: (data) => Math.min(...data.map((d) => d.min)),
  Maximum: (data) => Math.max(...data.map((d) => d.max)),
};

/** A percentile by nearest rank; undefined when a statistic set hides the single values, as on AWS. */
function percentile(p: number): Statistic {
  return (data) => {
    if (data.some((d) => d.min !== d.max)) return undefined;
    const sorted = [...data].sort((a, b) => a.min - b.min);
    const rank = Math.max(1, Math.ceil((p / 100) * sum(sorted, (d) => d.count)));
    let seen = 0;
    for (const datum of sorted) {
      seen += datum.count;
      if (seen >= rank) return datum.min;
    }
    return undefined;
  };
}

/** @throws AwsError `InvalidParameterValue` for a statistic that is not known here. */
export function statistic(name: string): Statistic {
  const known = Object.hasOwn(plain, name) ? plain[name] : undefined;
  if (known) return known;
  const p = Number(/^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1]);
  if (Number.isNaN(p))
    throw new AwsError('InvalidParameterValue', `The value ${name} for parameter Stat is not supported.`);
  return percentile(p);
}

/** Groups values into periods. @returns by the period's start (a multiple of `period`), oldest first. */
export function byPeriod(data: readonly Datum[], period: number): Map<number, Datum[]> {
  const groups = new Map<number, Datum[]>();
  for (const datum of data) {
    const start = Math.floor(datum.timestamp / period) * period;
    const group = groups.get(start);
    if (group) group.push(datum);
    else groups.set(start, [datum]);
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}
