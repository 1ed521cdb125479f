import { expect, test } from 'vitest';
import { featureColumns } from '#domain/data/columns';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { needsOf, readDocuments, readLabels } from '#domain/data/needs';
import { readProfile } from '#domain/data/profile';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const columns = featureColumns(
  pipelineSchema.parse(
    smallPipeline({
      columns: {
        k: { role: 'feature', type: 'category' },
        shop: { role: 'feature', type: 'category', encode: 'target', folds: 2 },
        note: { role: 'text', action: 'redact', feature: { type: 'text', buckets: 3 } },
      },
    }),
  ),
);
const [onehot, target, text] = columns.map((column) => needsOf(column));

test('only an encoding that needs more has more read', () => {
  expect([onehot, target]).toEqual([undefined, { of: 'labels', folds: 2 }]);
  expect(text).toMatchObject({ of: 'buckets', buckets: 3 });
  expect(needsOf({})).toBeUndefined();
  expect([readLabels(onehot, [], 2), readLabels(text, [], 2)]).toEqual([undefined, undefined]);
  expect(readDocuments(target, [])).toEqual([]);
  expect(readDocuments(text, [{ bucket: 2, rows: 5 }])).toEqual([0, 0, 5]);
});

test('the labels and buckets of two shards add up', () => {
  const part = (part: string, value: string | null, n: number, m0: number) => ({ part, value, fold: 0, n, m0 });
  const shard = (n: number, mean: number, bucket: number) =>
    readProfile(columns, {
      counts: { rows: n, malformed: { rows: 0, reasons: [] } },
      classes: 2,
      columns: { train_rows: n, c0_missing: 0, c1_missing: 0, c2_missing: 1, c2_train_missing: 1 },
      labels: [],
      categories: new Map([['shop', [{ value: 'a', count: n }]]]),
      needed: new Map([
        ['shop', [part('all', null, n, mean), part('category', 'a', n, mean)]],
        ['note', [{ bucket, rows: n - 1 }]],
      ]),
    });
  const merged = mergeProfiles(shard(1, 1, 0), shard(3, 0, 2));

  const cells = { rows: [4, 0], means: [[0.25, 0]] };
  expect(merged.columns['shop']).toMatchObject({ labels: { folds: 2, all: cells, categories: [['a', cells]] } });
  expect(merged.columns['note']).toEqual({ kind: 'text', missing: 2, trainMissing: 2, texts: 2, documents: [0, 0, 2] });
  expect(merged.columns['k']).not.toHaveProperty('labels');
});

test('a column whose rows were not counted has none', () => {
  const profile = readProfile(columns, {
    counts: { rows: 0, malformed: { rows: 0, reasons: [] } },
    classes: 2,
    columns: { train_rows: 0 },
    labels: [],
    categories: new Map(),
  });
  expect(profile.columns['shop']).toMatchObject({ labels: { all: { rows: [0, 0] }, categories: [] } });
  expect(profile.columns['note']).toMatchObject({ texts: 0, documents: [0, 0, 0] });
});
