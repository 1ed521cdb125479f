import { AwsError } from '#src/cloud/service';
import { type Cron, CronSyntaxError, parseCron } from './cron.ts';
import { type TimeZone, timeZone } from './time-zone.ts';

/** When something is to happen, again and again or once. */
export interface Schedule {
  /**
   * The first time after `after` (exclusive), or undefined when there is none any more. Milliseconds since the epoch.
   * @param anchor for rates: the time they count from, usually when the schedule was made.
   */
  next(after: number, anchor: number): number | undefined;
}

const unitLength = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

const invalid = (expression: string, reason: string): AwsError =>
  new AwsError('ValidationException', `Parameter ScheduleExpression is not valid: ${expression}: ${reason}`);

function rate(expression: string, count: number, unit: keyof typeof unitLength, plural: boolean): Schedule {
  if (count < 1) throw invalid(expression, 'a rate is at least 1');
  if ((count === 1) === plural) throw invalid(expression, count === 1 ? `write rate(1 ${unit})` : `write ${unit}s`);
  const period = count * unitLength[unit];
  return { next: (after, anchor) => anchor + Math.max(1, Math.floor((after - anchor) / period) + 1) * period };
}

function nextCron(cron: Cron, zone: TimeZone, after: number): number | undefined {
  const wall = zone.toWall(after);
  const from = new Date(wall);
  const firstYear = from.getUTCFullYear();
  const firstMonth = from.getUTCMonth() + 1;
  const startOfDay = Date.UTC(firstYear, from.getUTCMonth(), from.getUTCDate());
  for (const year of cron.years) {
    if (year < firstYear) continue;
    for (const month of cron.months) {
      if (year === firstYear && month < firstMonth) continue;
      for (const day of cron.days(year, month)) {
        const date = Date.UTC(year, month - 1, day);
        // When clocks go back the same wall day continues: start with today, not with now.
        if (date < startOfDay) continue;
        for (const hour of cron.hours) {
          for (const minute of cron.minutes) {
            const instant = zone.fromWall(date + hour * 3_600_000 + minute * 60_000);
            if (instant !== undefined && instant > after) return instant;
          }
        }
      }
    }
  }
  return undefined;
}

function at(expression: string, text: string, zone: TimeZone): Schedule {
  const wall = Date.parse(`${text}Z`);
  const exists = !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(text);
  const instant = exists ? zone.fromWall(wall) : undefined;
  if (instant === undefined) throw invalid(expression, 'not a date and time of that time zone');
  return { next: (after) => (instant > after ? instant : undefined) };
}

/**
 * Reads `rate(5 minutes)`, `cron(0 6 * * ? *)` and, where allowed, `at(2026-01-31T06:00:00)`.
 *
 * A cron time that the zone's clock skips in spring does not happen; one it shows twice in autumn happens once
 * (EventBridge Scheduler user guide, "Daylight savings time").
 *
 * @param options.timeZone IANA name, `UTC` by default; rules of an event bus always run in UTC.
 * @param options.once whether `at(…)` is allowed (Scheduler: yes, rules: no).
 * @throws AwsError `ValidationException`
 */
export function parseSchedule(
  expression: string,
  options: { readonly timeZone?: string; readonly once?: boolean } = {},
): Schedule {
  let zone: TimeZone;
  try {
    zone = timeZone(options.timeZone ?? 'UTC');
  } catch {
    throw new AwsError('ValidationException', `Invalid Schedule Expression Timezone ${options.timeZone}`);
  }
  const rateParts = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rateParts) {
    return rate(expression, Number(rateParts[1]), rateParts[2] as keyof typeof unitLength, rateParts[3] === 's');
  }
  const cronText = /^cron\((.+)\)$/.exec(expression)?.[1];
  if (cronText !== undefined) {
    try {
      const cron = parseCron(cronText);
      return { next: (after) => nextCron(cron, zone, after) };
    } catch (error) {
      if (error instanceof CronSyntaxError) throw invalid(expression, error.message);
      throw error;
    }
  }
  const once = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/.exec(expression)?.[1];
  if (once !== undefined && options.once) return at(expression, once, zone);
  throw invalid(expression, `expected rate(…) or cron(…)${options.once ? ' or at(…)' : ''}`);
}
