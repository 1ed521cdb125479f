import { lengthHours } from '#domain/drift/windows/hours';

const dayMs = 86_400_000;

/** Full days from one to the one before another, `YYYY-MM-DD`. */
export interface DayWindow {
  readonly from: string;
  readonly to: string;
}

const dayNumber = (day: string): number => Math.floor(Date.parse(`${day}T00:00:00Z`) / dayMs);
const dayName = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);

/**
 * The windows that days lie in, the earliest first. Windows are as long as those of the checks of requests, in full days, and follow each
 * other from 1 January 1970 on: each day lies in one, however the outcomes arrive.
 *
 * @param length `drift.window`, such as `24h` or `7d`
 */
export function labelWindows(days: readonly string[], length: string): DayWindow[] {
  const size = Math.max(1, Math.ceil(lengthHours(length) / 24));
  const starts = new Set(days.map((day) => Math.floor(dayNumber(day) / size) * size));
  return [...starts].toSorted((a, b) => a - b).map((start) => ({ from: dayName(start), to: dayName(start + size) }));
}

/** The days of a window. */
export const daysOf = ({ from, to }: DayWindow): string[] =>
  Array.from({ length: dayNumber(to) - dayNumber(from) }, (_, i) => dayName(dayNumber(from) + i));
