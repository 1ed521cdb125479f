import { formatPercent } from '#domain/text/format-number';
import type { LeakageCheck, MeasuredColumn } from './leakage-check.ts';

/** Categories of which nearly each occurs once. */
const distinct = 0.95;
/** A counter leaves few numbers out. */
const dense = 1.5;

function isCounter({ values }: MeasuredColumn, rows: number): boolean {
  const numbers = values.filter((value): value is number => typeof value === 'number');
  if (numbers.length < values.length || !numbers.every(Number.isInteger)) return false;
  if (new Set(numbers).size < numbers.length) return false;
  const [low, high] = numbers.reduce(([a, b], n) => [Math.min(a, n), Math.max(b, n)], [Infinity, -Infinity]);
  return high - low + 1 <= dense * rows;
}

export const idLike = {
  name: 'id-like',
  summary: 'A column that names the row: categories that hardly occur twice, or a running number.',
  find: ({ columns, rows }) =>
    columns.flatMap((column) => {
      const { name, kind, values } = column;
      if (kind === 'number' && isCounter(column, rows)) return [{ column: name, reason: 'it is a running number' }];
      if (kind !== 'category') return [];
      const known = values.filter((value) => value !== null);
      const share = new Set(known).size / Math.max(1, known.length);
      if (known.length < values.length / 2 || share < distinct) return [];
      return [{ column: name, reason: `${formatPercent(share)} of its categories occur once: it names the row` }];
    }),
} as const satisfies LeakageCheck;
