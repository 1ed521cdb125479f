import { asNumber, type SqlRow } from '#domain/data/engine';
import { texts } from '#domain/sql/literals';
import type { CategoryHistogram, NumberHistogram } from '#schemas/records/baseline';

/** A column to count: its bins, and SQL of its value over the rows. */
export interface Counted<H> {
  readonly histogram: H;
  readonly sql: string;
}

/** The greatest float64 below a number; minus infinity below the least. */
function justBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(1);
  const float = new Float64Array(bits.buffer);
  float[0] = value;
  bits[0] = (bits[0] as bigint) + (value > 0 ? -1n : 1n);
  return float[0] as number;
}

/**
 * The edges as greatest values of bins: a value is below an edge where it is at most the float64 before it. The last edge is a value of its
 * bin. So each edge has a bound of its own, and equal edges have equal bounds.
 */
const boundsOf = ({ edges }: NumberHistogram): number[] =>
  edges.map((edge, j) => (j === edges.length - 1 && j > 0 ? edge : justBelow(edge)));

/**
 * SQL of one row that counts numbers in their bins: `rows`, `v<i>`, the values of the i-th column, and `h<i>`, a text of the numbers of those
 * from bound to bound, NULL without a value. DuckDB's `histogram` looks up a value by bisection: several times faster than a sum for each edge.
 *
 * @param columns whose values are never NaN
 */
export function numberCountsSql(columns: readonly Counted<NumberHistogram>[], rows: string): string {
  const values = columns.map(({ sql }, i) => `CAST(${sql} AS DOUBLE) AS v${i}`);
  const counts = columns.map(({ histogram }, i) => {
    const bounds = [...new Set(boundsOf(histogram))].join(', ');
    const found = `histogram(v${i}, CAST('[${bounds}]' AS DOUBLE[]))`;
    return `count(v${i}) AS v${i}, array_to_string(map_values(${found}), ' ') AS h${i}`;
  });
  return `SELECT ${['count(*) AS rows', ...counts].join(', ')} FROM (SELECT ${values.join(', ')} FROM ${rows})`;
}

/** Reads the answer to `numberCountsSql`. */
export function readNumberCounts(columns: readonly Counted<NumberHistogram>[], row: SqlRow): NumberHistogram[] {
  return columns.map(({ histogram }, i) => {
    const present = asNumber(row[`v${i}`]);
    const found = String(row[`h${i}`] ?? '')
      .split(' ')
      .map(Number);
    const bounds = boundsOf(histogram);
    let at = 0;
    const inside = bounds.map((bound, j) => (j > 0 && bound === bounds[j - 1] ? 0 : (found[at++] ?? 0)));
    const above = present - inside.reduce((sum, count) => sum + count, 0);
    return { ...histogram, counts: [...inside, above], missing: asNumber(row['rows']) - present };
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
