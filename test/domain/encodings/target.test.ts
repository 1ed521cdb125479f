import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { columnSchema } from '#domain/data/column-schema';
import { labelCountsSql, readLabelCounts } from '#domain/data/label-counts';
import { featureSelectSql } from '#domain/data/transform';
import type { Fitted } from '#domain/encodings/encoding';
import { target } from '#domain/encodings/target';
import { countedLabels, mergeLabelCounts, shrunkMeans, targetOutputs } from '#domain/encodings/target-counts';
import { text } from '#domain/sql/literals';
import type { LabelCells, LabelCounts } from '#schemas/records/profile';
import { testEngine } from '../../fakes/data-run.ts';

const engine = await testEngine();
afterAll(() => engine.close());

const bucketOf = (key: number) => key * 2 ** 36;

/** A training row: its bucket, category and label. */
interface Row {
  readonly bucket: number;
  readonly category: string | null;
  readonly label: number;
}

const relation = (rows: readonly Row[], side = 'train') =>
  `(SELECT '${side}' AS _side, r.k AS _key, r.c AS c, r.l AS _label FROM (SELECT unnest(from_json(${text(
    JSON.stringify(rows.map(({ bucket, category, label }) => ({ k: bucketOf(bucket), c: category, l: label }))),
  )}, '[{"k":"BIGINT","c":"VARCHAR","l":"DOUBLE"}]')) AS r))`;

async function counted(rows: readonly Row[], folds: number, classes: number): Promise<LabelCounts> {
  return readLabelCounts(
    await engine.query('count', labelCountsSql('c', folds, classes, relation(rows))),
    folds,
    classes,
  );
}

/** The profile of the rows as the shard's profile has it. */
function profileOf(rows: readonly Row[], labels: LabelCounts) {
  const present = rows.flatMap(({ category }) => (category === null ? [] : [category]));
  const counts = [...Map.groupBy(present, (category) => category)].map(([c, own]): [string, number] => [c, own.length]);
  const trainMissing = rows.length - present.length;
  return { kind: 'category' as const, missing: trainMissing, trainMissing, counts, rest: 0, labels };
}

const learn = async (rows: readonly Row[], settings: Partial<Parameters<typeof target.fit>[1]> = {}, classes = 2) => {
  const labels = await counted(rows, settings.folds ?? 5, classes);
  return target.fit('c', { impute: 'missing', ...settings }, profileOf(rows, labels));
};

const featuresOf = (fitted: Fitted) => ('features' in fitted ? [...fitted.features] : []);

/** What each row becomes: as a training row of its bucket, or as any other row. */
async function encode(fitted: Fitted, rows: readonly Row[], asTraining: boolean): Promise<number[][]> {
  const bucket = asTraining ? 'CAST(_key >> 36 AS INTEGER)' : 'CAST(NULL AS INTEGER)';
  const features = featuresOf(fitted);
  const sql = featureSelectSql({ features }, `(SELECT *, row_number() OVER () AS n FROM ${relation(rows)})`, {
    available: ['c'],
    bucket,
  });
  const found = await engine.query('encode', sql);
  return found.map((row) => features.map((_, i) => Number(row[`x${i}`])));
}

const example: readonly Row[] = [
  { bucket: 0, category: 'a', label: 1 },
  { bucket: 1, category: 'a', label: 0 },
  { bucket: 0, category: 'b', label: 0 },
  { bucket: 1, category: 'b', label: 0 },
  { bucket: 1, category: null, label: 1 },
];

