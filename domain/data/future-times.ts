import { type CleanColumn, cleanColumns } from '#domain/data/columns';
import { asNumber, type SqlRow } from '#domain/data/engine';
import type { DataSettings, DatasetSettings } from '#domain/data/settings';
import { columnReading } from '#domain/data/value-settings';
import { ident } from '#domain/sql/literals';
import { formatCount } from '#domain/text/format-number';
import type { Profile } from '#schemas/records/profile';

/** Dates of today are in the future elsewhere (offsets reach from -12 to +14 hours), and clocks differ. */
const graceHours = 24;

/** A column of dates or times that no row may have later than the drop's arrival. */
interface WatchedColumn {
  /** Its name in the pipeline. */
  readonly column: string;
  /** Its name among the clean rows. */
  readonly clean: string;
  /** How far the pipeline's own action may have moved a time, in days. */
  readonly movedDays: number;
}

/** The columns of dates and times that do not declare `future`. */
export function watchedColumns(pipeline: Pick<DataSettings, 'dataset'>): WatchedColumn[] {
  const { dataset } = pipeline;
  const { time } = dataset;
  const dated = cleanColumns(pipeline).filter(({ kind }: CleanColumn) => kind === 'datetime');
  return [
    ...(time === undefined || dated.some(({ name }) => name === time)
      ? []
      : [{ column: time, clean: '_time', movedDays: 0 }]),
    ...dated.map(({ name, movedDays = 0 }) => ({ column: name, clean: name, movedDays })),
  ].filter(({ column }) => columnReading(column, dataset).dates.future !== true);
}

/**
 * SQL of one row over clean rows: `f<i>`, the rows in which a column is later than the drop's arrival by more than a day.
 *
 * @param arrival ISO 8601 in UTC
 */
export function futureTimesSql(columns: readonly WatchedColumn[], arrival: string, cleanRows: string): string {
  const counts = columns.map(({ clean, movedDays }, i) => {
    const last = new Date(Date.parse(arrival) + (graceHours + 24 * movedDays) * 3_600_000);
    return `count(*) FILTER (WHERE ${ident(clean)} > TIMESTAMP '${last.toISOString().replace('Z', '')}') AS f${i}`;
  });
  return `SELECT ${counts.join(', ')} FROM ${cleanRows}`;
}

/** Reads the answer to `futureTimesSql`: the columns with such rows. */
export const readFutureTimes = (columns: readonly WatchedColumn[], row: SqlRow): NonNullable<Profile['future']> =>
  columns.flatMap(({ column }, i) => {
    const rows = asNumber(row[`f${i}`]);
    return rows === 0 ? [] : [{ column, rows }];
  });

/** Warns of columns with times later than the drop's arrival: a wrong format or pivot reads them so. No time is shown. */
export function futureWarnings(dataset: DatasetSettings, { future = [] }: Pick<Profile, 'future'>): string[] {
  return future.map(({ column, rows }) => {
    const { pivot } = columnReading(column, dataset).dates;
    const check =
      pivot === undefined
        ? 'Check its format and zone'
        : `Its pivot of ${pivot} makes years from ${pivot} to ${pivot + 99} of two digits: check it`;
    return (
      `Column "${column}" is later than the drop's arrival in ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}. ` +
      `${check}, or set future: true beside its format if such times are right.`
    );
  });
}
