import { dateOfBirth } from './date-of-birth.ts';
import type { Suspicion } from './examine-column.ts';

/** Dates of birth of grown people span decades; dates of events seldom do. */
const leastSpan = 35;
const leastValues = 50;

/**
 * A column of dates that could be dates of birth by their range alone: nine tenths of them span 35 years or more within the 20th and
 * early 21st century, and hardly any is repeated in order. Only a hint, because histories span decades too.
 *
 * @param values dates as `YYYY-MM-DD`
 */
export function examineDates(column: string, values: readonly string[]): Suspicion | undefined {
  if (values.length < leastValues) return undefined;
  const years = values.map((value) => Number(value.slice(0, 4))).toSorted((a, b) => a - b);
  const at = (share: number) => years[Math.floor(share * (years.length - 1))] ?? 0;
  const [low, high] = [at(0.05), at(0.95)];
  if (low < 1900 || high > 2025 || high - low < leastSpan) return undefined;
  const examined = values.length;
  return {
    column,
    kind: dateOfBirth.name,
    plural: dateOfBirth.plural,
    by: 'range',
    examined,
    found: examined,
    share: 1,
    examples: [dateOfBirth.masked()],
  };
}