describe('a target-encoded category', () => {
  it('has the shrunk mean of its label, and training rows that of the other folds', async () => {
    const fitted = await learn(example, { folds: 2, smoothing: 2 });

    const [feature] = featuresOf(fitted);
    expect(feature).toMatchObject({ kind: 'target', name: 'c:target', folds: 2, categories: ['a', 'b'] });
    // the prior: 2 of 5, without fold 0 1 of 3, without fold 1 1 of 2
    const shrunk = (n: number, sum: number, prior: number) => Number(((sum + 2 * prior) / (n + 2)).toPrecision(7));
    expect(feature?.['means']).toEqual([
      ...[0.4, Number((1 / 3).toPrecision(7)), 0.5],
      ...[shrunk(1, 1, 0.4), shrunk(1, 1, 1 / 3), 0.5],
      ...[shrunk(2, 1, 0.4), shrunk(1, 0, 1 / 3), shrunk(1, 1, 0.5)],
      ...[shrunk(2, 0, 0.4), shrunk(1, 0, 1 / 3), shrunk(1, 0, 0.5)],
    ]);
    expect(await encode(fitted, example.slice(0, 2), true)).toEqual([[shrunk(1, 0, 1 / 3)], [shrunk(1, 1, 0.5)]]);
    expect(await encode(fitted, example.slice(0, 2), false)).toEqual([[shrunk(2, 1, 0.4)], [shrunk(2, 1, 0.4)]]);
  });

  it('that training never saw has the mean of all, and a missing one that of the rows without one', async () => {
    const fitted = await learn(example, { folds: 2, smoothing: 0 });
    const others = [
      { bucket: 0, category: "o'ther", label: 0 },
      { bucket: 0, category: null, label: 0 },
    ];
    expect(await encode(fitted, others, false)).toEqual([[0.4], [1]]);
  });

  it('replaces a missing value by a category', async () => {
    const filled = await learn(example, { folds: 2, smoothing: 0, impute: { value: 'b' } });
    expect(await encode(filled, [{ bucket: 0, category: null, label: 0 }], false)).toEqual([[0]]);
    const rare = await learn(example, { folds: 2, smoothing: 0, impute: { value: 'z' } });
    expect(await encode(rare, [{ bucket: 0, category: null, label: 0 }], false)).toEqual([[0.4]]);
  });

  it('has an input for each class but the last', async () => {
    const rows = [0, 1, 2, 2].map((label, bucket) => ({ bucket, category: label === 2 ? 'b' : 'a', label }));
    const fitted = await learn(rows, { folds: 2, smoothing: 0 }, 3);

    expect(featuresOf(fitted).map(({ name }) => name)).toEqual(['c:target 0', 'c:target 1']);
    expect(await encode(fitted, rows.slice(1, 3), false)).toEqual([
      [0.5, 0.5],
      [0, 0],
    ]);
  });

  it('has the mean of a number, however large', async () => {
    const rows = [1e308, 1e308, -1e308, -1e308].map((label, i) => ({
      bucket: i % 2,
      category: i < 2 ? 'a' : 'b',
      label,
    }));
    const fitted = await learn(rows, { folds: 2, smoothing: 0 }, 0);
    expect(await encode(fitted, rows.slice(1, 3), false)).toEqual([[1e308], [-1e308]]);
  });

  it('keeps the most frequent categories, and none rarer than minCount', async () => {
    const rows = ['a', 'a', 'b', 'b', 'b', 'c', 'd', 'd'].map((category, bucket) => ({
      bucket,
      category,
      label: bucket % 2,
    }));
    const kept = async (settings: object) => featuresOf(await learn(rows, settings))[0]?.['categories'];

    expect(await kept({ vocabulary: 2 })).toEqual(['b', 'a']);
    expect(await kept({ minCount: 2 })).toEqual(['b', 'a', 'd']);
    expect(await kept({})).toEqual(['b', 'a', 'd', 'c']);
  });

  it('is not used when all rows are alike, and is not fitted without its labels', async () => {
    const alike = [0, 1].map((bucket) => ({ bucket, category: 'a', label: bucket }));
    expect(await learn(alike)).toEqual({ dropped: 'the same value in every training row' });
    const { labels: _, ...unlabelled } = profileOf(example, await counted(example, 5, 2));
    expect(() => target.fit('c', { impute: 'missing' }, unlabelled)).toThrow('without the labels of its 5 folds');
  });

  it('is a number to drift checks, and its categories are known by name', () => {
    const [kind] = target.features;
    const feature = { kind: 'target', name: 'c:target', source: 'c', folds: 2, categories: ['a'], means: [] } as const;
    expect(kind.watched()).toEqual({ as: 'number', transformed: true });
    expect(kind.categories({ ...feature, categories: ['a'], means: [] })).toEqual(['a']);
    expect(target.leavesMissing()).toBe(false);
  });
});

