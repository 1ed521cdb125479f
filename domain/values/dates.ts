import * as z from 'zod';
import { text } from '#domain/sql/literals';
import { directiveMeanings, hasDirective, patternProblem, patternRegex } from './date-pattern.ts';

const units = ['seconds', 'milliseconds', 'microseconds'] as const;
type Unit = (typeof units)[number];

const pattern = z.string().superRefine((value, ctx) => {
  const problem = value.includes('%') ? patternProblem(value) : 'give iso, a pattern such as "%d/%m/%Y", or epoch';
  if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem });
});
const format = z.union([
  z.literal('iso'),
  z.strictObject({ epoch: z.enum(units) }).describe('A number: the time since 1970-01-01 UTC in this unit.'),
  pattern,
]);
type DateFormat = z.output<typeof format>;

/** Whether ICU knows a name of the IANA time zone database. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The settings of how dates and times are written: of `dataset.dates`, and of each column of dates. */
export const dateSettings = {
  format: z
    .union([format, z.array(format).min(1)])
    .optional()
    .meta({
      description: `How dates are written: \`iso\` (the default), \`{ epoch: seconds }\` (or milliseconds, microseconds), a pattern, or a list of these; the first that reads a value counts. A pattern is one of \`strptime\`: ${directiveMeanings.join('; ')}. Names are English, in upper or lower case.`,
      examples: ['%d/%m/%Y', ['iso', '%m/%d/%Y %I:%M %p'], { epoch: 'milliseconds' }],
    }),
  pivot: z.int().min(1000).max(9900).optional().meta({
    description:
      'For `%y`: the first of the hundred years that two digits may mean. With 1970, `70` is 1970 and `69` is 2069.',
  }),
  zone: z
    .string()
    .refine(isZone, 'not a time zone of the IANA database, such as Europe/Berlin')
    .optional()
    .meta({
      description:
        'The time zone of times without an offset, by its name in the IANA database; `UTC` is the default. A date without a time stays that date.',
      examples: ['Europe/Berlin'],
    }),
  future: z
    .boolean()
    .optional()
    .meta({
      description:
        "Whether times later than the drop's arrival are right, as of due dates. Without it they are a warning, because a wrong format or pivot reads them so.",
      examples: [true],
    }),
};
export const datesSchema = z.strictObject(dateSettings);
/** How dates and times are written. */
export type DateSettings = Readonly<z.output<typeof datesSchema>>;

/** The formats in the order in which they are tried. */
export const formatsOf = ({ format: own = 'iso' }: DateSettings): readonly DateFormat[] =>
  Array.isArray(own) ? own : [own];

/** What the settings lack together; undefined when nothing. */
export function dateSettingsProblem(
  settings: DateSettings,
): { readonly at: 'format' | 'pivot'; readonly message: string } | undefined {
  const twoDigits = formatsOf(settings).some((own) => typeof own === 'string' && hasDirective(own, '%y'));
  if (twoDigits && settings.pivot === undefined)
    return { at: 'format', message: 'a year of two digits needs a pivot: the first of the hundred years it may mean' };
  if (!twoDigits && settings.pivot !== undefined) return { at: 'pivot', message: 'has no effect without %y in format' };
  const shapes = formatsOf(settings).map((own) => (typeof own === 'string' && own !== 'iso' ? patternRegex(own) : own));
  const alike = shapes.some((shape, i) => typeof shape === 'string' && shapes.indexOf(shape) !== i);
  if (alike) return { at: 'format', message: 'two formats read the same texts: which of day and month is first?' };
  return undefined;
}

/** The years that are read: one before or after is a mistake, such as seconds read as milliseconds. */
const years = { first: 1000, last: 9999 };

const isoDate = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}';
const isoSeconds = ':[0-9]{2}(?:[.][0-9]{1,9})?';
const isoMinutes = `(?:${isoDate})[T ][0-9]{1,2}:[0-9]{2}`;
const isoTime = `${isoMinutes}(?:${isoSeconds})?`;
const isoOffset = '[-+](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?';

/** A reading of a format: whether it is of that form, and its TIMESTAMP, which is local where it has neither offset nor zone. */
interface Form {
  readonly regex: string;
  /** A cheap condition that each text of the form meets: most texts of another form need no regular expression. */
  readonly guard?: string;
  readonly value: string;
  readonly local: boolean;
}

const utc = (zoned: string): string => `${zoned} AT TIME ZONE 'UTC'`;

function isoForms(value: string): Form[] {
  // the cast wants the seconds before an offset, and no blank
  const complete = `regexp_replace(replace(${value}, ' +', '+'), '([T ][0-9]{1,2}:[0-9]{2}) ?([-+])', '\\1:00\\2')`;
  const joined = `regexp_replace(${complete}, ' ([-+])', '\\1')`;
  return [
    { regex: isoDate, guard: `strlen(${value}) <= 10`, value: `TRY_CAST(${value} AS TIMESTAMP)`, local: false },
    { regex: isoTime, guard: `NOT ends_with(${value}, 'Z')`, value: `TRY_CAST(${value} AS TIMESTAMP)`, local: true },
    // the cast takes a Z after seconds, so nothing has to be cut off
    {
      regex: `${isoMinutes}${isoSeconds}Z`,
      guard: `ends_with(${value}, 'Z')`,
      value: `TRY_CAST(${value} AS TIMESTAMP)`,
      local: false,
    },
    { regex: `(?:${isoTime}) ?(?:Z|UTC)`, value: `TRY_CAST(rtrim(${value}, ' ZUTC') AS TIMESTAMP)`, local: false },
    { regex: `(?:${isoTime}) ?${isoOffset}`, value: utc(`TRY_CAST(${joined} AS TIMESTAMPTZ)`), local: false },
  ];
}

