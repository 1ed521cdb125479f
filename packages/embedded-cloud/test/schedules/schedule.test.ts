import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchedule } from '#src/schedules/schedule';
import { timeZone } from '#src/schedules/time-zone';

const start = Date.UTC(2026, 0, 1);
const nextAfter = (expression: string, from: string, zone = 'UTC') => {
  const next = parseSchedule(expression, { timeZone: zone, once: true }).next(Date.parse(from), start);
  return next === undefined ? 'never' : new Date(next).toISOString().slice(0, 16);
};

describe('rate', () => {
  test('counts from its anchor without drifting', () => {
    const hourly = parseSchedule('rate(1 hour)');
    expect(hourly.next(start, start)).toBe(start + 3_600_000);
    expect(hourly.next(start + 5 * 3_600_000 + 1, start)).toBe(start + 6 * 3_600_000);
  });
  test.each(['rate(1 hours)', 'rate(2 hour)', 'rate(0 minutes)', 'rate(5 seconds)', 'rate(1.5 hours)', 'every day'])(
    'refuses %s',
    (expression) => {
      expect(() => parseSchedule(expression)).toThrow(/ScheduleExpression is not valid/);
    },
  );
});

describe('cron', () => {
  test.each([
    ['cron(0 6 * * ? *)', '2026-01-01T06:00:00Z', '2026-01-02T06:00'],
    ['cron(0/15 * * * ? *)', '2026-01-01T06:14:59Z', '2026-01-01T06:15'],
    ['cron(0 18 ? * MON-FRI *)', '2026-01-02T18:00:00Z', '2026-01-05T18:00'],
    ['cron(0 8 1 * ? *)', '2026-01-01T08:00:00Z', '2026-02-01T08:00'],
    ['cron(0 0 L * ? *)', '2028-02-03T00:00:00Z', '2028-02-29T00:00'],
    ['cron(0 9 ? * 2#1 *)', '2026-01-06T00:00:00Z', '2026-02-02T09:00'],
    ['cron(0 9 ? * 6L *)', '2026-01-06T00:00:00Z', '2026-01-30T09:00'],
    ['cron(0 9 ? * L *)', '2026-01-06T00:00:00Z', '2026-01-10T09:00'],
    ['cron(0 9 1W * ? *)', '2026-01-31T00:00:00Z', '2026-02-02T09:00'],
    ['cron(0 9 31W * ? *)', '2026-02-01T00:00:00Z', '2026-03-31T09:00'],
    ['cron(30 10,22 ? JAN,jul SUN *)', '2026-02-01T00:00:00Z', '2026-07-05T10:30'],
    ['cron(0 0 29 2 ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    ['cron(0 0 30 2 ? *)', '2026-01-01T00:00:00Z', 'never'],
    ['cron(0 0 1 1 ? 2026)', '2026-01-01T00:00:00Z', 'never'],
  ])('%s after %s is %s', (expression, from, expected) => {
    expect(nextAfter(expression, from)).toBe(expected);
  });
  test.each([
    ['cron(0 6 * * * *)', /must be \?/],
    ['cron(0 6 ? * ? *)', /must be \?/],
    ['cron(0 6 * * ?)', /six fields/],
    ['cron(60 6 * * ? *)', /"60" is not a value of the minutes field/],
    ['cron(0 6 * FOO ? *)', /"FOO"/],
    ['cron(0 6 5-1 * ? *)', /"5-1"/],
    ['cron(0 6 1/0 * ? *)', /"1\/0"/],
  ])('refuses %s', (expression, message) => {
    expect(() => parseSchedule(expression)).toThrow(message);
  });
});

describe('time zones', () => {
  test('a wall-clock time follows daylight saving', () => {
    expect(nextAfter('cron(0 8 * * ? *)', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T06:00');
    expect(nextAfter('cron(0 8 * * ? *)', '2026-01-01T12:00:00Z', 'Europe/Berlin')).toBe('2026-01-02T07:00');
  });
  test('a time the clocks skip does not happen', () => {
    expect(nextAfter('cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30');
  });
  test('a time the clocks show twice happens once', () => {
    expect(nextAfter('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30');
    expect(nextAfter('cron(30 2 * * ? *)', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-26T01:30');
  });
  test('an unknown zone is refused', () => {
    expect(() => parseSchedule('rate(1 day)', { timeZone: 'Mars/Olympus' })).toThrow(/Timezone Mars\/Olympus/);
  });
});

describe('at', () => {
  test('happens once, in its zone', () => {
    expect(nextAfter('at(2026-06-01T12:00:00)', '2026-01-01T00:00:00Z', 'Asia/Tokyo')).toBe('2026-06-01T03:00');
    expect(nextAfter('at(2026-06-01T12:00:00)', '2026-06-01T03:00:00Z', 'Asia/Tokyo')).toBe('never');
  });
  test('is not for rules, and must be a real date', () => {
    expect(() => parseSchedule('at(2026-06-01T12:00:00)')).toThrow(/expected rate/);
    expect(() => parseSchedule('at(2026-02-30T12:00:00)', { once: true })).toThrow(/not a date/);
  });
});

describe('properties', () => {
  const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) });
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
  const field = (max: number, min = 0) => fc.oneof(fc.constant('*'), fc.integer({ min, max }).map(String));
  const cron = fc
    .tuple(field(59), field(23), field(28, 1), field(12, 1))
    .map(([m, h, d, mo]) => `cron(${m} ${h} ${d} ${mo} ? *)`);

  test('the next time is later, and there is no time in between', () => {
    fc.assert(
      fc.property(cron, zone, instant, fc.double({ min: 0, max: 1, noNaN: true }), (expression, timeZoneName, t, u) => {
        const schedule = parseSchedule(expression, { timeZone: timeZoneName });
        const next = schedule.next(t, start) ?? Number.NaN;
        expect(next).toBeGreaterThan(t);
        expect(schedule.next(t + Math.floor(u * (next - 1 - t)), start)).toBe(next);
      }),
    );
  });
  test('an expression has the same times as with croner, where croner accepts it', () => {
    const number = (min: number, max: number) => fc.integer({ min, max });
    const part = (min: number, max: number) =>
      fc.oneof(
        number(min, max).map(String),
        fc.tuple(number(min, max), number(min, max)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fc.tuple(number(min, max), number(2, 6)).map(([from, step]) => `${from}-${max}/${step}`),
      );
    const list = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.array(part(min, max), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
      );
    const dayOfMonth = fc.oneof(
      list(1, 31),
      fc.constant('L'),
      number(1, 31).map((day) => `${day}W`),
    );
    const dayOfWeek = fc.oneof(
      list(1, 7),
      fc.tuple(number(1, 7), number(1, 5)).map(([day, nth]) => `${day}#${nth}`),
      number(1, 7).map((day) => `${day}L`),
      fc.constantFrom('MON-FRI', 'SUN', 'TUE,THU'),
    );
    const days = fc.oneof(
      dayOfMonth.map((day) => [day, '?'] as const),
      dayOfWeek.map((day) => ['?', day] as const),
    );
    const year = fc.oneof(fc.constant('*'), fc.constantFrom('2030', '2024-2035', '2032-2199/4'));
    fc.assert(
      fc.property(
        fc.tuple(list(0, 59), list(0, 23), days, list(1, 12), year),
        instant,
        ([minutes, hours, [monthDay, weekDay], months, years], t) => {
          const fields = `${minutes} ${hours} ${monthDay} ${months} ${weekDay} ${years}`;
          const oracle = new Cron(`0 ${fields}`, { timezone: 'UTC', alternativeWeekdays: true, paused: true });
          const expected = oracle.nextRun(new Date(t));
          const found = parseSchedule(`cron(${fields})`).next(t, start);
          expect([fields, found]).toEqual([fields, expected?.getTime()]);
        },
      ),
    );
  });
  test('the wall clock shows what the expression says', () => {
    fc.assert(
      fc.property(fc.nat(59), fc.nat(23), zone, instant, (minute, hour, name, t) => {
        const next = parseSchedule(`cron(${minute} ${hour} * * ? *)`, { timeZone: name }).next(t, start);
        const wall = new Date(timeZone(name).toWall(next ?? 0));
        expect([wall.getUTCHours(), wall.getUTCMinutes()]).toEqual([hour, minute]);
      }),
    );
  });
  test('a rate keeps its distance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 90 }),
        fc.constantFrom('minutes', 'hours', 'days'),
        instant,
        (n, unit, t) => {
          const rate = parseSchedule(`rate(${n} ${unit})`);
          const first = rate.next(t, start) ?? 0;
          const period = n * { minutes: 60_000, hours: 3_600_000, days: 86_400_000 }[unit];
          expect(first > t && (t < start || first - t <= period)).toBe(true);
          expect((first - start) % period).toBe(0);
          expect(rate.next(first, start)).toBe(first + period);
        },
      ),
    );
  });
});
