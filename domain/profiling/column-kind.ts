import { columnWords } from '#domain/detectors/column-words';
import { formatCount, formatPercent } from '#domain/text/format-number';
import { upperFirst } from '#domain/text/upper-first';
import { defaultBooleans } from '#domain/values/booleans';
import { type DateSettings, formatsOf } from '#domain/values/dates';
import { type Numbers, plainNumbers } from '#domain/values/numbers';
import { type ColumnFacts, missingWords } from './column-facts.ts';

/** How the texts of a column are read, and why. */
export type ColumnKind = {
  readonly because: string;
  /** Words of this column that mean "missing". */
  readonly nullWords: readonly string[];
  /** Rows that cannot be read in this way. */
  readonly unread: number;
  /** What the author must decide, because the values do not say. */
  readonly doubt?: string;
} & (
  | { readonly kind: 'number'; readonly numbers: Numbers; readonly whole: boolean; readonly nullNumber?: number }
  | { readonly kind: 'datetime'; readonly dates: DateSettings }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'category' }
  | { readonly kind: 'text' }
  | { readonly kind: 'empty' }
);

/** The share of a column's texts that must be readable; the others become malformed rows, which are counted. */
const readable = 0.995;
/** So many texts of a column must begin with a zero before it counts as one of codes. */
const codeShare = 0.01;
/** Free text has this many words on average, and hardly ever repeats. */
const textWords = 4;
const textShare = 0.3;
/** Numbers that stand for "missing" by their look. */
const sentinels = [-1, -9, -99, -999, -9999, -99999, 999, 9999, 99999, 999999];

const timeNames = /\b(time|timestamp|ts|date|datetime|epoch|created|updated|at)\b/;
/** 1995-01-01 and 2040-01-01 in seconds since 1970. */
const epochSeconds = { first: 788_918_400, last: 2_208_988_800 } as const;

const most = <T extends { readonly read: number }>(ways: readonly T[]): T | undefined =>
  ways.reduce<T | undefined>((best, way) => (best === undefined || way.read > best.read ? way : best), undefined);

const sum = (words: ColumnFacts['words']): number => words.reduce((all, { count }) => all + count, 0);

/** A number in the place of "missing": far from all other values, and frequent. */
function sentinelOf({ top, present }: ColumnFacts): number | undefined {
  const known = top
    .map(({ value, count }) => ({ number: Number(value), count }))
    .filter(({ number }) => Number.isFinite(number));
  return sentinels.find((own) => {
    const found = known.find(({ number }) => number === own);
    if (!found || found.count < 0.005 * present || found.count < 3) return false;
    const rest = known.filter(({ number }) => number !== own).map(({ number }) => number);
    if (rest.length < 5) return false;
    const [low, high] = [Math.min(...rest), Math.max(...rest)];
    const span = Math.max(high - low, 1);
    return Math.abs(own) >= 9 && (own < 0 ? low >= 0 && own < low - 2 * span : own > high + 2 * span);
  });
}

/** What a form of dates looks like, for a comment. */
const shownForm = (dates: DateSettings): string =>
  formatsOf(dates)
    .map((own) => (typeof own === 'string' ? own : `epoch in ${own.epoch}`))
    .join(', ');

/** How times of the day stand to UTC: what is to be set, what is seen, and what the values do not say. */
function clockOf({ clocks: { local, offset } }: ColumnFacts) {
  if (local === 0) {
    if (offset === 0) return { what: 'dates', settings: {}, seen: '' };
    return {
      what: 'times',
      settings: {},
      seen: ' with an offset, so each is an instant; parts of it are those of UTC',
    };
  }
  const [which, seen] = offset === 0 ? ['these', ' without an offset'] : ['those without', ', some without an offset'];
  return {
    what: 'times',
    settings: { zone: 'UTC' },
    seen,
    doubt: `are ${which} in UTC? Otherwise name the zone in which they were written, such as Europe/Berlin: hours, days and the order of rows depend on it`,
  };
}

function asDate(facts: ColumnFacts): ColumnKind | undefined {
  const { dates, tried, others } = facts;
  const best = most(dates);
  if (!best || tried === 0 || best.read < readable * tried) return undefined;
  const alike = dates.filter(({ read, settings }) => read === best.read && settings !== best.settings);
  const rival = alike.find(({ settings }) => shownForm(settings).length === shownForm(best.settings).length);
  const clock = clockOf(facts);
  const { format, pivot } = best.settings;
  const which =
    pivot === undefined
      ? rival && `every value is also one of ${shownForm(rival.settings)}: which of day and month is first?`
      : `years of two digits: ${pivot} is the first that they may mean`;
  const doubts = [which, clock.doubt].filter((own) => own !== undefined);
  return {
    kind: 'datetime',
    dates: { ...best.settings, ...clock.settings },
    nullWords: facts.words.map(({ value }) => value),
    unread: Math.round((1 - best.read / tried) * others),
    because: `${clock.what} ${format === undefined ? 'in ISO 8601' : `as ${shownForm(best.settings)}`}${clock.seen}`,
    ...(doubts.length === 0 ? {} : { doubt: doubts.map((own, i) => (i === 0 ? own : upperFirst(own))).join('. ') }),
  };
}

