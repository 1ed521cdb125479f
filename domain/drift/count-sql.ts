import { asNumber, type SqlRow } from '#domain/data/engine';
import { double, texts } from '#domain/sql/literals';
import type { CategoryHistogram, NumberHistogram } from '#schemas/records/baseline';

/** A column to count: its bins, and SQL of its value over the rows. */
export interface Counted<H> {
  readonly histogram: H;
  readonly sql: string;
}

/**
 * SQL of one row that counts numbers in their bins: `v<i>`, the values of the i-th column, and `v<i>_<j>`, those below its j-th edge (the
 * last edge included).
 */
export function numberCountsSql(columns: readonly Counted<NumberHistogram>[], rows: string): string {
  const values = columns.map(({ sql }, i) => `CAST(${sql} AS DOUBLE) AS v${i}`);
  const counts = columns.flatMap(({ histogram: { edges } }, i) => [
    `count(v${i}) AS v${i}`,
    ...edges.map(
      (edge, j) => `count_if(v${i} ${j === edges.length - 1 && j > 0 ? '<=' : '<'} ${double(edge)}) AS v${i}_${j}`,
    ),
  ]);
  return `SELECT count(*) AS rows, ${counts.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${rows})`;
}

/** Reads the answer to `numberCountsSql`. */
export function readNumberCounts(columns: readonly Counted<NumberHistogram>[], row: SqlRow): NumberHistogram[] {
  return columns.map(({ histogram }, i) => {
    const present = asNumber(row[`v${i}`]);
    const below = [0, ...histogram.edges.map((_, j) => asNumber(row[`v${i}_${j}`])), present];
    const counts = below.slice(1).map((count, j) => count - (below[j] as number));
    return { ...histogram, counts, missing: asNumber(row['rows']) - present };
  });
}

/** SQL that counts categories: `name` (the position of the column), `bin` (-1 for missing values) and `count`. */
export const categoryCountsSql = (columns: readonly Counted<CategoryHistogram>[], rows: string): string =>
  columns
    .map(({ histogram: { categories }, sql }, i) => {
      // grouped first, so that each category is looked up once
      const listed = categories.length === 0 ? '0' : `list_position([${texts(categories)}], value)`;
      const bin = `CASE WHEN value IS NULL THEN -1 ELSE coalesce(nullif(${listed}, 0) - 1, ${categories.length}) END`;
      const grouped = `SELECT CAST(${sql} AS VARCHAR) AS value, count(*) AS count FROM ${rows} GROUP BY 1`;
      return `SELECT ${i} AS name, ${bin} AS bin, CAST(sum(count) AS BIGINT) AS count FROM (${grouped}) GROUP BY 1, 2`;
    })
    .join(' UNION ALL ');

/** Reads the answer to `categoryCountsSql`. */
export function readCategoryCounts(
  columns: readonly Counted<CategoryHistogram>[],
  rows: readonly SqlRow[],
): CategoryHistogram[] {
  const found = new Map(
    rows.map((row) => [`${asNumber(row['name'])} ${asNumber(row['bin'])}`, asNumber(row['count'])]),
  );
  return columns.map(({ histogram }, i) => ({
    ...histogram,
    counts: histogram.counts.map((_, bin) => found.get(`${i} ${bin}`) ?? 0),
    missing: found.get(`${i} -1`) ?? 0,
  }));
}
