import * as z from 'zod';
import { double } from '#domain/sql/literals';
import { allMissing, type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';
import { hashedSql } from './hash.ts';
import { missingFeature, missingIndicator } from './missing-indicator.ts';

const statisticSchema = z.enum(['length', 'words', 'digits', 'capitals', 'marks']);
type Statistic = z.output<typeof statisticSchema>;

/** SQL of the words of a text, in lower case: runs of letters and digits of any script. */
const wordsSql = (value: string): string => `regexp_extract_all(lower(${value}), '[\\p{L}\\p{N}]+')`;

const shareSql = (value: string, others: string): string =>
  `coalesce(length(regexp_replace(${value}, '${others}', '', 'g')) / nullif(length(${value}), 0), 0)`;

const statisticSql: Readonly<Record<Statistic, (value: string) => string>> = {
  length: (value) => `length(${value})`,
  words: (value) => `len(${wordsSql(value)})`,
  digits: (value) => shareSql(value, '[^\\p{Nd}]'),
  capitals: (value) => shareSql(value, '[^\\p{Lu}]'),
  // as `domain/detectors/redact` writes them
  marks: (value) => `len(regexp_extract_all(${value}, '\\[[a-z][a-z0-9-]*\\]'))`,
};

const statisticFeatureSchema = fittedFeatureSchema('text-statistic', { statistic: statisticSchema }).describe(
  'a statistic of the text; 0 where it is missing',
);
type StatisticFeature = z.output<typeof statisticFeatureSchema>;

const statisticFeature = {
  name: 'text-statistic',
  schema: statisticFeatureSchema,
  reads: 'VARCHAR',
  sql: ({ statistic }, value) => `coalesce(${statisticSql[statistic](value)}, 0)`,
  watched: () => ({ as: 'number' }),
} as const satisfies FittedFeatureKind<typeof statisticFeatureSchema>;

const ngramsSchema = z.array(z.int().min(1).max(3)).min(1);

const wordFeatureSchema = fittedFeatureSchema('text-words', {
  ngrams: ngramsSchema,
  buckets: z.int().min(2),
  bucket: z.int().min(0),
  idf: z.number().min(0).describe('the inverse document frequency of the bucket'),
}).describe('the weight of the words in the bucket (TF-IDF); 0 where there are none');
type WordFeature = z.output<typeof wordFeatureSchema>;

/** SQL of the runs of `n` words of a list. */
function runsSql(words: string, n: number): string {
  if (n === 1) return words;
  const run = Array.from({ length: n }, (_, k) => `${words}[i + ${k}]`).join(` || ' ' || `);
  return `list_transform(range(1, len(${words}) - ${n - 2}), lambda i: ${run})`;
}

/** SQL of how many runs of words of a text are in each bucket: a MAP of buckets, without those that have none. */
function bucketCountsSql(value: string, ngrams: readonly number[], buckets: number): string {
  const runs = [...new Set(ngrams)].map((n) => runsSql('w', n));
  const all = runs.length === 1 ? runs[0] : `list_concat(${runs.join(', ')})`;
  // the list of one list names the words, so that they are found once
  const grams = `list_transform([${wordsSql(value)}], lambda w: ${all})[1]`;
  return `list_aggregate(list_transform(${grams}, lambda g: ${hashedSql('g', buckets)}), 'histogram')`;
}

const wordFeature = {
  name: 'text-words',
  schema: wordFeatureSchema,
  reads: 'VARCHAR',
  shared: ({ ngrams, buckets }, value) => bucketCountsSql(value, ngrams, buckets),
  sql: ({ bucket, idf }, _, { shared }) => `ln(1 + coalesce(${shared}[${bucket}], 0)) * ${double(idf)}`,
  watched: () => ({ as: 'nothing', because: 'words of a text: its statistics are watched' }),
} as const satisfies FittedFeatureKind<typeof wordFeatureSchema>;

const settings = {
  statistics: z
    .array(statisticSchema)
    .default(['length', 'words', 'digits', 'capitals', 'marks'])
    .meta({
      description:
        'The statistics that are inputs: `length` in characters, the number of `words`, the shares of `digits` and of `capitals`, and the number of `marks` that redaction left, such as `[email]`.',
      examples: [['length', 'marks']],
    }),
  ngrams: ngramsSchema.default([1, 2]).meta({
    description: 'The lengths of the runs of words that are hashed: 1 is single words, 2 pairs of neighbours.',
    examples: [[1]],
  }),
  buckets: z
    .int()
    .min(2)
    .max(1024)
    .default(64)
    .meta({
      description: 'How many inputs the words become. Words share one by chance: more buckets, fewer do.',
      examples: [256],
    }),
};

/**
 * Statistics of a text, and the weights of its words in hashed buckets: ln(1 + count) times the inverse document frequency among the
 * training rows, ln((1 + texts) / (1 + texts with the bucket)) + 1 (Weinberger et al. 2009, "Feature hashing for large scale multitask
 * learning"; Salton & Buckley 1988, "Term-weighting approaches in automatic text retrieval").
 */
export const textWords = {
  name: 'words',
  type: 'text',
  label: 'Text',
  summary:
    'Statistics of the text, and the weight (TF-IDF) of its words and runs of words in each bucket of a hash (MD5). No word is stored. A missing text counts as one without words, and has a 0/1 input of its own where some are missing.',
  settings,
  features: [statisticFeature, wordFeature, missingFeature],
  example: { role: 'feature', type: 'text', ngrams: [1, 2], buckets: 64 },
  leavesMissing: () => false,
  needs: ({ ngrams, buckets }) => ({
    of: 'buckets',
    buckets,
    counts: (value) => bucketCountsSql(value, ngrams, buckets),
  }),
  fit(source, { statistics, ngrams, buckets }, { texts, trainMissing, documents }) {
    if (texts === 0) return allMissing;
    const inverse = (withBucket: number): number =>
      Number((Math.log((1 + texts) / (1 + withBucket)) + 1).toPrecision(7));
    const words = documents.flatMap((count, bucket): WordFeature[] =>
      count === 0
        ? []
        : [{ kind: 'text-words', name: `${source}#${bucket}`, source, ngrams, buckets, bucket, idf: inverse(count) }],
    );
    const own = [...new Set(statistics)].map(
      (statistic): StatisticFeature => ({ kind: 'text-statistic', name: `${source}:${statistic}`, source, statistic }),
    );
    return { features: [...own, ...words, ...(trainMissing > 0 ? [missingIndicator(source)] : [])] };
  },
} as const satisfies Encoding<'text', typeof settings>;
