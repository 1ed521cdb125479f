import { ConfigurationError } from '#domain/errors';
import { count } from '#domain/text/numbers';

/** A stretch of time: `from` inclusive, `to` exclusive, ISO 8601 in UTC. */
export interface TimeSpan {
  readonly from: string;
  readonly to: string;
}

const hour = 3_600_000;
/** More windows than anybody reads, and each is counted and judged. */
export const mostWindows = 1000;

/**
 * Cuts the time of some rows into windows of one length, which touch and do not overlap. Windows of days begin at midnight UTC, others at
 * a full hour.
 *
 * @param first time of the first row, ISO 8601; `last` that of the last one, which is in the last window
 * @param length hours or days, as `drift.window` has them: `24h`, `7d`
 * @throws ConfigurationError when that makes more than 1,000 windows
 */
export function cutWindows(
  { first, last }: { readonly first: string; readonly last: string },
  length: string,
): TimeSpan[] {
  const unit = length.endsWith('d') ? 24 * hour : hour;
  const step = Number.parseInt(length, 10) * unit;
  const start = Math.floor(Date.parse(first) / unit) * unit;
  const windows = Math.floor((Date.parse(last) - start) / step) + 1;
  if (windows > mostWindows) {
    throw new ConfigurationError(
      `The rows reach from ${first} to ${last}: windows of ${length} would be ${count(windows)}, and at most ${count(mostWindows)} are compared. Give a longer --window, or fewer files.`,
    );
  }
  const at = (ms: number): string => new Date(ms).toISOString();
  return Array.from({ length: windows }, (_, i) => ({ from: at(start + i * step), to: at(start + (i + 1) * step) }));
}
