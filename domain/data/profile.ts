import type { CleanColumn } from '#domain/data/columns';
import { asNumber, type SqlRow } from '#domain/data/engine';
import { mergeMoments, momentsSql, noMoments, readMoments } from '#domain/data/moments';
import { needsOf, readDocuments, readLabels } from '#domain/data/needs';
import type { Problem } from '#domain/data/typing';
import type { Side } from '#domain/splits/side';
import { ident } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { ColumnProfile, Profile, SideProfile } from '#schemas/records/profile';
import type { ShardCounts } from '#schemas/records/shard-counts';

/** Maximum number of categories that a shard's profile counts individually. */
export const countedCategories = 1000;

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

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
export const sortCounts = (counts: readonly [string, number][]): [string, number][] =>
  counts.toSorted(([a], [b]) => byText(a, b));

export type Reasons = Profile['malformed']['reasons'];
export const sortReasons = (reasons: Reasons): Reasons =>
  reasons.toSorted((a, b) => byText(a.column ?? '', b.column ?? '') || byText(a.reason, b.reason));
