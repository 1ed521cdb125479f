import type * as z from 'zod';
import { type FittedFeatureKind, pairFeatureSchema } from './encoding.ts';
import { crossName, type Interaction, isNumeric } from './interaction.ts';
import { withinFloat32 } from './numbers.ts';

const schema = pairFeatureSchema('product', {}).describe('one number times the other');
type ProductFeature = z.output<typeof schema>;

const productFeature = {
  name: 'product',
  schema,
  reads: 'DOUBLE',
  sql: (_, value, { other }) => withinFloat32(`(${value} * ${other})`),
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof schema>;

/** Two numbers, multiplied. */
export const product = {
  name: 'product',
  label: 'Product',
  summary: 'One number times the other; true is 1. Missing where one of them is.',
  takes: (first, second) => isNumeric(first) && isNumeric(second) && (first === 'number' || second === 'number'),
  leavesMissing: true,
  needsPairs: false,
  features: [productFeature],
  example: ['income', 'age'],
  fit: ([source, other]): ProductFeature[] => [{ kind: 'product', name: crossName([source, other]), source, other }],
} as const satisfies Interaction;
