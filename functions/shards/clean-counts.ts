import type { SqlEngine } from '#domain/data/engine';
import { slices } from '#domain/data/slices';
import type { CleanColumnView } from '#domain/drift/clean-columns';
import {
  type Counted,
  categoryCountsSql,
  numberCountsSql,
  readCategoryCounts,
  readNumberCounts,
} from '#domain/drift/count-sql';
import { ident } from '#domain/sql/literals';
import type { CategoryHistogram, Histogram, NumberHistogram, Window } from '#schemas/records/baseline';

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
 * @param views how the columns of these rows are read
 */
export async function countCleanRows(
  engine: SqlEngine,
  histograms: readonly Histogram[],
  views: readonly CleanColumnView[],
  rows: string,
): Promise<Window> {
  const available = await columnsOf(engine, rows);
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
  for (const some of slices(ofKind('number') as Counted<NumberHistogram>[], atOnce)) {
    const [row = {}] = await engine.query('count the numbers', numberCountsSql(some, rows));
    for (const own of readNumberCounts(some, row)) counted.set(own.column, own);
  }
  for (const some of slices(ofKind('category') as Counted<CategoryHistogram>[], atOnce)) {
    const found = await engine.query('count the categories', categoryCountsSql(some, rows));
    for (const own of readCategoryCounts(some, found)) counted.set(own.column, own);
  }
  const [total] = await engine.query('count the clean rows', `SELECT count(*) AS rows FROM ${rows}`);
  return { rows: Number(total?.['rows'] ?? 0), columns: histograms.map((own) => counted.get(own.column) ?? own) };
}
