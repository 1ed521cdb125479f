import {
  allMissing,
  constant,
  type Encoding,
  type FittedFeatureKind,
  fittedFeatureSchema,
} from '#domain/encodings/encoding';

const schema = fittedFeatureSchema('log', {});

const logFeature = {
  name: 'log',
  schema,
  reads: 'DOUBLE',
  sql: (_, value) => `sign(${value}) * ln(1 + abs(${value}))`,
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = {};

export const log = {
  name: 'log',
  type: 'number',
  label: 'Logarithm',
  summary: 'The logarithm of 1 plus the size of the number, with its sign; a missing value stays missing.',
  settings,
  features: [logFeature],
  example: { role: 'feature', type: 'number', encode: 'log' },
  fit(source, _, { train, trainMissing }) {
    if (train.count === 0) return allMissing;
    if (train.min === train.max && trainMissing === 0) return constant;
    return { features: [{ kind: 'log', name: `log(${source})`, source }] };
  },
} as const satisfies Encoding<'number', typeof settings>;
