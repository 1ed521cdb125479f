import * as z from 'zod';
import { allMissing, constant, type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';

const schema = fittedFeatureSchema('boolean', { fill: z.union([z.literal(0), z.literal(1)]).nullable() });
type BooleanFeature = z.output<typeof schema>;

const booleanFeature = {
  name: 'boolean',
  schema,
  reads: 'BOOLEAN',
  sql({ fill }, value) {
    const code = `CAST(${value} AS INTEGER)`;
    return fill === null ? code : `coalesce(${code}, ${fill})`;
  },
  watched: ({ name }) => ({
    as: 'category',
    column: name,
    category: (encoded) => (Number.isNaN(encoded) ? null : encoded === 1 ? 'true' : 'false'),
  }),
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = {
  impute: z
    .union([z.enum(['mode', 'false', 'none']), z.literal(false)])
    .default('none')
    .meta({
      description:
        'What replaces a missing value: the more frequent one of the training rows, or `false`. `none` leaves it missing.',
      examples: ['mode', false],
    }),
};

/** True is 1, false is 0. */
export const boolean = {
  name: 'boolean',
  type: 'boolean',
  label: 'Boolean',
  summary: 'True is 1 and false is 0.',
  settings,
  features: [booleanFeature],
  example: { role: 'feature', type: 'boolean', impute: 'mode' },
  leavesMissing: ({ impute }) => impute === 'none',
  fit(source, { impute }, { trueCount, falseCount, trainMissing }) {
    if (trueCount + falseCount === 0) return allMissing;
    const fills = { mode: trueCount > falseCount ? 1 : 0, false: 0, none: null } as const;
    const fill = fills[`${impute}`];
    const only = trueCount === 0 ? 0 : falseCount === 0 ? 1 : undefined;
    const varies = only === undefined || (trainMissing > 0 && fill !== only);
    const feature: BooleanFeature = { kind: 'boolean', name: source, source, fill };
    return varies ? { features: [feature] } : constant;
  },
} as const satisfies Encoding<'boolean', typeof settings>;
