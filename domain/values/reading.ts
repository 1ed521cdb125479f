import type * as z from 'zod';
import { ambiguousSpelling, type Booleans, booleanSettings, booleansOf } from './booleans.ts';
import { type DateSettings, dateSettings, dateSettingsProblem } from './dates.ts';
import { columnNullValues, type NullValues } from './nulls.ts';
import { type Numbers, numbersSchema, plainNumbers } from './numbers.ts';

/** How the texts of a column are read. */
export interface Reading {
  readonly trim: boolean;
  readonly nulls: NullValues;
  readonly numbers: Numbers;
  readonly dates: DateSettings;
  readonly booleans: Booleans;
}

/** The settings of a dataset that say how texts are read. */
export interface DatasetReading {
  readonly trim: boolean;
  readonly nulls: NullValues;
  readonly numbers?: Numbers | undefined;
  readonly dates?: DateSettings | undefined;
}

const nullValues = { nullValues: columnNullValues };
const number = {
  numbers: numbersSchema.optional().meta({
    description: 'How the numbers of this column are written, in place of `dataset.numbers`.',
    examples: [{ decimal: ',', thousands: '.' }],
  }),
};

const { pivot } = dateSettings;
const datetime = { ...dateSettings, pivot: pivot.meta({ ...pivot.meta(), examples: [1970] }) };

/** The kinds of values that have settings of their own. */
const readingSettings = {
  number,
  datetime,
  boolean: booleanSettings,
  category: {},
  text: {},
} as const satisfies Readonly<Record<string, z.ZodRawShape>>;
type Kind = keyof typeof readingSettings;

/** The settings of how a column of a kind is read. */
export const readingSettingsOf = (kind: Kind): z.ZodRawShape => ({ ...readingSettings[kind], ...nullValues });

/** The settings of how a column of any kind is read. */
export const allReadingSettings: z.ZodRawShape = { ...number, ...datetime, ...booleanSettings, ...nullValues };

type Settings = Readonly<Record<string, unknown>>;

/** A setting that is wrong beside others, and why. */
export interface ReadingProblem {
  readonly at: string;
  readonly message: string;
}

/** The problem of a column's settings that are valid only each by itself. */
export function readingProblem(kind: Kind, column: Settings): ReadingProblem | undefined {
  const idle = Object.keys(allReadingSettings).find(
    (setting) => column[setting] !== undefined && !Object.hasOwn(readingSettingsOf(kind), setting),
  );
  if (idle !== undefined) return { at: idle, message: `has no effect on a column that is read as a ${kind}` };
  if (kind === 'datetime') return dateSettingsProblem(column as DateSettings);
  if (kind !== 'boolean') return undefined;
  const word = ambiguousSpelling(booleansOf(column));
  return word === undefined ? undefined : { at: 'true', message: 'a spelling means both true and false' };
}

/** How a column is read: its own settings over those of the dataset. */
export function readingOf(dataset: DatasetReading, column: Settings = {}): Reading {
  const own = column as Partial<{ nullValues: NullValues; numbers: Numbers }> & DateSettings & Partial<Booleans>;
  const { format, zone, pivot, future } = own;
  const dates = Object.fromEntries(
    Object.entries({ format, zone, pivot, future }).filter(([, value]) => value !== undefined),
  );
  // a pivot belongs to the format that needs it
  const base = format === undefined ? dataset.dates : { zone: dataset.dates?.zone, future: dataset.dates?.future };
  return {
    trim: dataset.trim,
    nulls: own.nullValues ?? dataset.nulls,
    numbers: own.numbers ?? dataset.numbers ?? plainNumbers,
    dates: { ...base, ...dates },
    booleans: booleansOf(own),
  };
}
