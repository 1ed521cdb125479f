import * as z from 'zod';
import { EvaluationError } from '#domain/errors';
import { formatCount, formatPercent } from '#domain/text/format-number';
import { anonymityOf } from './anonymity-of.ts';
import type { GateKind } from './gate.ts';

interface LDiversityGate {
  readonly lDiversity: { readonly min: number };
}

/** The least number of labels in a group of rows with the same quasi-identifiers (Machanavajjhala et al. 2007). */
export const lDiversity = {
  name: 'lDiversity',
  summary: 'Each group of rows with the same quasi-identifiers has at least this many different labels.',
  example: { lDiversity: { min: 2 } },
  schema: () =>
    z.strictObject({
      lDiversity: z.strictObject({
        min: z
          .int()
          .min(2)
          .meta({ description: 'The least number of labels of a group.', examples: [2] }),
      }),
    }),
  judge({ lDiversity: { min } }, context) {
    const { l, oneLabel, columns } = anonymityOf(context, 'lDiversity');
    if (l === null || oneLabel === null)
      throw new EvaluationError('gate lDiversity: the label is a number, which has no classes');
    return {
      gate: `l-diversity ≥ ${min}`,
      kind: 'lDiversity',
      value: l,
      bound: min,
      interval: null,
      passed: l >= min,
      reason:
        `A group by ${columns.join(', ')} has as few as ${formatCount(l)} labels; at least ${formatCount(min)} are required. ` +
        `${formatPercent(oneLabel)} of the rows are in groups with a single label.`,
    };
  },
} as const satisfies GateKind<LDiversityGate>;
