import { ident, text, texts } from '#domain/sql/literals';
import { patternRegex } from '#domain/values/date-pattern';
import { type DateSettings, timeSql, unusableTime } from '#domain/values/dates';
import { type Numbers, numberSql, plainNumbers } from '#domain/values/numbers';

/** A value with the number of rows that have it. */
export interface CountedValue {
  readonly value: string;
  readonly count: number;
}

/** What the texts of a column are like, before anything is known of what they mean. */
export interface ColumnFacts {
  readonly name: string;
  readonly rows: number;
  /** Rows with a text that is not blank. Words that may mean "missing" are counted here and in `words`. */
  readonly present: number;
  readonly distinct: number;
  /** Texts that occur once. */
  readonly once: number;
  /** The most frequent texts, at most `shownValues`, most frequent first. */
  readonly top: readonly CountedValue[];
  /** Words that may mean "missing". */
  readonly words: readonly CountedValue[];
  /** Rows with another text than these words, and those of them that were tried: all where there are few texts. */
  readonly others: number;
  readonly tried: number;
  /** Rows among the tried ones that each way to write numbers reads. */
  readonly numbers: readonly { readonly settings: Numbers; readonly read: number }[];
  /** The same of dates; empty where the texts cannot be any. */
  readonly dates: readonly { readonly settings: DateSettings; readonly read: number }[];
  /** Rows among the tried ones with a time of the day, midnight not counted: without an offset, and with one. */
  readonly clocks: { readonly local: number; readonly offset: number };
  /** Rows among the tried ones with a whole number, and with one that begins with a zero, as codes do. */
  readonly whole: number;
  readonly leadingZero: number;
  /** The least and the greatest plain number among the tried ones; null without one. */
  readonly min: number | null;
  readonly max: number | null;
  /** The longest text, and the average number of words, over the distinct texts that were tried. */
  readonly longest: number;
  readonly meanWords: number;
}

/** At most this many frequent values of a column are kept. */
export const shownValues = 25;
/** At most this many different texts of a column are read in every possible way. */
export const triedValues = 2000;