const perSecond: Readonly<Record<Unit, number>> = { seconds: 1, milliseconds: 1e3, microseconds: 1e6 };

function epochForm(value: string, unit: Unit): Form {
  const micros = `TRY_CAST(${value} AS DECIMAL(38, 6)) * ${1e6 / perSecond[unit]}`;
  return {
    regex: '-?[0-9]{1,18}(?:[.][0-9]*)?',
    // far beyond the years that are read, and within what a TIMESTAMP holds
    value: `make_timestamp(CAST(greatest(-9e17::DECIMAL(38, 6), least(9e17::DECIMAL(38, 6), ${micros})) AS BIGINT))`,
    local: false,
  };
}

/** A year of two digits, read as POSIX reads it (1969 to 2068), moved into the hundred years from the pivot. */
function pivoted(read: string, pivot: number): string {
  const year = `${pivot} + (year(${read}) % 100 - ${pivot % 100} + 100) % 100`;
  const moved = `${read} + to_years(CAST(${year} - year(${read}) AS INTEGER))`;
  // 29 February of a year that has none
  return `CASE WHEN day(${moved}) = day(${read}) THEN ${moved} END`;
}

function patternForm(value: string, own: string, pivot: number | undefined): Form {
  const blanks = `translate(${value}, chr(160) || chr(8239), '  ')`;
  const zoned = hasDirective(own, '%z');
  const source = zoned ? `regexp_replace(${blanks}, 'Z', '+00')` : blanks;
  const read = `try_strptime(${source}, ${text(own)})`;
  const local = !zoned && ['%H', '%I'].some((directive) => hasDirective(own, directive));
  const plain = zoned ? utc(read) : read;
  return {
    regex: patternRegex(own).replaceAll(' ', '[ \\x{a0}\\x{202f}]'),
    value: pivot !== undefined && hasDirective(own, '%y') ? pivoted(plain, pivot) : plain,
    local,
  };
}

const formsOf = (value: string, own: DateFormat, pivot: number | undefined): Form[] => {
  if (own === 'iso') return isoForms(value);
  return typeof own === 'string' ? [patternForm(value, own, pivot)] : [epochForm(value, own.epoch)];
};

const isElsewhere = (zone: string | undefined): zone is string => zone !== undefined && zone !== 'UTC';

/** SQL of one form's time in UTC. A local time that the zone's clocks skip is none. */
function inUtc({ regex, guard, value: read, local }: Form, value: string, zone: string | undefined): string {
  const moved = (instant: string) => `(${instant}) AT TIME ZONE ${text(zone ?? '')}`;
  const time =
    local && isElsewhere(zone) ? `CASE WHEN ${moved(moved(read))} = ${read} THEN ${utc(moved(read))} END` : read;
  const isForm = `regexp_full_match(${value}, ${text(regex)})`;
  return `WHEN ${guard === undefined ? isForm : `${guard} AND ${isForm}`} THEN ${time}`;
}

/** SQL of the time that a text names, as TIMESTAMP in UTC; NULL when it is none. */
export function timeSql(value: string, settings: DateSettings = {}): string {
  const { zone, pivot } = settings;
  const read = formatsOf(settings).map(
    (own) =>
      `CASE ${formsOf(value, own, pivot)
        .map((form) => inUtc(form, value, zone))
        .join(' ')} END`,
  );
  return read.length === 1 ? (read[0] as string) : `coalesce(${read.join(', ')})`;
}

/** SQL condition for a time that is no usable one: NULL, infinite, or of a year that nothing has. */
export const unusableTime = (time: string): string =>
  `(${time} IS NULL OR NOT isfinite(${time}) OR year(${time}) NOT BETWEEN ${years.first} AND ${years.last})`;

const twoDigitYear = '[0-9]{1,2}[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ][0-9]{2}(?:[^0-9].*)?';
const otherForm = '.*[0-9]{4}.*|[0-9]{1,2}[^0-9]+[0-9]{1,2}[^0-9].*';

/** Why an unusable text is none of the declared form, most specific first: conditions over the text and its time. */
export function timeReasons(value: string, time: string, settings: DateSettings = {}) {
  const declared = settings.format !== undefined;
  const skipped = isElsewhere(settings.zone)
    ? formatsOf(settings)
        .flatMap((own) => formsOf(value, own, settings.pivot))
        .filter(({ local }) => local)
        .map(({ regex, value: read }) => `(regexp_full_match(${value}, ${text(regex)}) AND (${read}) IS NOT NULL)`)
    : [];
  return {
    reason: declared ? 'not a date or time of the declared format' : 'not a date or time in ISO 8601',
    because: [
      {
        reason: `a year before ${years.first} or after ${years.last}`,
        condition: `${time} IS NOT NULL AND isfinite(${time})`,
      },
      ...(skipped.length === 0
        ? []
        : [{ reason: 'a time that the clocks of its time zone skip', condition: skipped.join(' OR ') }]),
      ...(declared
        ? []
        : [
            {
              reason: 'write the year with four digits, or declare a format',
              condition: `regexp_full_match(${value}, '${twoDigitYear}')`,
            },
            {
              reason: 'not a date or time in ISO 8601: declare its format',
              condition: `regexp_full_match(${value}, '${otherForm}')`,
            },
          ]),
    ],
  };
}