const rows = fc.array(
  fc.record({
    bucket: fc.integer({ min: 0, max: 65_535 }),
    category: fc.constantFrom('a', 'b', 'c', null),
    label: fc.constantFrom(0, 1),
  }),
  { minLength: 2, maxLength: 12 },
);

test('no training row is told its own label: another label leaves what it and its fold become unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.nat(),
      fc.constantFrom(0, 3),
      fc.constantFrom(2, 5),
      async (all, at, smoothing, folds) => {
        const which = at % all.length;
        const changed = all.map((row, i) => (i === which ? { ...row, label: 1 - row.label } : row));
        const own = all[which] as Row;
        const [before, after] = await Promise.all([
          learn(all, { smoothing, folds }),
          learn(changed, { smoothing, folds }),
        ]);
        const sameFold = all.filter(({ bucket }) => bucket % folds === own.bucket % folds);
        expect(await encode(after, sameFold, true)).toEqual(await encode(before, sameFold, true));
      },
    ),
    { numRuns: 25 },
  );
});

test('the labels of shards merge to those of all rows, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(rows, rows, async (a, b) => {
      const [first, second, both] = await Promise.all([
        counted(a, 3, 2),
        counted(b, 3, 2),
        counted([...a, ...b], 3, 2),
      ]);
      expect(rounded(mergeLabelCounts(first, second))).toEqual(rounded(both));
      expect(mergeLabelCounts(second, first)).toEqual(mergeLabelCounts(first, second));
    }),
    { numRuns: 15 },
  );
});

const rounded = (counts: LabelCounts) =>
  JSON.parse(JSON.stringify(counts, (_, value) => (typeof value === 'number' ? Number(value.toFixed(9)) : value)));

test('counts of other folds or classes do not merge', async () => {
  const [two, three, classes] = await Promise.all([
    counted(example, 2, 2),
    counted(example, 3, 2),
    counted(example, 2, 3),
  ]);
  expect(() => mergeLabelCounts(two, three)).toThrow('profiles of different pipelines');
  expect(() => mergeLabelCounts(two, classes)).toThrow('profiles of different pipelines');
});

test('without rows of other folds nothing is told', () => {
  const cells: LabelCells = { rows: [2, 0], means: [[0.5, 0]] };
  expect(shrunkMeans(cells, cells, 0, 1)).toEqual([0.5, 0, 0.5]);
  expect(shrunkMeans(cells, undefined, 0, 0)).toEqual([0.5, 0, 0.5]);
});

test('what is counted is bounded, whatever the classes', () => {
  expect([targetOutputs(0), targetOutputs(2), targetOutputs(5)]).toEqual([1, 1, 4]);
  expect([countedLabels(2, 1), countedLabels(20, 1), countedLabels(20, 1000)]).toEqual([10_000, 10_000, 10]);
});

test('its settings have bounds, and no effect on another encoding', () => {
  const problems = (own: object) => columnSchema.safeParse({ role: 'feature', type: 'category', ...own }).success;
  expect(problems({ encode: 'target', smoothing: 20, folds: 10, vocabulary: 5000, minCount: 3 })).toBe(true);
  expect(problems({ encode: 'target', folds: 1 })).toBe(false);
  expect(problems({ encode: 'target', vocabulary: 10_001 })).toBe(false);
  expect(problems({ encode: 'onehot', smoothing: 20 })).toBe(false);
  expect(problems({ encode: 'target', maxCategories: 20 })).toBe(false);
});