/** Words that people and tools write for a missing value. `strong` ones mean it in a column of words too. */
export const missingWords = {
  strong: ['?', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', 'NULL', 'null', '(null)', '\\N', '-', '--', '.', '…'],
  weak: [
    'None',
    'none',
    'NONE',
    'missing',
    'Missing',
    'MISSING',
    'unknown',
    'Unknown',
    'UNKNOWN',
    'na',
    'Null',
    'nil',
    'inf',
    '#DIV/0!',
    '#VALUE!',
    '#REF!',
  ],
} as const;
const allWords: readonly string[] = [...missingWords.strong, ...missingWords.weak];

const numbersOf = (own: Partial<Numbers>): Numbers => ({ ...plainNumbers, ...own });
/** The ways to write numbers that are tried, the plainest first. */
export const notations: readonly Numbers[] = [
  plainNumbers,
  numbersOf({ thousands: ',' }),
  numbersOf({ decimal: ',', thousands: '.' }),
  numbersOf({ decimal: ',', thousands: ' ' }),
  numbersOf({ thousands: "'" }),
  numbersOf({ percent: true }),
  numbersOf({ decimal: ',', percent: true }),
  numbersOf({ thousands: ',', currency: true, negatives: ['parentheses'] }),
  numbersOf({ decimal: ',', thousands: '.', currency: true }),
];

const dayPatterns = [
  '%d/%m/%Y',
  '%m/%d/%Y',
  '%d.%m.%Y',
  '%d-%m-%Y',
  '%m-%d-%Y',
  '%Y%m%d',
  '%d %b %Y',
  '%d-%b-%Y',
  '%b %d, %Y',
  '%B %d, %Y',
  '%b %d %Y',
  '%B %d %Y',
  '%d %B %Y',
];
const shortPatterns = ['%d/%m/%y', '%m/%d/%y', '%d.%m.%y', '%d-%m-%y', '%m-%d-%y', '%d-%b-%y'];
const timePatterns = [
  '',
  ' %H:%M',
  ' %H:%M:%S',
  ' %I:%M %p',
  ' %I:%M:%S %p',
  ', %I:%M:%S %p',
  ' %H:%M %z',
  ' %H:%M:%S %z',
];

/**
 * The ways to write dates that are tried: ISO 8601 first, day before month, four digits of a year before two.
 *
 * @param pivot the first of the hundred years that two digits may mean
 */
export const dateForms = (pivot: number): readonly DateSettings[] => [
  {},
  ...dayPatterns.flatMap((day) => timePatterns.map((time) => ({ format: `${day}${time}` }))),
  ...shortPatterns.flatMap((day) => timePatterns.map((time) => ({ format: `${day}${time}`, pivot }))),
];

/** A regular expression of JavaScript for the texts that a form may read. */
const formRegex = ({ format }: DateSettings): RegExp =>
  typeof format === 'string'
    ? new RegExp(`^(?:${patternRegex(format).replaceAll(/\\x\{([0-9a-f]+)\}/g, '\\u{$1}')})$`, 'u')
    : /^\d{4}[-/]\d{1,2}[-/]\d{1,2}/;

/** The forms that may read most of some texts: to try all of them in the engine takes seconds for each column. */
export function likelyForms(values: readonly CountedValue[], forms: readonly DateSettings[]): readonly DateSettings[] {
  const all = values.reduce((sum, { count }) => sum + count, 0);
  return forms.filter((form) => {
    const regex = formRegex(form);
    const read = values.reduce((sum, { value, count }) => (regex.test(value) ? sum + count : sum), 0);
    return all > 0 && read >= 0.9 * all;
  });
}

const sumIf = (condition: string, name: string): string => `coalesce(sum(n) FILTER (WHERE ${condition}), 0) AS ${name}`;

/** SQL of the texts of a column with their counts: `value`, `n`. @param rows a relation with trimmed texts, empty ones NULL */
const valuesSql = (column: string, rows: string): string =>
  `SELECT ${ident(column)} AS value, count(*) AS n FROM ${rows} WHERE ${ident(column)} IS NOT NULL GROUP BY 1`;

/** SQL of the counts of a column: one row. */
export const countsSql = (column: string, rows: string): string =>
  `SELECT coalesce(sum(n), 0) AS present, count(*) AS distinct_values, ${sumIf('n = 1', 'once')}, ` +
  `${sumIf(`value NOT IN (${texts(allWords)})`, 'others')} FROM (${valuesSql(column, rows)})`;

/** SQL of the most frequent texts of a column, and of the words that may mean "missing": `value`, `n`, `is_word`. */
export const frequentSql = (column: string, rows: string): string =>
  `WITH v AS (${valuesSql(column, rows)}) (SELECT value, n, false AS is_word FROM v ORDER BY n DESC, value LIMIT ${shownValues}) ` +
  `UNION ALL (SELECT value, n, true FROM v WHERE value IN (${texts(allWords)}) ORDER BY value)`;

/** SQL of the texts that are read in every possible way: an even choice where there are many. */
const triedValuesSql = (column: string, rows: string): string =>
  `SELECT value, n FROM (${valuesSql(column, rows)}) WHERE value NOT IN (${texts(allWords)}) ORDER BY hash(value) LIMIT ${triedValues}`;

/** SQL of what the texts of a column look like: one row, with `n0` … for the rows that each notation of numbers reads. */
export function triedSql(column: string, rows: string): string {
  const isWhole = `regexp_full_match(value, '-?[0-9]+')`;
  return (
    `SELECT coalesce(sum(n), 0) AS tried, coalesce(max(length(value)), 0) AS longest, ` +
    `min(${numberSql('value')}) AS least, max(${numberSql('value')}) AS greatest, ` +
    `coalesce(avg(len(string_split_regex(value, ${text('\\s+')}))), 0) AS words, ${sumIf(isWhole, 'whole')}, ` +
    `${sumIf(`${isWhole} AND regexp_matches(value, '^-?0[0-9]')`, 'leading_zero')}, ` +
    notations.map((settings, i) => sumIf(`isfinite(${numberSql('value', settings)})`, `n${i}`)).join(', ') +
    ` FROM (${triedValuesSql(column, rows)})`
  );
}

const clock = '[T ][0-9]{1,2}:[0-9]{2}';
const midnight = '[T ](00?:00(:00([.]0+)?)?|12:00(:00)? [AaPp][Mm])$';
const offset = `${clock}(:[0-9]{2}([.][0-9]+)?)? ?(Z|UTC|[-+][0-9]{2}(:?[0-9]{2})?)$`;
const matches = (regex: string): string => `regexp_matches(value, ${text(regex)})`;

/** SQL of how many of the tried rows each form of dates reads: one row, with `d0` …, and of the clocks, `local_clock` and `offset_clock`. */
export const datesSql = (column: string, rows: string, forms: readonly DateSettings[]): string =>
  `SELECT ${[
    ...forms.map((settings, i) => sumIf(`NOT coalesce(${unusableTime(timeSql('value', settings))}, true)`, `d${i}`)),
    sumIf(`${matches(clock)} AND NOT ${matches(midnight)} AND NOT ${matches(offset)}`, 'local_clock'),
    sumIf(matches(offset), 'offset_clock'),
  ].join(', ')} FROM (${triedValuesSql(column, rows)})`;
