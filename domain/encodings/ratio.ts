import type * as z from 'zod';
import { type FittedFeatureKind, pairFeatureSchema } from './encoding.ts';
import type { Interaction } from './interaction.ts';
import { withinFloat32 } from './numbers.ts';

const schema = pairFeatureSchema('ratio', {}).describe('one number divided by the other');
type RatioFeature = z.output<typeof schema>;

const ratioFeature = {
  name: 'ratio',
  schema,
  reads: 'DOUBLE',
  sql: (_, value, { other }) => withinFloat32(`(${value} / nullif(${other}, 0))`),
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof schema>;

/** Two numbers, divided. */
export const ratio = {
  name: 'ratio',
  label: 'Ratio',
  summary: 'The first number divided by the second. Missing where one of them is, or the second is zero.',
  takes: (first, second) => first === 'number' && second === 'number',
  leavesMissing: true,
  needsPairs: false,
  features: [ratioFeature],
  example: { of: ['debt', 'income'], as: 'ratio' },
  fit: ([source, other]): RatioFeature[] => [{ kind: 'ratio', name: `${source} / ${other}`, source, other }],
} as const satisfies Interaction;
