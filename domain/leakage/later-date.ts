import { formatPercent } from '#domain/text/format-number';
import type { LeakageCheck } from './leakage-check.ts';

const dayMs = 24 * 3600 * 1000;
const least = 0.05;

export const laterDate = {
  name: 'later-date',
  summary: 'A date that lies after `dataset.time`: it was not known when the row was.',
  find({ columns, times }) {
    if (times === undefined) return [];
    return columns.flatMap(({ name, kind, values }) => {
      if (kind !== 'datetime') return [];
      const later = values.filter((value, row) => {
        const at = times[row];
        // a date without a time of day may be the same day's
        return typeof value === 'number' && typeof at === 'number' && value > at + dayMs;
      });
      const share = later.length / Math.max(1, values.length);
      if (share < least) return [];
      return [{ column: name, reason: `it lies after dataset.time in ${formatPercent(share)} of the rows` }];
    });
  },
} as const satisfies LeakageCheck;
