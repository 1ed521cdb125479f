import * as z from 'zod';
import { allMissing, constant, type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';
import { missingFeature, missingIndicator } from './missing-indicator.ts';
import { filled, fillOf, numberSettings } from './numbers.ts';
import { fitScaled, type ScaledFeature, scaledFeature, scalingQuantiles, scalingSettings } from './scaled.ts';

const schema = fittedFeatureSchema('number', { fill: z.number().nullable().describe('replaces a missing value') });
type NumberFeature = z.output<typeof schema>;

const numberFeature = {
  name: 'number',
  schema,
  reads: 'DOUBLE',
  sql: ({ fill }, value) => filled(value, fill),
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = { ...numberSettings, ...scalingSettings };

/** A number as it is or scaled, with missing values replaced. */
export const number = {
  name: 'number',
  type: 'number',
  label: 'Number',
  summary:
    'The number as it is, or made even and scaled; a missing value is replaced, and may be marked by a 0/1 input of its own.',
  settings,
  features: [numberFeature, scaledFeature, missingFeature],
  example: { role: 'feature', type: 'number', impute: 'median', indicator: true },
  leavesMissing: ({ impute }) => impute === 'none',
  quantiles: (own) => [...(own.impute === 'median' ? [0.5] : []), ...scalingQuantiles(own)],
  fit(source, own, { train, trainMissing }, quantiles) {
    const { count, min, max, mean } = train;
    if (count === 0) return allMissing;
    const hasMissing = trainMissing > 0;
    const fill = fillOf(own.impute, mean, quantiles);
    const varies = min !== max || (hasMissing && fill !== min);
    const plain: NumberFeature = { kind: 'number', name: source, source, fill };
    const isPlain = own.power === 'none' && own.scale === 'none';
    const value = (): NumberFeature | ScaledFeature =>
      isPlain ? plain : fitScaled(source, fill, own, train, quantiles);
    const features = [...(varies ? [value()] : []), ...(own.indicator && hasMissing ? [missingIndicator(source)] : [])];
    return features.length > 0 ? { features } : constant;
  },
} as const satisfies Encoding<'number', typeof settings>;
