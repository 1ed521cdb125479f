import { mergeMoments } from '#domain/data/moments';
import { byText, type Reasons, sortCounts, sortReasons } from '#domain/data/profile';
import { mergeLabelCounts } from '#domain/encodings/target-counts';
import { type Side, sides } from '#domain/splits/side';
import type { ColumnProfile, Profile, SideProfile } from '#schemas/records/profile';

function mergeCounts(a: readonly [string, number][], b: readonly [string, number][]): [string, number][] {
  const sums = new Map(a);
  for (const [value, count] of b) sums.set(value, (sums.get(value) ?? 0) + count);
  return sortCounts([...sums]);
}

/** @throws TypeError when one has more classes than the other */
function mergeClasses(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) {
    throw new TypeError(`profiles of different pipelines: ${a.length} classes in one and ${b.length} in the other`);
  }
  return a.map((rows, i) => rows + (b[i] as number));
}

function mergeColumn(name: string, a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  const missing = a.missing + b.missing;
  const trainMissing = a.trainMissing + b.trainMissing;
  if (a.kind === 'number' && b.kind === 'number') {
    return { kind: 'number', missing, trainMissing, train: mergeMoments(a.train, b.train) };
  }
  if (a.kind === 'category' && b.kind === 'category') {
    const labels = a.labels && b.labels && mergeLabelCounts(a.labels, b.labels);
    const counts = mergeCounts(a.counts, b.counts);
    return { kind: 'category', missing, trainMissing, counts, rest: a.rest + b.rest, ...(labels ? { labels } : {}) };
  }
  if (a.kind === 'text' && b.kind === 'text') {
    const documents = mergeClasses(a.documents, b.documents);
    return { kind: 'text', missing, trainMissing, texts: a.texts + b.texts, documents };
  }
  if (a.kind === 'boolean' && b.kind === 'boolean') {
    const [trueCount, falseCount] = [a.trueCount + b.trueCount, a.falseCount + b.falseCount];
    return { kind: 'boolean', missing, trainMissing, trueCount, falseCount };
  }
  if (a.kind === 'datetime' && b.kind === 'datetime') {
    // one format, so that the order of texts is the order of times
    const times = [a.min, a.max, b.min, b.max].filter((t) => t !== null).toSorted(byText);
    return { kind: 'datetime', missing, trainMissing, min: times[0] ?? null, max: times.at(-1) ?? null };
  }
  throw new TypeError(`profiles of different pipelines: column ${name} is ${a.kind} in one and ${b.kind} in the other`);
}

/** A part without a negative row has no say. */
function mergeOnlyNegative(a: Profile, b: Profile): Pick<Profile, 'onlyNegative'> {
  const found = [a, b].flatMap(({ onlyNegative }) => (onlyNegative === undefined ? [] : [onlyNegative]));
  const [first] = found;
  if (first === undefined) return {};
  return { onlyNegative: found.every((text) => text === first) ? first : null };
}

/** What is absent from all of some parts. A part that does not say what it lacks has no say. */
export function absentFromAll(parts: readonly (readonly string[] | undefined)[]): string[] | undefined {
  const [first, ...rest] = parts.filter((part) => part !== undefined);
  return rest.reduce<string[] | undefined>(
    (common, part) => common?.filter((name) => part.includes(name)),
    first && [...first],
  );
}

function mergeAbsent(a: Profile, b: Profile): Pick<Profile, 'absent'> {
  const absent = absentFromAll([a.absent, b.absent]);
  return absent === undefined ? {} : { absent };
}

function mergeBlankFiles(a: Profile, b: Profile): Pick<Profile, 'blankFiles'> {
  if (a.blankFiles === undefined && b.blankFiles === undefined) return {};
  return { blankFiles: [...(a.blankFiles ?? []), ...(b.blankFiles ?? [])].toSorted((x, y) => x - y) };
}

function mergeFuture(a: Profile, b: Profile): Pick<Profile, 'future'> {
  const rows = new Map<string, number>();
  for (const own of [...(a.future ?? []), ...(b.future ?? [])])
    rows.set(own.column, (rows.get(own.column) ?? 0) + own.rows);
  if (rows.size === 0) return {};
  const columns = [...rows].toSorted(([x], [y]) => byText(x, y));
  return { future: columns.map(([column, count]) => ({ column, rows: count })) };
}

/**
 * Merges the profiles of two sets of rows. The merge is associative and commutative, so shards may be merged in any order (means
 * and sums of squares to rounding; fitting merges in shard order and is deterministic).
 *
 * @throws TypeError when the profiles are of different pipelines
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const reasons = new Map<string, Reasons[number]>();
  for (const r of [...a.malformed.reasons, ...b.malformed.reasons]) {
    const key = JSON.stringify([r.column, r.reason]);
    reasons.set(key, { ...r, count: r.count + (reasons.get(key)?.count ?? 0) });
  }
  const mergeSide = (side: Side): SideProfile => ({
    rows: a.sides[side].rows + b.sides[side].rows,
    classes: mergeClasses(a.sides[side].classes, b.sides[side].classes),
    label: mergeMoments(a.sides[side].label, b.sides[side].label),
  });
  const columns = Object.entries(a.columns).map(([name, column]) => {
    const other = Object.hasOwn(b.columns, name) ? b.columns[name] : undefined;
    if (!other) throw new TypeError(`profiles of different pipelines: column ${name} is in one only`);
    return [name, mergeColumn(name, column, other)] as const;
  });
  const [train, validation, test] = sides.map(mergeSide) as [SideProfile, SideProfile, SideProfile];
  return {
    rows: a.rows + b.rows,
    malformed: { rows: a.malformed.rows + b.malformed.rows, reasons: sortReasons([...reasons.values()]) },
    deduplicated: (a.deduplicated ?? 0) + (b.deduplicated ?? 0),
    ...mergeAbsent(a, b),
    ...mergeBlankFiles(a, b),
    ...mergeFuture(a, b),
    sides: { train, validation, test },
    columns: Object.fromEntries(columns),
    ...mergeOnlyNegative(a, b),
  };
}
