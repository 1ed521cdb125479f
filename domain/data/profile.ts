import type { CleanColumn } from '#domain/data/columns';
import { asNumber, asNumberOrNull, type SqlRow } from '#domain/data/engine';
import { needsOf, readDocuments, readLabels } from '#domain/data/needs';
import type { Problem } from '#domain/data/typing';
import { mergeLabelCounts } from '#domain/encodings/target-counts';
import { type Side, sides } from '#domain/splits/side';
import { ident } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { ColumnProfile, Moments, Profile, SideProfile } from '#schemas/records/profile';
import type { ShardCounts } from '#schemas/records/shard-counts';

/** Maximum number of categories that a shard's profile counts individually. */
export const countedCategories = 1000;

/** From here on, the sum of the squares of a few values may be more than the largest float64. */
const large = 2 ** 500;
/** More rows than a relation has: a sum of so many values, each divided by this, cannot overflow. */
const mostRows = 2 ** 60;

/** SQL of the moments of a number. No finite value makes them fail: DuckDB refuses a variance that is not finite. */
export const momentsSql = (value: string, alias: string): string[] => [
  `count(${value}) AS ${alias}_count`,
  `avg(${value} / CAST(${mostRows} AS DOUBLE)) * CAST(${mostRows} AS DOUBLE) AS ${alias}_mean`,
  `var_pop(CASE WHEN abs(${value}) < CAST(${large} AS DOUBLE) THEN ${value} END) * count(${value}) AS ${alias}_m2`,
  `min(${value}) AS ${alias}_min`,
  `max(${value}) AS ${alias}_max`,
];

/** A sum of squares. Where it cannot be known it is the largest number. */
const bounded = (m2: number): number => Math.min(Number.MAX_VALUE, Math.max(0, m2));

/** Reads the answer to `momentsSql`. */
export function readMoments(row: SqlRow, alias: string): Moments {
  const [min, max] = [asNumberOrNull(row[`${alias}_min`]), asNumberOrNull(row[`${alias}_max`])];
  const isLarge = Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0)) >= large;
  return {
    count: asNumber(row[`${alias}_count`]),
    mean: asNumber(row[`${alias}_mean`]),
    m2: isLarge ? Number.MAX_VALUE : bounded(asNumber(row[`${alias}_m2`])),
    min,
    max,
  };
}

/** The columns a profile covers: model inputs and slices, not tokens and masks. */
export const profiledColumns = (columns: readonly CleanColumn[]): CleanColumn[] =>
  columns.filter((c) => c.kind !== 'text' || c.feature !== undefined);

/**
 * SQL of one row of numbers over clean rows: missing values, ranges and moments of every profiled column. It scans twice,
 * because a filter on every aggregate costs more than a second pass over a columnar file.
 *
 * @param columns some of the profiled columns
 * @param first the position of the first one among all
 */
export function columnsProfileSql(columns: readonly CleanColumn[], cleanRows: string, first = 0): string {
  const everywhere = columns.map(({ name }, i) => `count(*) - count(${ident(name)}) AS c${first + i}_missing`);
  const inTraining = columns.flatMap(({ name, kind }, i) => {
    const value = ident(name);
    const alias = `c${first + i}`;
    const missing = `count(*) - count(${value}) AS ${alias}_train_missing`;
    const time = (aggregate: string) =>
      `strftime(${aggregate}(${value}), '%Y-%m-%dT%H:%M:%SZ') AS ${alias}_${aggregate}`;
    switch (kind) {
      case 'number':
        return [missing, ...momentsSql(value, alias)];
      case 'boolean':
        return [missing, `count(*) FILTER (WHERE ${value}) AS ${alias}_true`];
      case 'datetime':
        return [missing, time('min'), time('max')];
      case 'category':
      case 'text':
        return [missing];
      default:
        return unreachable(kind, 'kind of column');
    }
  });
  const half = (aggregates: readonly string[], where: string) =>
    `(SELECT ${aggregates.join(', ')} FROM ${cleanRows}${where})`;
  const ofTraining = half(['count(*) AS train_rows', ...inTraining], " WHERE _side = 'train'");
  return `SELECT * FROM ${columns.length === 0 ? '' : `${half(everywhere, '')}, `}${ofTraining}`;
}

