const isoTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A date or time in ISO 8601 as ms since the epoch; undefined when it is none. Without an offset it is UTC. */
export function readTime(text: string): number | undefined {
  const found = isoTime.exec(text);
  if (!found) return undefined;
  const whole = text.replace(' ', 'T');
  const time = Date.parse(text.length > 10 && found[1] === undefined ? `${whole}Z` : whole);
  return Number.isNaN(time) ? undefined : time;
}

const unitMs = { h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `12h` or `30d`, in ms. */
export const durationMs = (text: string): number => Number(text.slice(0, -1)) * unitMs[text.at(-1) === 'h' ? 'h' : 'd'];

/** An age in whole hours below two days, else in days with one decimal. */
export const ageText = (ms: number): string =>
  Math.abs(ms) < 2 * unitMs.d ? `${Math.round(ms / unitMs.h)} hours` : `${Number((ms / unitMs.d).toFixed(1))} days`;
