import * as z from 'zod';
import { text } from '#domain/sql/literals';
import { type FittedFeatureKind, pairFeatureSchema, zeroOrOne } from './encoding.ts';
import { type CategoryPair, crossName, type Interaction, mostPairs } from './interaction.ts';

const bothSchema = pairFeatureSchema('both', { first: z.string(), second: z.string() }).describe(
  '1 where both columns have these categories',
);
const otherSchema = pairFeatureSchema('other-pair', { known: z.array(z.tuple([z.string(), z.string()])) }).describe(
  '1 where the pair is none of the known ones',
);
type CrossFeature = z.output<typeof bothSchema> | z.output<typeof otherSchema>;

const inWords = ([first, second]: CategoryPair): string => `${first}, ${second}`;

const bothFeature = {
  name: 'both',
  schema: bothSchema,
  reads: 'VARCHAR',
  sql: ({ first, second }, value, { other }) => zeroOrOne(`${value} = ${text(first)} AND ${other} = ${text(second)}`),
  watched: ({ source, other, first, second }) => ({
    as: 'indicator',
    column: crossName([source, other]),
    category: inWords([first, second]),
  }),
  categories: ({ first }) => [first],
  otherCategories: ({ second }) => [second],
} as const satisfies FittedFeatureKind<typeof bothSchema>;

const otherFeature = {
  name: 'other-pair',
  schema: otherSchema,
  reads: 'VARCHAR',
  sql({ known }, value, { other }) {
    const pairs = known.map(([first, second]) => `(${value} = ${text(first)} AND ${other} = ${text(second)})`);
    return zeroOrOne(`${value} IS NOT NULL AND ${other} IS NOT NULL AND NOT (${pairs.join(' OR ')})`);
  },
  watched: ({ source, other }) => ({ as: 'indicator', column: crossName([source, other]), category: '(other)' }),
  categories: ({ known }) => known.map(([first]) => first),
  otherCategories: ({ known }) => known.map(([, second]) => second),
} as const satisfies FittedFeatureKind<typeof otherSchema>;

const byText = (a: CategoryPair, b: CategoryPair): number => (inWords(a) < inWords(b) ? -1 : 1);

/** The categories of two columns together. */
export const cross = {
  name: 'cross',
  label: 'Cross',
  summary: `A 0/1 input for each frequent pair of categories, at most ${mostPairs}, and one for all other pairs. All are 0 where one of the two is missing.`,
  takes: (first, second) => [first, second].every((type) => type === 'category' || type === 'boolean'),
  leavesMissing: false,
  needsPairs: true,
  features: [bothFeature, otherFeature],
  example: ['region', 'product'],
  fit([source, other], pairs): CrossFeature[] {
    const known = pairs.slice(0, mostPairs).toSorted(byText);
    if (known.length < 2) return [];
    const name = crossName([source, other]);
    return [
      ...known.map(([first, second]): CrossFeature => {
        const pair = inWords([first, second]);
        return { kind: 'both', name: `${name}=${pair}`, source, other, first, second };
      }),
      { kind: 'other-pair', name: `${name}:other`, source, other, known: known.map(([a, b]) => [a, b]) },
    ];
  },
} as const satisfies Interaction;
