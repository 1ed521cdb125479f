import * as z from 'zod';
import { double } from '#domain/sql/literals';
import {
  allMissing,
  constant,
  type Encoding,
  type FittedFeatureKind,
  fittedFeatureSchema,
  zeroOrOne,
} from './encoding.ts';
import { missingFeature, missingIndicator } from './missing-indicator.ts';
import { filled, fillOf, numberSettings } from './numbers.ts';

const binSchema = fittedFeatureSchema('bin', {
  edges: z
    .array(z.number())
    .min(1)
    .describe('the upper ends of all bins but the last, rising; an end belongs to its bin'),
  fill: z.number().nullable().describe('replaces a missing value'),
}).describe('position of the bin, from 0');
type BinFeature = z.output<typeof binSchema>;

const binFeature = {
  name: 'bin',
  schema: binSchema,
  reads: 'DOUBLE',
  sql({ edges, fill }, value) {
    const whole = filled(value, fill);
    const cases = edges.map((edge, i) => `WHEN ${whole} <= ${double(edge)} THEN ${i}`).join(' ');
    return `CASE ${cases} WHEN ${whole} IS NOT NULL THEN ${edges.length} END`;
  },
  watched: () => ({ as: 'number', transformed: true }),
} as const satisfies FittedFeatureKind<typeof binSchema>;

const withinSchema = fittedFeatureSchema('within', {
  over: z.number().nullable().describe('the upper end of the bin before; null for the first bin'),
  upTo: z.number().nullable().describe('the upper end; null for the last bin'),
  fill: z.number().nullable().describe('replaces a missing value'),
}).describe('1 where the value is in the bin');
type WithinFeature = z.output<typeof withinSchema>;

/** A bin in words: "over 3 up to 7". */
const rangeText = ({ over, upTo }: Pick<WithinFeature, 'over' | 'upTo'>): string =>
  [...(over === null ? [] : [`over ${over}`]), ...(upTo === null ? [] : [`up to ${upTo}`])].join(' ');

const withinFeature = {
  name: 'within',
  schema: withinSchema,
  reads: 'DOUBLE',
  sql({ over, upTo, fill }, value) {
    const whole = filled(value, fill);
    const ends = [
      ...(over === null ? [] : [`${whole} > ${double(over)}`]),
      ...(upTo === null ? [] : [`${whole} <= ${double(upTo)}`]),
    ];
    return zeroOrOne(ends.join(' AND '));
  },
  watched: (feature) => ({ as: 'indicator', category: rangeText(feature), transformed: true }),
} as const satisfies FittedFeatureKind<typeof withinSchema>;

const settings = {
  ...numberSettings,
  bins: z
    .int()
    .min(2)
    .max(100)
    .default(10)
    .meta({
      description:
        'How many bins of about equal numbers of training rows. There are fewer where many rows have the same value.',
      examples: [5],
    }),
  as: z
    .enum(['position', 'onehot'])
    .default('position')
    .meta({
      description: 'What a bin becomes: its position from 0, as one input, or a 0/1 input for each bin.',
      examples: ['onehot'],
    }),
};

const sharesOf = (bins: number): number[] => Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);

/** The ends of bins between the smallest and the largest value: at least one, where they differ. */
function edgesOf(cuts: readonly number[], low: number, high: number): number[] {
  const inside = [...new Set(cuts)].filter((cut) => cut >= low && cut < high).toSorted((a, b) => a - b);
  return inside.length > 0 || low === high ? inside : [low];
}

/** Bins of about equal numbers of rows. */
export const bins = {
  name: 'bins',
  type: 'number',
  label: 'Quantile bins',
  summary:
    'The bin of the number, of bins with about as many training rows each: its position, or a 0/1 input for each.',
  settings,
  features: [binFeature, withinFeature, missingFeature],
  example: { role: 'feature', type: 'number', encode: 'bins', bins: 5 },
  leavesMissing: ({ impute, as }) => impute === 'none' && as === 'position',
  unordered: ({ as }) => (as === 'onehot' ? 'as: position' : undefined),
  quantiles: (own) => [...(own.impute === 'median' ? [0.5] : []), ...sharesOf(own.bins)],
  fit(source, own, { train, trainMissing }, quantiles) {
    const { min, max, mean } = train;
    if (min === null || max === null) return allMissing;
    const hasMissing = trainMissing > 0;
    const fill = fillOf(own.impute, mean, quantiles);
    const ends = hasMissing && fill !== null ? [min, max, fill] : [min, max];
    const cuts = sharesOf(own.bins).flatMap((share) => quantiles.get(share) ?? []);
    const edges = edgesOf(cuts, Math.min(...ends), Math.max(...ends));
    const isOneHot = own.as === 'onehot';
    const each = (): WithinFeature[] =>
      [...edges, null].map((upTo, i) => {
        const range = { over: edges[i - 1] ?? null, upTo };
        return { kind: 'within', name: `${source}: ${rangeText(range)}`, source, ...range, fill };
      });
    const position = (): BinFeature[] => [{ kind: 'bin', name: source, source, edges, fill }];
    const marksMissing = hasMissing && (own.indicator || (isOneHot && fill === null));
    const features = [
      ...(edges.length === 0 ? [] : isOneHot ? each() : position()),
      ...(marksMissing ? [missingIndicator(source)] : []),
    ];
    return features.length > 0 ? { features } : constant;
  },
} as const satisfies Encoding<'number', typeof settings>;
