import type { SqlEngine } from '#domain/data/engine';
import { slices } from '#domain/data/slices';
import type { CleanColumnView } from '#domain/drift/clean-column-view';
import {
  type Counted,
  categoryCountsSql,
  numberCountsSql,
  readCategoryCounts,
  readNumberCounts,
} from '#domain/drift/count-sql';
import { ident } from '#domain/sql/literals';
import type { CategoryHistogram, Histogram, NumberHistogram, Window } from '#schemas/records/baseline';

/** Rows of a shard that are looked at for what takes long to read. */
const mostSlowRows = 100_000;

/** Columns that one statement counts: each of numbers has an aggregate, each of categories is a scan of its own. */
const atOnce = 50;

async function columnsOf(engine: SqlEngine, rows: string): Promise<ReadonlySet<string>> {
  const described = await engine.query('describe the clean rows', `DESCRIBE SELECT * FROM ${rows}`);
  return new Set(described.map((row) => String(row['column_name'])));
}

/**
 * Counts clean rows in the bins of a baseline. Columns are matched by name. One that the rows lack, or that can no longer be read as what it
 * was, counts as missing.
 *
 * What takes long to read is counted in about as many rows as `most`, chosen by their numbers: histograms of fewer rows are compared as others.
 *
 * @param views how the columns of these rows are read
 * @param rows a relation with `_row`
 */
export async function countCleanRows(
  engine: SqlEngine,
  histograms: readonly Histogram[],
  views: readonly CleanColumnView[],
  rows: string,
  most: number = mostSlowRows,
): Promise<Window> {
  const available = await columnsOf(engine, rows);
  const [counts] = await engine.query('count the clean rows', `SELECT count(*) AS rows FROM ${rows}`);
  const total = Number(counts?.['rows'] ?? 0);
  const every = Math.ceil(total / most);
  const some = every > 1 ? `(SELECT * FROM ${rows} WHERE hash(_row) % ${every} = 0)` : rows;
  const viewOf = new Map(views.map((view) => [view.column, view]));
  const sqlOf = ({ column, kind }: Histogram): string => {
    const view = viewOf.get(column);
    if (view === undefined || !available.has(view.source)) return 'NULL';
    if (view.kind === kind) return view.sql;
    // a text may read as NaN
    return kind === 'number'
      ? `nullif(TRY_CAST(${ident(view.source)} AS DOUBLE), CAST('NaN' AS DOUBLE))`
      : `TRY_CAST(${ident(view.source)} AS VARCHAR)`;
  };
  const counted = new Map<string, Histogram>();
  const ofKind = <K extends Histogram['kind']>(kind: K) =>
    histograms
      .filter((own): own is Extract<Histogram, { kind: K }> => own.kind === kind)
      .map((histogram) => ({ histogram, sql: sqlOf(histogram) }));
  for (const part of slices(ofKind('number') as Counted<NumberHistogram>[], atOnce)) {
    const [row = {}] = await engine.query('count the numbers', numberCountsSql(part, rows));
    for (const own of readNumberCounts(part, row)) counted.set(own.column, own);
  }
  const isSlow = ({ histogram }: Counted<Histogram>): boolean => viewOf.get(histogram.column)?.slow === true;
  const categories = ofKind('category') as Counted<CategoryHistogram>[];
  for (const [own, of] of [
    [categories.filter((one) => !isSlow(one)), rows],
    [categories.filter(isSlow), some],
  ] as const) {
    for (const part of slices(own, atOnce)) {
      const found = await engine.query('count the categories', categoryCountsSql(part, of));
      for (const one of readCategoryCounts(part, found)) counted.set(one.column, one);
    }
  }
  return { rows: total, columns: histograms.map((own) => counted.get(own.column) ?? own) };
}
