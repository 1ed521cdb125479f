/** Converts between instants and the wall clock of a time zone. Wall times are `Date.UTC` of what the wall clock shows. */
export interface TimeZone {
  /** What the wall clock shows at an instant. */
  toWall(instant: number): number;
  /** The first instant at which the wall clock shows this, or undefined when it never does (spring forward). */
  fromWall(wall: number): number | undefined;
}

const utc: TimeZone = { toWall: (instant) => instant, fromWall: (wall) => wall };
const day = 86_400_000;

/** @throws RangeError for a name that is not in the IANA time-zone database. */
export function timeZone(name: string): TimeZone {
  if (name === 'UTC' || name === 'Etc/UTC') return utc;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const toWall = (instant: number): number => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, date, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
  };
  return {
    toWall,
    fromWall: (wall) => {
      // Whatever the zone's offset is at that time, it was in force a day before or will be a day after.
      const offsets = [wall - day, wall + day].map((near) => toWall(near) - near);
      return offsets
        .map((offset) => wall - offset)
        .filter((instant) => toWall(instant) === wall)
        .sort((a, b) => a - b)[0];
    },
  };
}
