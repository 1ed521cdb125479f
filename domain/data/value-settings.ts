import * as z from 'zod';
import type { ColumnSpec } from '#domain/data/column-spec';
import type { CsvSettings } from '#domain/data/csv-settings';
import type { Issue } from '#domain/issue';
import { type DateSettings, dateSettingsProblem, datesSchema } from '#domain/values/dates';
import { type NullValues, nullValuesSchema } from '#domain/values/nulls';
import { type Numbers, numbersSchema } from '#domain/values/numbers';
import { type DatasetReading, type Reading, readingOf, readingSettingsOf } from '#domain/values/reading';

/** The settings of `dataset` that say how values are written, in files of every format and in requests. */
export const valueSettings = {
  nullValues: nullValuesSchema.optional().meta({
    description:
      'Values that mean "missing", in every format. A text is compared as written, a number by its value. By default only an empty text is missing; list `""` with your own. A column may have its own.',
    examples: [
      ['', 'NA', '?'],
      ['', -999],
    ],
  }),
  trim: z
    .boolean()
    .optional()
    .meta({
      description:
        'Whether blanks around a text are removed before it is read, those of Unicode included. `false` is the default. Blanks around a number never matter.',
      examples: [true],
    }),
  numbers: numbersSchema.optional().meta({
    description:
      'How numbers are written, in all columns that do not say otherwise. Numbers of JSON and Parquet are numbers already. Without it: digits with a decimal point, `-1234.5` or `1e5`.',
    examples: [
      { decimal: ',', thousands: '.' },
      { currency: true, percent: true },
    ],
  }),
  dates: datesSchema.optional().meta({
    description:
      'How dates and times are written: in `dataset.time`, and in all columns of dates that do not say otherwise. Without it: ISO 8601, times without an offset in UTC. Dates and times of Parquet need no format.',
    examples: [{ format: '%d/%m/%Y' }, { format: '%d/%m/%y', pivot: 1970 }, { format: 'iso', zone: 'Europe/Berlin' }],
  }),
};

/** What the settings of a dataset say about values. */
interface ValueSettings {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  readonly csv: Pick<CsvSettings, 'nullValues' | 'trim'>;
  readonly nullValues?: NullValues | undefined;
  readonly trim?: boolean | undefined;
  readonly numbers?: Numbers | undefined;
  readonly dates?: DateSettings | undefined;
  readonly time?: string | undefined;
  readonly columns: Readonly<Record<string, ColumnSpec>>;
}

/** How the values of a dataset are read where a column does not say otherwise. */
export function datasetReading({ format, csv, nullValues, trim, numbers, dates }: ValueSettings): DatasetReading {
  const former = format === 'csv' ? csv : {};
  return { trim: trim ?? former.trim ?? false, nulls: nullValues ?? former.nullValues ?? [''], numbers, dates };
}

/** How a column is read, by its name; `dataset.id`, the label and others that are not under `columns` as the dataset says. */
export const columnReading = (name: string, dataset: ValueSettings): Reading =>
  readingOf(datasetReading(dataset), Object.hasOwn(dataset.columns, name) ? dataset.columns[name] : undefined);

/**
 * The null texts that the reader of a file may turn into NULL itself, because they are the same in all columns and compared as written;
 * undefined when values have to be looked at one by one.
 */
export function readerNulls(dataset: ValueSettings): readonly string[] | undefined {
  const { trim, nulls } = datasetReading(dataset);
  if (trim || Object.values(dataset.columns).some((spec) => 'nullValues' in spec && spec.nullValues !== undefined))
    return undefined;
  const words = nulls.filter((own) => typeof own === 'string');
  return words.length === nulls.length && words.length > 0 ? words : undefined;
}

/** Checks what the settings of values lack together. */
export function checkValues({ csv, dates, ...dataset }: ValueSettings, issue: Issue): void {
  for (const setting of ['nullValues', 'trim'] as const) {
    if (csv[setting] !== undefined && dataset[setting] !== undefined)
      issue(
        ['dataset', 'csv', setting],
        `the former place of dataset.${setting}: remove it, dataset.${setting} is set`,
      );
  }
  for (const [name, spec] of Object.entries(dataset.columns)) {
    if (spec.role !== 'ignore' || name === dataset.time) continue;
    for (const setting of Object.keys(readingSettingsOf('datetime')))
      if (Object.hasOwn(spec, setting))
        issue(
          ['dataset', 'columns', name, setting],
          'has no effect on a column that is not read: only dataset.time is',
        );
  }
  const problem = dates === undefined ? undefined : dateSettingsProblem(dates);
  if (problem !== undefined) issue(['dataset', 'dates', problem.at], problem.message);
}
