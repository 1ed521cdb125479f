import * as z from 'zod';
import { formatCount, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { anonymityOf } from './anonymity-of.ts';
import type { GateKind } from './gate.ts';

interface KAnonymityGate {
  readonly kAnonymity: { readonly min: number };
}

/** The smallest group of rows with the same quasi-identifiers (Sweeney 2002). */
export const kAnonymity = {
  name: 'kAnonymity',
  summary: 'At least this many rows share each combination of quasi-identifiers, as they are after their actions.',
  example: { kAnonymity: { min: 5 } },
  schema: () =>
    z.strictObject({
      kAnonymity: z.strictObject({
        min: z
          .int()
          .min(2)
          .meta({ description: 'The least number of rows of a group.', examples: [5] }),
      }),
    }),
  judge({ kAnonymity: { min } }, context) {
    const { k, groups, rowsBelow5, columns, perturbed = [] } = anonymityOf(context, 'kAnonymity');
    return {
      gate: `k-anonymity ≥ ${min}`,
      kind: 'kAnonymity',
      value: k,
      bound: min,
      interval: null,
      passed: k >= min,
      reason:
        `The smallest of ${formatCount(groups)} groups by ${columns.join(', ')} has ${counted(k, 'row')}; at least ${formatCount(min)} are required. ` +
        `${formatPercent(rowsBelow5)} of the rows are in groups of fewer than 5.` +
        (perturbed.length > 0
          ? ` Not grouped by, since each subject has values of its own: ${perturbed.join(', ')}.`
          : ''),
    };
  },
} as const satisfies GateKind<KAnonymityGate>;