/**
 * SQL of the categories of some columns among the training rows: `name` (the position of the column), `value`, `count`. Of each column, the
 * categories that are not counted one by one are under NULL.
 */
export const categoriesSql = (columns: readonly string[], cleanRows: string): string =>
  `SELECT name, CASE WHEN position <= ${countedCategories} THEN value END AS value, sum(count)::BIGINT AS count FROM (` +
  `SELECT name, value, count, row_number() OVER (PARTITION BY name ORDER BY count DESC, value) AS position FROM (` +
  `SELECT name, value, count(*) AS count FROM (SELECT unnest([${columns.map((_, i) => i).join(', ')}]) AS name, ` +
  `unnest([${columns.map(ident).join(', ')}]) AS value FROM ${cleanRows} WHERE _side = 'train') WHERE value IS NOT NULL GROUP BY 1, 2)) GROUP BY 1, 2`;

/** SQL of the label by side and class: `side`, `class` (0 for regression), `rows` and the moments of the label. */
export const labelProfileSql = (classes: number, cleanRows: string): string =>
  `SELECT _side AS side, ${classes > 0 ? 'CAST(_label AS INTEGER)' : '0'} AS class, count(*) AS rows, ${momentsSql('_label', 'label').join(', ')} FROM ${cleanRows} GROUP BY 1, 2`;

/** SQL of one row over the texts of a column: `texts`, their number, and `only`, the text if they are all the same. */
export const onlyTextSql = (column: string, rows: string): string =>
  `SELECT count(${ident(column)}) AS texts, CASE WHEN min(${ident(column)}) = max(${ident(column)}) THEN min(${ident(column)}) END AS only FROM ${rows}`;

/** The results of the profile's queries. */
export interface ProfileAnswers {
  /** What the reader of the raw shard counted. */
  readonly counts: ShardCounts;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  readonly columns: SqlRow;
  readonly labels: readonly SqlRow[];
  readonly categories: ReadonlyMap<string, readonly SqlRow[]>;
  /** The answers to `needsSql`, of the columns whose encoding needs more. */
  readonly needed?: ReadonlyMap<string, readonly SqlRow[]>;
}

/** What else the reader of a raw shard finds. */
export interface ShardFindings {
  /** The result of `onlyTextSql` over the labels that count as 0, where the pipeline does not name them. */
  readonly otherLabels?: SqlRow | undefined;
  /** JSON lines only: columns of the pipeline that no object has. */
  readonly absent?: readonly string[] | undefined;
  /** Positions in the drop, from 0, of the files without rows. */
  readonly blankFiles?: readonly number[];
  /** Columns with times later than the drop's arrival. */
  readonly future?: NonNullable<Profile['future']>;
}

/**
 * What the reader of a raw shard knows of it.
 *
 * @param rows raw rows, malformed ones included
 */
export function countShard(
  rows: number,
  malformed: readonly (Problem & { readonly count: number })[],
  { otherLabels, absent, blankFiles, future = [] }: ShardFindings = {},
): ShardCounts {
  const only = otherLabels?.['only'];
  return {
    rows,
    malformed: {
      rows: malformed.reduce((sum, m) => sum + m.count, 0),
      reasons: sortReasons(malformed.map(({ column, reason, count }) => ({ column, reason, count }))),
    },
    ...(otherLabels === undefined || asNumber(otherLabels['texts']) === 0
      ? {}
      : { onlyNegative: typeof only === 'string' ? only : null }),
    ...(absent === undefined ? {} : { absent: [...absent] }),
    ...(blankFiles === undefined ? {} : { blankFiles: [...blankFiles] }),
    ...(future.length === 0 ? {} : { future: [...future] }),
  };
}

