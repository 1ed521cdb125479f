import type * as z from 'zod';
import { type FittedFeatureKind, pairFeatureSchema } from './encoding.ts';
import type { Interaction } from './interaction.ts';

const schema = pairFeatureSchema('elapsed', {}).describe('days from the first time to the second');
type ElapsedFeature = z.output<typeof schema>;

const elapsedFeature = {
  name: 'elapsed',
  schema,
  reads: 'TIMESTAMP',
  sql: (_, value, { other }) => `((epoch(${other}) - epoch(${value})) / 86400)`,
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof schema>;

/** The days between two times. */
export const elapsed = {
  name: 'elapsed',
  label: 'Elapsed days',
  summary:
    'Days from the first time to the second, with fractions; negative where the second is earlier. Missing where one of them is.',
  takes: (first, second) => first === 'datetime' && second === 'datetime',
  leavesMissing: true,
  needsPairs: false,
  features: [elapsedFeature],
  example: ['opened_at', 'asked_at'],
  fit: ([source, other]): ElapsedFeature[] => [
    { kind: 'elapsed', name: `days from ${source} to ${other}`, source, other },
  ],
} as const satisfies Interaction;
