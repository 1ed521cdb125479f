import * as z from 'zod';
import type { PrivacyAction } from './privacy-action.ts';

const settings = {
  keepFirst: z
    .int()
    .min(0)
    .max(8)
    .default(0)
    .meta({ description: 'How many leading characters stay.', examples: [1] }),
  keepLast: z
    .int()
    .min(0)
    .max(8)
    .default(0)
    .meta({ description: 'How many trailing characters stay.', examples: [2] }),
};

/** The readable part of a mask, in characters (Unicode code points). */
type MaskSettings = z.output<z.ZodObject<typeof settings>>;

const stars = '***';

/**
 * SQL that masks a VARCHAR expression: the kept characters around `***`, which also hides the length. If the kept characters
 * would be more than half of the value, it is masked completely. NULL stays NULL.
 */
export function maskSql(value: string, { keepFirst, keepLast }: MaskSettings): string {
  const kept = [
    ...(keepFirst > 0 ? [`left(${value}, ${keepFirst})`] : []),
    `'${stars}'`,
    ...(keepLast > 0 ? [`right(${value}, ${keepLast})`] : []),
  ];
  return `CASE WHEN length(${value}) < ${2 * (keepFirst + keepLast)} THEN '${stars}' WHEN ${value} IS NOT NULL THEN ${kept.join(' || ')} END`;
}

/** The first and last characters stay readable. */
export const mask = {
  name: 'mask',
  label: 'masked',
  summary: 'A few first and last characters stay, never more than half of the value. `***` stands for the rest.',
  roles: ['pii'],
  settings,
  example: { role: 'pii', action: 'mask', keepLast: 2 },
  clean: (own) => ({ kind: 'text', sql: (typed) => maskSql(typed, own) }),
} as const satisfies PrivacyAction<typeof settings>;