const noMoments: Moments = { count: 0, mean: 0, m2: 0, min: null, max: null };

/** Builds a shard's profile from the results of the queries above. */
export function readProfile(columns: readonly CleanColumn[], answers: ProfileAnswers): Profile {
  const { columns: row, classes } = answers;
  const trainRows = asNumber(row['train_rows']);
  const columnProfile = (column: CleanColumn, i: number): ColumnProfile => {
    const { name, kind } = column;
    const needs = needsOf(column);
    const missing = asNumber(row[`c${i}_missing`]);
    const trainMissing = asNumber(row[`c${i}_train_missing`]);
    switch (kind) {
      case 'number':
        return { kind, missing, trainMissing, train: readMoments(row, `c${i}`) };
      case 'boolean': {
        const trueCount = asNumber(row[`c${i}_true`]);
        return { kind, missing, trainMissing, trueCount, falseCount: trainRows - trainMissing - trueCount };
      }
      case 'datetime': {
        const time = (value: unknown) => (typeof value === 'string' ? value : null);
        return { kind, missing, trainMissing, min: time(row[`c${i}_min`]), max: time(row[`c${i}_max`]) };
      }
      case 'category': {
        const found = answers.categories.get(name) ?? [];
        const counts = found.flatMap((r): [string, number][] =>
          typeof r['value'] === 'string' ? [[r['value'], asNumber(r['count'])]] : [],
        );
        const rest = found.filter((r) => r['value'] === null).reduce((sum, r) => sum + asNumber(r['count']), 0);
        const labels = readLabels(needs, answers.needed?.get(name) ?? [], classes);
        return { kind, missing, trainMissing, counts: sortCounts(counts), rest, ...(labels ? { labels } : {}) };
      }
      case 'text': {
        const documents = readDocuments(needs, answers.needed?.get(name) ?? []);
        return { kind, missing, trainMissing, texts: trainRows - trainMissing, documents };
      }
      default:
        return unreachable(kind, 'kind of column');
    }
  };
  const side = (wanted: Side): SideProfile => {
    const rows = answers.labels.filter((r) => r['side'] === wanted);
    const byClass = Array.from({ length: classes }, (_, c) => {
      const found = rows.find((r) => asNumber(r['class']) === c);
      return asNumber(found?.['rows']);
    });
    const label = rows.map((r) => readMoments(r, 'label')).reduce(mergeMoments, noMoments);
    return { rows: rows.reduce((sum, r) => sum + asNumber(r['rows']), 0), classes: byClass, label };
  };
  return {
    ...answers.counts,
    deduplicated: 0,
    sides: { train: side('train'), validation: side('validation'), test: side('test') },
    columns: Object.fromEntries(profiledColumns(columns).map((c, i) => [c.name, columnProfile(c, i)])),
  };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sortCounts = (counts: readonly [string, number][]): [string, number][] =>
  counts.toSorted(([a], [b]) => byText(a, b));

type Reasons = Profile['malformed']['reasons'];
const sortReasons = (reasons: Reasons): Reasons =>
  reasons.toSorted((a, b) => byText(a.column ?? '', b.column ?? '') || byText(a.reason, b.reason));

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
const greatest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

/**
 * Moments of the union of two sets of numbers (Chan, Golub & LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances"): counts and ranges are exact, mean and m2 to rounding.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (a.count === 0 || b.count === 0) {
    const { mean, m2 } = a.count === 0 ? b : a;
    return { count, mean, m2, min: least(a.min, b.min), max: greatest(a.max, b.max) };
  }
  const delta = b.mean - a.mean;
  const mean = (a.count / count) * a.mean + (b.count / count) * b.mean;
  const m2 = bounded(a.m2 + b.m2 + delta * delta * ((a.count / count) * b.count));
  return { count, mean, m2, min: least(a.min, b.min), max: greatest(a.max, b.max) };
}

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
