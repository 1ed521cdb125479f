import * as z from 'zod';
import { double } from '#domain/sql/literals';
import type { Moments } from '#schemas/records/profile';
import { type FittedFeatureKind, fittedFeatureSchema, type Quantiles } from './encoding.ts';
import { filled, withinFloat32 } from './numbers.ts';
import { fitYeoJohnson, type Power, powerOf, powerSql, spreadOf } from './power.ts';

/** How a number is made more even, and brought to a common scale. */
export const scalingSettings = {
  power: z
    .enum(['none', 'log', 'yeo-johnson'])
    .default('none')
    .meta({
      description:
        'What makes a skewed number more even, before it is scaled. `log` is sign(x) · ln(1 + |x|). `yeo-johnson` fits its exponent on the training rows. Both take any number, zero and negative ones included.',
      examples: ['log', 'yeo-johnson'],
    }),
  scale: z
    .enum(['none', 'standard', 'robust'])
    .default('none')
    .meta({
      description:
        'What the number is scaled by. `standard` subtracts the mean of the training rows and divides by their standard deviation; `robust` subtracts the median and divides by the range between the quartiles, so that outliers have no say.',
      examples: ['standard', 'robust'],
    }),
};
type ScalingSettings = z.output<z.ZodObject<typeof scalingSettings>>;

const schema = fittedFeatureSchema('scaled', {
  fill: z.number().nullable().describe('replaces a missing value'),
  power: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('log') }),
    z.object({ kind: z.literal('yeo-johnson'), lambda: z.number() }),
  ]),
  center: z.number().describe('is subtracted, after the power'),
  spread: z.number().positive().describe('what is left is divided by it'),
}).describe('the number, made even and scaled');
export type ScaledFeature = z.output<typeof schema>;

export const scaledFeature = {
  name: 'scaled',
  schema,
  reads: 'DOUBLE',
  sql({ fill, power, center, spread }, value) {
    const whole = filled(value, fill);
    const even = power.kind === 'none' ? whole : powerSql(power, whole);
    return withinFloat32(`(${even} - ${double(center)}) / ${double(spread)}`);
  },
  watched: () => ({ as: 'number', transformed: true }),
} as const satisfies FittedFeatureKind<typeof schema>;

/** The quantiles that stand for all training rows where a power is fitted: the middles of 500 equal shares. */
const grid = Array.from({ length: 500 }, (_, i) => (i + 0.5) / 500);

/** The quantiles of the training rows that fitting needs. */
export const scalingQuantiles = ({ power, scale }: ScalingSettings): readonly number[] => [
  ...(scale === 'robust' ? [0.25, 0.5, 0.75] : []),
  ...(power === 'yeo-johnson' || (power === 'log' && scale === 'standard') ? grid : []),
];

const usable = (value: number): boolean => Number.isFinite(value) && value > 0;

/**
 * Fits how a number is scaled. What does not vary is divided by 1, as in scikit-learn (`_handle_zeros_in_scale`).
 *
 * @param moments of the training rows
 * @param quantiles of them: those of `scalingQuantiles`, where the sample has values
 */
export function fitScaled(
  source: string,
  fill: number | null,
  { power, scale }: ScalingSettings,
  { count, mean, m2 }: Pick<Moments, 'count' | 'mean' | 'm2'>,
  quantiles: Quantiles,
): ScaledFeature {
  const sampled = grid.flatMap((share) => quantiles.get(share) ?? []);
  const fitted: Power | { readonly kind: 'none' } =
    power === 'yeo-johnson' ? { kind: power, lambda: fitYeoJohnson(sampled) } : { kind: power };
  const even = (x: number): number => (fitted.kind === 'none' ? x : powerOf(fitted, x));
  const quantile = (share: number): number => even(quantiles.get(share) ?? mean);
  const standard = () => {
    if (fitted.kind === 'none') return { center: mean, spread: Math.sqrt(m2 / count) };
    const { mean: center, variance } = spreadOf(sampled.map(even));
    return { center, spread: Math.sqrt(variance) };
  };
  const robust = () => ({ center: quantile(0.5), spread: quantile(0.75) - quantile(0.25) });
  const { center, spread } = { none: () => ({ center: 0, spread: 1 }), standard, robust }[scale]();
  return {
    kind: 'scaled',
    name: source,
    source,
    fill,
    power: fitted,
    center: Number.isFinite(center) ? center : 0,
    spread: usable(spread) ? spread : 1,
  };
}