/** Seconds or milliseconds since 1970, where the name says that the column is a time. */
function asEpoch({ name, min, max, others }: ColumnFacts, nullWords: readonly string[]): ColumnKind | undefined {
  if (min === null || max === null || !timeNames.test(columnWords(name))) return undefined;
  const within = (factor: number) => min >= epochSeconds.first * factor && max <= epochSeconds.last * factor;
  const epoch = within(1) ? 'seconds' : within(1000) ? 'milliseconds' : undefined;
  if (epoch === undefined || others === 0) return undefined;
  return {
    kind: 'datetime',
    dates: { format: { epoch } },
    nullWords,
    unread: 0,
    because: `${epoch} since 1970 in UTC`,
  };
}

const isPlain = (numbers: Numbers): boolean => numbers === plainNumbers;

/** In words; not the least and the greatest number, which belong to somebody. */
function describeNotation({ decimal, thousands, currency, percent }: Numbers, whole: boolean): string {
  const parts = [
    decimal === ',' ? 'a decimal comma' : undefined,
    thousands === undefined ? undefined : `groups by ${JSON.stringify(thousands)}`,
    currency === false ? undefined : 'a currency',
    percent ? 'a percent sign' : undefined,
  ].filter((part) => part !== undefined);
  const numbers = whole ? 'whole numbers' : 'numbers';
  return parts.length === 0 ? numbers : `${numbers} with ${parts.join(' and ')}`;
}

/**
 * How the texts of a column are read: the narrowest kind that reads nearly all of them.
 *
 * @returns the kind with its settings and the reason; words for "missing" are those that the other values make plain
 */
export function kindOfColumn(facts: ColumnFacts): ColumnKind {
  const { present, words, others, tried, numbers, whole, leadingZero, distinct, once, meanWords, top } = facts;
  const spelt = words.map(({ value }) => value);
  if (present === 0 || others === 0) {
    const because = present === 0 ? 'no value at all' : 'nothing but words for "missing"';
    return { kind: 'empty', because, nullWords: spelt, unread: 0 };
  }
  const number = most(numbers.map((way) => ({ ...way })));
  const isNumber = number !== undefined && tried > 0 && number.read >= readable * tried;
  // eight digits that are all days of two centuries
  const isDay =
    isNumber &&
    whole === tried &&
    facts.min !== null &&
    facts.min >= 19_000_101 &&
    facts.max !== null &&
    facts.max <= 21_001_231;
  const date = !isNumber || isDay ? asDate(facts) : asEpoch(facts, spelt);
  if (date !== undefined) return date;
  if (isNumber && leadingZero >= Math.max(1, codeShare * tried))
    return { kind: 'category', because: 'digits with leading zeros: codes, no amounts', nullWords: spelt, unread: 0 };
  if (isNumber) {
    const nullNumber = isPlain(number.settings) ? sentinelOf(facts) : undefined;
    const missing = sum(words);
    const seen = [
      `${describeNotation(number.settings, whole === tried)}, ${formatCount(distinct - words.length)} different`,
      ...(missing === 0 ? [] : [`${formatPercent(missing / facts.rows)} ${spelt.join(', ')}`]),
      ...(nullNumber === undefined ? [] : [`${nullNumber} is far from all others and seems to mean "missing"`]),
    ];
    return {
      kind: 'number',
      numbers: number.settings,
      whole: whole === tried,
      nullWords: spelt,
      unread: Math.round((1 - number.read / tried) * others),
      because: seen.join('; '),
      ...(nullNumber === undefined ? {} : { nullNumber }),
    };
  }
  const values = top
    .map(({ value }) => value.toLowerCase())
    .filter((value) => !spelt.map((w) => w.toLowerCase()).includes(value));
  const strong = spelt.filter((word) => (missingWords.strong as readonly string[]).includes(word));
  const codes = top.filter(({ value }) => /^[A-Z]{2}$/.test(value)).length;
  // Namibia is no missing country
  const nullWords = codes * 2 > top.length ? strong.filter((word) => word !== 'NA') : strong;
  const { true: yes, false: no } = defaultBooleans;
  const isBoolean = values.length === 2 && values.some((v) => yes.includes(v)) && values.some((v) => no.includes(v));
  if (isBoolean && distinct - words.length <= 4)
    return { kind: 'boolean', because: `only ${values.join(' and ')}`, nullWords, unread: 0 };
  if (meanWords >= textWords && once > textShare * distinct && distinct > 20)
    return {
      kind: 'text',
      because: `${Math.round(meanWords)} words on average, ${formatCount(distinct)} different`,
      nullWords,
      unread: 0,
    };
  return { kind: 'category', because: `${formatCount(distinct)} different texts`, nullWords, unread: 0 };
}
