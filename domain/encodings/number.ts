import * as z from 'zod';
import { double } from '#domain/sql/literals';
import { allMissing, constant, type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';
import { missingFeature, missingIndicator } from './missing-indicator.ts';

const schema = fittedFeatureSchema('number', { fill: z.number().nullable().describe('replaces a missing value') });
type NumberFeature = z.output<typeof schema>;

const numberFeature = {
  name: 'number',
  schema,
  reads: 'DOUBLE',
  sql: ({ fill }, value) => (fill === null ? value : `coalesce(${value}, ${double(fill)})`),
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = {
  impute: z
    .union([z.enum(['median', 'mean', 'zero', 'none']), z.number()])
    .default('median')
    .meta({
      description:
        'What replaces a missing value: the median or the mean of the training rows, zero, or a number of your own. `none` leaves it missing.',
      examples: ['median', -1],
    }),
  indicator: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether to add a 0/1 input that says if the value was missing.', examples: [true] }),
};

/** An unchanged number, with missing values replaced. */
export const number = {
  name: 'number',
  type: 'number',
  label: 'Number',
  summary: 'The number as it is; a missing value is replaced, and may be marked by a 0/1 input of its own.',
  settings,
  features: [numberFeature, missingFeature],
  example: { role: 'feature', type: 'number', impute: 'median', indicator: true },
  leavesMissing: ({ impute }) => impute === 'none',
  needsMedian: ({ impute }) => impute === 'median',
  fit(source, { impute, indicator }, { train, trainMissing }, median) {
    const { count, min, max, mean } = train;
    if (count === 0) return allMissing;
    const hasMissing = trainMissing > 0;
    const fills = { median: median ?? mean, mean, zero: 0, none: null };
    const fill = typeof impute === 'number' ? impute : fills[impute];
    const varies = min !== max || (hasMissing && fill !== min);
    const value: NumberFeature[] = varies ? [{ kind: 'number', name: source, source, fill }] : [];
    const features = [...value, ...(indicator && hasMissing ? [missingIndicator(source)] : [])];
    return features.length > 0 ? { features } : constant;
  },
} as const satisfies Encoding<'number', typeof settings>;
