import { mergeMoments } from '#domain/data/moments';
import type { ColumnFacts, Facts, ShardFacts } from '#schemas/records/facts';

/** At most this many values of a column are counted one by one. */
export const countedValues = 50;

/** How often each value of a column occurs. */
export type Values = [string, number][];

export const byValue = (values: Values): Values => values.toSorted(([a], [b]) => (a < b ? -1 : 1));

const least = <T extends string | number>(a: T | null, b: T | null): T | null =>
  a === null ? b : b === null ? a : a < b ? a : b;
const greatest = <T extends string | number>(a: T | null, b: T | null): T | null =>
  a === null ? b : b === null ? a : a < b ? b : a;

interface Ends<T> {
  readonly min: T | null;
  readonly max: T | null;
}

/** The range of the union. Times have one format, so that the order of texts is their order. */
const mergeRange = <T extends string | number>(a: Ends<T>, b: Ends<T>): Ends<T> => ({
  min: least(a.min, b.min),
  max: greatest(a.max, b.max),
});

function mergeValues(a: Values | null, b: Values | null): Values | null {
  if (a === null || b === null) return null;
  const sums = new Map(a);
  for (const [value, rows] of b) sums.set(value, (sums.get(value) ?? 0) + rows);
  return sums.size > countedValues ? null : byValue([...sums]);
}

/** @throws TypeError when the two are not of the same kind */
function mergeColumn(name: string, a: ColumnFacts, b: ColumnFacts): ColumnFacts {
  const missing = a.missing + b.missing;
  if (a.kind === 'number' && b.kind === 'number') return { kind: 'number', missing, ...mergeRange(a, b) };
  if (a.kind === 'datetime' && b.kind === 'datetime') return { kind: 'datetime', missing, ...mergeRange(a, b) };
  if (a.kind === 'boolean' && b.kind === 'boolean')
    return { kind: 'boolean', missing, trueRows: a.trueRows + b.trueRows };
  if (a.kind === 'category' && b.kind === 'category')
    return { kind: 'category', missing, values: mergeValues(a.values, b.values) };
  if (a.kind === 'text' && b.kind === 'text') return { kind: 'text', missing };
  throw new TypeError(`facts of different pipelines: column ${name} is ${a.kind} in one and ${b.kind} in the other`);
}

const added = (a: readonly number[], b: readonly number[]): number[] => a.map((n, i) => n + (b[i] ?? 0));

type Reasons = Facts['malformed']['reasons'];

function mergeReasons(a: Reasons, b: Reasons): Reasons {
  const key = ({ column, reason }: Reasons[number]): string => JSON.stringify([column, reason]);
  const merged = new Map(a.map((r) => [key(r), r]));
  for (const r of b) merged.set(key(r), { ...r, count: r.count + (merged.get(key(r))?.count ?? 0) });
  return [...merged].toSorted(([x], [y]) => (x < y ? -1 : 1)).map(([, r]) => r);
}

/**
 * Merges the facts of two sets of rows. Counts, ranges and values are exact; the mean of the label is exact to rounding.
 *
 * @throws TypeError when they are of different pipelines
 */
export function mergeFacts(a: ShardFacts, b: ShardFacts): ShardFacts {
  const columns = Object.entries(a.columns).map(([name, own]) => {
    const other = b.columns[name];
    if (!other) throw new TypeError(`facts of different pipelines: column ${name} is in one only`);
    return [name, mergeColumn(name, own, other)] as const;
  });
  return {
    rows: a.rows + b.rows,
    malformed: {
      rows: a.malformed.rows + b.malformed.rows,
      reasons: mergeReasons(a.malformed.reasons, b.malformed.reasons),
    },
    label: {
      classes: added(a.label.classes, b.label.classes),
      moments: mergeMoments(a.label.moments, b.label.moments),
    },
    time: a.time && b.time && { missing: a.time.missing + b.time.missing, ...mergeRange(a.time, b.time) },
    columns: Object.fromEntries(columns),
    broken: added(a.broken, b.broken),
  };
}

/** The facts of a drop. @throws RangeError without a shard */
export function mergeShardFacts(
  shards: readonly ShardFacts[],
  repeats: Facts['repeats'],
): { readonly facts: Facts; readonly broken: readonly number[] } {
  const [first, ...rest] = shards;
  if (!first) throw new RangeError('a run has at least one shard');
  const { broken, ...facts } = rest.reduce(mergeFacts, first);
  return { facts: { ...facts, repeats }, broken };
}
