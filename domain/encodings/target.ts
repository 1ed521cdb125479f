import * as z from 'zod';
import { text } from '#domain/sql/literals';
import type { LabelCells } from '#schemas/records/profile';
import { examineCategories, imputeSetting, rareSetting } from './categories.ts';
import { type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';
import { countedLabels, foldSql, mostCategories, shrunkMeans } from './target-counts.ts';

const schema = fittedFeatureSchema('target', {
  folds: z.int().min(2),
  categories: z.array(z.string()),
  means: z
    .array(z.number())
    .describe(
      'for an unknown category, for a missing one, then for each category: the mean label of all training rows, then without each fold',
    ),
}).describe('mean label of the category; for a training row, without the rows of its fold');
type TargetFeature = z.output<typeof schema>;

/** SQL of a list as a constant: one literal, whose parsing takes no time with thousands of values. */
const listSql = (values: readonly (string | number)[], type: 'VARCHAR' | 'DOUBLE'): string =>
  `from_json(${text(JSON.stringify(values))}, '["${type}"]')`;

const targetFeature = {
  name: 'target',
  schema,
  reads: 'VARCHAR',
  // 0 for an unknown category, 1 for a missing one
  shared: ({ categories }, value) =>
    `CASE WHEN ${value} IS NULL THEN 1 ELSE coalesce(list_position(${listSql(categories, 'VARCHAR')}, ${value}) + 1, 0) END`,
  sql: ({ folds, means }, _, { shared, bucket }) =>
    `${listSql(means, 'DOUBLE')}[${shared} * ${folds + 1} + coalesce(${foldSql(bucket, folds)} + 1, 0) + 1]`,
  watched: () => ({ as: 'number', transformed: true }),
  categories: ({ categories }) => categories,
} as const satisfies FittedFeatureKind<typeof schema>;

/** What counts where a column says nothing: a default of the schema would be in the pinned file of every category. */
const usual = { vocabulary: 1000, smoothing: 10, folds: 5 };

const settings = {
  ...imputeSetting,
  ...rareSetting,
  vocabulary: z
    .int()
    .min(2)
    .max(mostCategories)
    .optional()
    .meta({
      description:
        'How many categories have a mean of their own, the most frequent of the training rows: 1,000 without it. All others have the mean of all rows.',
      examples: [5000],
    }),
  smoothing: z
    .number()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({
      description:
        'How many rows the mean of all weighs in the mean of a category, 10 without it: a category of so many rows is half its own mean.',
      examples: [20],
    }),
  folds: z
    .int()
    .min(2)
    .max(20)
    .optional()
    .meta({
      description:
        'Into how many parts the training rows are divided, 5 without it, groups undivided: each row gets the mean of the other parts, so never its own label.',
      examples: [10],
    }),
};

/** The mean label of a category, out of fold. */
export const target = {
  name: 'target',
  type: 'category',
  label: 'Target',
  summary:
    'The mean label of the category (each class but the last has its own), shrunk towards the mean of all rows. Training rows get the mean of rows in other folds.',
  settings,
  features: [targetFeature],
  example: { role: 'feature', type: 'category', encode: 'target', smoothing: 20 },
  leavesMissing: () => false,
  needs: ({ folds = usual.folds }) => ({ of: 'labels', folds }),
  /** @throws TypeError when the profile has no labels of this column's folds */
  fit(source, { impute, minCount = 1, ...own }, profile) {
    const { vocabulary = usual.vocabulary, smoothing = usual.smoothing, folds = usual.folds } = own;
    const found = examineCategories(impute, profile);
    if ('dropped' in found) return found;
    const { labels } = profile;
    if (labels?.folds !== folds)
      throw new TypeError(`column ${source} was profiled without the labels of its ${folds} folds`);
    const outputs = labels.all.means.length;
    const kept = labels.categories
      .map(([category, cells]) => ({ category, cells, count: cells.rows.reduce((sum, n) => sum + n, 0) }))
      .filter(({ count }) => count >= minCount)
      .toSorted((a, b) => b.count - a.count || (a.category < b.category ? -1 : 1))
      .slice(0, Math.min(vocabulary, countedLabels(folds, outputs)));
    const filling = kept.find(({ category }) => category === found.fill)?.cells;
    const missing = found.fill === undefined ? labels.missing : filling;
    const slots: readonly (LabelCells | undefined)[] = [undefined, missing, ...kept.map(({ cells }) => cells)];
    const features = Array.from({ length: outputs }, (_, output): TargetFeature => {
      const name = outputs === 1 ? `${source}:target` : `${source}:target ${output}`;
      const means = slots.flatMap((cells) => shrunkMeans(labels.all, cells, output, smoothing));
      return { kind: 'target', name, source, folds, categories: kept.map(({ category }) => category), means };
    });
    return { features };
  },
} as const satisfies Encoding<'category', typeof settings>;
