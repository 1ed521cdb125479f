import * as z from 'zod';
import { stepDownSql } from './decimal-step.ts';
import type { CleanedColumn, PrivacyAction } from './privacy-action.ts';

const settings = {
  keepFirst: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .meta({
      description:
        'Text: how many leading characters stay. A row with a text that is no longer is malformed, because it would stay whole.',
      examples: [3],
    }),
  binWidth: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Numbers: round down to a multiple of this.', examples: [5] }),
  truncateTo: z
    .enum(['year', 'month', 'day'])
    .optional()
    .meta({ description: 'Dates: keep the value down to this unit.', examples: ['month'] }),
};

/** How a quasi-identifier is coarsened: exactly one of the three is set. */
type GeneralizeSettings = z.output<z.ZodObject<typeof settings>>;

const exactlyOne = 'generalize needs exactly one of keepFirst, binWidth, truncateTo';

/**
 * The coarsened value: the first characters of a text, a number rounded down to a multiple of the width, or a timestamp truncated
 * to its unit. A text no longer than the kept length is refused, because it would be kept whole.
 *
 * @throws TypeError when none of the three is set
 */
export function generalized({ keepFirst, binWidth, truncateTo }: GeneralizeSettings): CleanedColumn {
  if (keepFirst !== undefined) {
    return {
      kind: 'category',
      // a refused value never leaves the raw zone, and even so no text is kept whole
      sql: (v) => `left(${v}, greatest(0, least(${keepFirst}, length(${v}) - 1)))`,
      refusals: [
        {
          reason: `a text no longer than keepFirst (${keepFirst}), which would stay whole`,
          condition: (v) => `length(${v}) <= ${keepFirst}`,
        },
      ],
    };
  }
  if (binWidth !== undefined) {
    return { kind: 'number', sql: (v) => stepDownSql(v, binWidth) };
  }
  if (truncateTo !== undefined) {
    return { kind: 'datetime', sql: (v) => `CAST(date_trunc('${truncateTo}', ${v}) AS TIMESTAMP)` };
  }
  throw new TypeError(exactlyOne);
}

/** The value is coarsened. */
export const generalize = {
  name: 'generalize',
  label: 'generalized',
  summary:
    'The value is coarsened: the first characters of a text, a bin of a number, the month of a date. Set exactly one of the three.',
  roles: ['quasi'],
  settings,
  example: { role: 'quasi', action: 'generalize', keepFirst: 3, feature: { type: 'category' } },
  problem: (own) =>
    [own.keepFirst, own.binWidth, own.truncateTo].filter((v) => v !== undefined).length === 1 ? undefined : exactlyOne,
  clean: generalized,
} as const satisfies PrivacyAction<typeof settings>;
