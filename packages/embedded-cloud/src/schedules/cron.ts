/** A cron expression of EventBridge: which minutes, hours and days it names. */
export interface Cron {
  /** Ascending, 0-59. */
  readonly minutes: readonly number[];
  /** Ascending, 0-23. */
  readonly hours: readonly number[];
  /** Ascending, 1-12. */
  readonly months: readonly number[];
  /** Ascending, 1970-2199. */
  readonly years: readonly number[];
  /** The days of a month (1-12) it names, ascending. */
  days(year: number, month: number): readonly number[];
}

interface FieldSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const minuteField: FieldSpec = { name: 'minutes', min: 0, max: 59 };
const hourField: FieldSpec = { name: 'hours', min: 0, max: 23 };
const dayField: FieldSpec = { name: 'day-of-month', min: 1, max: 31 };
const monthField: FieldSpec = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const weekdayField: FieldSpec = {
  name: 'day-of-week',
  min: 1,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};
const yearField: FieldSpec = { name: 'year', min: 1970, max: 2199 };

/** Why EventBridge would not accept an expression; the caller builds the AWS error. */
export class CronSyntaxError extends Error {
  override readonly name = 'CronSyntaxError';
}

const refuse = (field: FieldSpec, part: string): CronSyntaxError =>
  new CronSyntaxError(`"${part}" is not a value of the ${field.name} field (${field.min}-${field.max})`);

function readValue(field: FieldSpec, text: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + field.min;
  const n = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(n >= field.min && n <= field.max)) throw refuse(field, text);
  return n;
}

/** One comma-separated part: `*`, `5`, `1-5`, `0/15`, `1-20/5`. */
function expand(field: FieldSpec, part: string): number[] {
  const [range = '', step, ...rest] = part.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) throw refuse(field, part);
  let from = field.min;
  let to = field.max;
  if (range !== '*') {
    const [low = '', high, ...more] = range.split('-');
    if (more.length > 0) throw refuse(field, part);
    from = readValue(field, low);
    to = high === undefined ? (step === undefined ? from : field.max) : readValue(field, high);
    if (from > to) throw refuse(field, part);
  }
  const width = Number(step ?? 1);
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, i) => from + i * width);
}

const values = (field: FieldSpec, text: string): number[] =>
  [...new Set(text.split(',').flatMap((part) => expand(field, part)))].sort((a, b) => a - b);

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
/** 1 is Sunday. */
const weekday = (year: number, month: number, day: number): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

type DayRule = (year: number, month: number) => number[];

/** The weekday closest to a day without leaving the month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const last = daysIn(year, month);
  const at = weekday(year, month, day);
  if (at === 7) return day > 1 ? day - 1 : day + 2;
  if (at === 1) return day < last ? day + 1 : day - 2;
  return day;
}

function dayOfMonthRule(part: string): DayRule {
  if (part === 'L') return (year, month) => [daysIn(year, month)];
  const near = /^(\d{1,2})W$/.exec(part)?.[1];
  if (near !== undefined) {
    const day = readValue(dayField, near);
    return (year, month) => (day <= daysIn(year, month) ? [nearestWeekday(year, month, day)] : []);
  }
  const days = expand(dayField, part);
  return (year, month) => days.filter((day) => day <= daysIn(year, month));
}

function dayOfWeekRule(part: string): DayRule {
  const nth = /^(.+)#([1-5])$/.exec(part);
  const last = /^(.+)L$/.exec(part);
  const all = (year: number, month: number, wanted: readonly number[]) =>
    Array.from({ length: daysIn(year, month) }, (_, i) => i + 1).filter((day) =>
      wanted.includes(weekday(year, month, day)),
    );
  if (nth?.[1] !== undefined) {
    const wanted = readValue(weekdayField, nth[1]);
    const index = Number(nth[2]) - 1;
    return (year, month) => all(year, month, [wanted]).slice(index, index + 1);
  }
  if (last?.[1] !== undefined) {
    const wanted = readValue(weekdayField, last[1]);
    return (year, month) => all(year, month, [wanted]).slice(-1);
  }
  const wanted = part === 'L' ? [7] : expand(weekdayField, part);
  return (year, month) => all(year, month, wanted);
}

const union =
  (rules: readonly DayRule[]): DayRule =>
  (year, month) =>
    [...new Set(rules.flatMap((rule) => rule(year, month)))].sort((a, b) => a - b);

/**
 * Parses the six fields between the brackets of `cron(…)`: minutes, hours, day of month, month, day of week, year
 * (EventBridge user guide, "Cron expressions reference"). Exactly one of the two day fields is `?`.
 *
 * @throws CronSyntaxError
 */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, months, dayOfWeek, years] = fields;
  if (fields.length !== 6 || !minutes || !hours || !dayOfMonth || !months || !dayOfWeek || !years) {
    throw new CronSyntaxError('a cron expression has six fields: minutes hours day-of-month month day-of-week year');
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new CronSyntaxError('exactly one of day-of-month and day-of-week must be ?');
  }
  return {
    minutes: values(minuteField, minutes),
    hours: values(hourField, hours),
    months: values(monthField, months),
    years: values(yearField, years),
    days:
      dayOfWeek === '?'
        ? union(dayOfMonth.split(',').map(dayOfMonthRule))
        : union(dayOfWeek.split(',').map(dayOfWeekRule)),
  };
}
