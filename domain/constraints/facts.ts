import { type CleanColumn, cleanColumns } from '#domain/data/columns';
import { asNumber, asNumberOrNull, type SqlRow } from '#domain/data/engine';
import { momentsSql, readMoments } from '#domain/data/moments';
import { slices } from '#domain/data/slices';
import type { Problem } from '#domain/data/typing';
import { ident } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { ColumnFacts, ShardFacts } from '#schemas/records/facts';
import type { ConstrainedData } from './constraint.ts';
import { byValue, countedValues, type Values } from './merge-facts.ts';
import { type AnyConstraintKind, CONSTRAINTS, type Constraint, constraintKindOf } from './registry.ts';

/** Columns with more distinct values than this, as estimated, are not counted value by value. */
const estimatedValues = 2 * countedValues;

const isoTime = (aggregate: 'min' | 'max', sql: string): string =>
  `strftime(${aggregate}(${sql}), '%Y-%m-%dT%H:%M:%SZ')`;

function columnAggregates({ name, kind }: CleanColumn, i: number): string[] {
  const value = ident(name);
  const missing = `count(*) - count(${value}) AS c${i}_missing`;
  switch (kind) {
    case 'number':
      return [missing, `min(${value}) AS c${i}_min`, `max(${value}) AS c${i}_max`];
    case 'datetime':
      return [missing, `${isoTime('min', value)} AS c${i}_min`, `${isoTime('max', value)} AS c${i}_max`];
    case 'boolean':
      return [missing, `count(*) FILTER (WHERE ${value}) AS c${i}_true`];
    case 'category':
      return [missing, `approx_count_distinct(${value}) AS c${i}_values`];
    case 'text':
      return [missing];
    default:
      return unreachable(kind, 'kind of column');
  }
}

/** The conditions of the constraints that count rows, with their numbers. */
const conditions = (
  constraints: readonly Constraint[],
  data: ConstrainedData,
  kinds: readonly AnyConstraintKind[],
): (readonly [number, string])[] =>
  constraints.flatMap((constraint, i) => {
    const sql = constraintKindOf(constraint, kinds).breaks?.(constraint, data);
    return sql === undefined ? [] : [[i, sql] as const];
  });

/** Aggregates of one statement at most: what a statement takes grows faster than their number. */
const aggregatesAtOnce = 500;

/** Statements with one row of numbers each over a shard's clean rows: together what `readShardFacts` reads. */
export function factsSql(
  data: ConstrainedData,
  constraints: readonly Constraint[],
  cleanRows: string,
  kinds: readonly AnyConstraintKind[] = CONSTRAINTS,
): string[] {
  const { time } = data.pipeline.dataset;
  const aggregates = [
    'count(*) AS n',
    ...momentsSql('_label', 'label'),
    ...data.classes.map((_, i) => `count(*) FILTER (WHERE _label = ${i}) AS class_${i}`),
    ...(time === undefined
      ? []
      : [
          'count(*) - count(_time) AS time_missing',
          `${isoTime('min', '_time')} AS time_min`,
          `${isoTime('max', '_time')} AS time_max`,
        ]),
    ...cleanColumns(data.pipeline).flatMap(columnAggregates),
    ...conditions(constraints, data, kinds).map(([i, sql]) => `count(*) FILTER (WHERE ${sql}) AS broken_${i}`),
  ];
  return slices(aggregates, aggregatesAtOnce).map((some) => `SELECT ${some.join(', ')} FROM ${cleanRows}`);
}

/** The columns of categories with few values, by the answers to `factsSql`. */
export const columnsWithFewValues = (data: ConstrainedData, row: SqlRow): string[] =>
  cleanColumns(data.pipeline).flatMap(({ name, kind }, i) =>
    kind === 'category' && asNumber(row[`c${i}_values`]) <= estimatedValues ? [name] : [],
  );

/** Columns whose values one statement counts at most: it reads the rows once for each. */
export const valuesAtOnce = 20;

/**
 * SQL of how often each value of some columns occurs: `name` (the position of the column), `value` and `rows`. A column by itself is read as
 * the file has it, each value once for many rows.
 *
 * @param first the position of the first of these columns
 */
export function valuesSql(columns: readonly string[], cleanRows: string, first = 0): string {
  const counts = columns.map(
    (name, i) =>
      `SELECT ${first + i} AS name, ${ident(name)} AS value, count(*) AS rows FROM ${cleanRows} WHERE ${ident(name)} IS NOT NULL GROUP BY 2`,
  );
  return `SELECT * FROM (${counts.join(' UNION ALL ')}) ORDER BY ALL`;
}

/** The answers to the statements above. */
export interface FactsAnswers {
  readonly row: SqlRow;
  /** The columns of `valuesSql`, and its answer. */
  readonly counted: readonly string[];
  readonly values: readonly SqlRow[];
  readonly malformed: readonly (Problem & { readonly count: number })[];
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The facts of a shard. */
export function readShardFacts(
  data: ConstrainedData,
  constraints: readonly Constraint[],
  { row, counted, values, malformed }: FactsAnswers,
): ShardFacts {
  const byColumn = Map.groupBy(values, (r) => counted[asNumber(r['name'])]);
  const columnFacts = ({ name, kind }: CleanColumn, i: number): ColumnFacts => {
    const missing = asNumber(row[`c${i}_missing`]);
    switch (kind) {
      case 'number':
        return { kind, missing, min: asNumberOrNull(row[`c${i}_min`]), max: asNumberOrNull(row[`c${i}_max`]) };
      case 'datetime':
        return { kind, missing, min: textOrNull(row[`c${i}_min`]), max: textOrNull(row[`c${i}_max`]) };
      case 'boolean':
        return { kind, missing, trueRows: asNumber(row[`c${i}_true`]) };
      case 'category': {
        const found: Values = (byColumn.get(name) ?? []).map((r) => [String(r['value']), asNumber(r['rows'])]);
        const isCounted = counted.includes(name) && found.length <= countedValues;
        return { kind, missing, values: isCounted ? byValue(found) : null };
      }
      case 'text':
        return { kind, missing };
      default:
        return unreachable(kind, 'kind of column');
    }
  };
  const n = asNumber(row['n']);
  const bad = malformed.filter(({ leftOut }) => !leftOut);
  return {
    rows: n,
    malformed: {
      rows: bad.reduce((sum, m) => sum + m.count, 0),
      reasons: bad.map(({ column, reason, count }) => ({ column, reason, count })),
    },
    label: {
      classes: data.classes.map((_, i) => asNumber(row[`class_${i}`])),
      moments: { ...readMoments(row, 'label'), count: n },
    },
    time:
      data.pipeline.dataset.time === undefined
        ? null
        : {
            missing: asNumber(row['time_missing']),
            min: textOrNull(row['time_min']),
            max: textOrNull(row['time_max']),
          },
    columns: Object.fromEntries(cleanColumns(data.pipeline).map((c, i) => [c.name, columnFacts(c, i)])),
    broken: constraints.map((_, i) => asNumber(row[`broken_${i}`])),
  };
}
