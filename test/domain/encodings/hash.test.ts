import { createHash } from 'node:crypto';
import { afterAll, expect, it, test } from 'vitest';
import { featureSelectSql } from '#domain/data/transform';
import { driftColumns } from '#domain/drift/columns';
import type { Fitted } from '#domain/encodings/encoding';
import { hash } from '#domain/encodings/hash';
import { testEngine } from '../../fakes/data-run.ts';

const engine = await testEngine();
afterAll(() => engine.close());

const profile = (counts: Record<string, number>, trainMissing = 0) => ({
  kind: 'category' as const,
  missing: trainMissing,
  trainMissing,
  counts: Object.entries(counts),
  rest: 0,
});
/** By the second half of the MD5, its first byte being the least. */
const bucketOf = (category: string, buckets: number) =>
  Number(createHash('md5').update(category).digest().readBigUInt64LE(8) % BigInt(buckets));
const featuresOf = (fitted: Fitted) => ('features' in fitted ? [...fitted.features] : []);

test('a hashed category sets the input of its bucket, by MD5, and one of its own where it is missing', async () => {
  const features = featuresOf(hash.fit('c', { impute: 'missing', buckets: 8 }, profile({ a: 2, b: 3 }, 1)));
  const found = await engine.query(
    'encode',
    featureSelectSql({ features }, "(SELECT unnest(['a', 'b', 'never seen', NULL]) AS c)"),
  );

  expect(features.map(({ name }) => name)).toEqual([...Array.from({ length: 8 }, (_, i) => `c#${i}`), 'c:missing']);
  const set = found.map((row) => features.flatMap(({ name }, i) => (row[`x${i}`] === 1 ? [name] : [])));
  expect(set).toEqual([...['a', 'b', 'never seen'].map((c) => [`c#${bucketOf(c, 8)}`]), ['c:missing']]);
});

test('a missing value may have the bucket of a category', async () => {
  const features = featuresOf(hash.fit('c', { impute: { value: "b'" }, buckets: 4 }, profile({ a: 2, "b'": 3 }, 1)));
  const [filled, missing] = await engine.query(
    'encode',
    featureSelectSql({ features }, `(SELECT unnest(['b''', NULL]) AS c)`),
  );

  expect(missing).toEqual(filled);
  expect(features).toHaveLength(4);
});

it('has 32 buckets without a setting, and is not used when all rows are alike', () => {
  expect(featuresOf(hash.fit('c', { impute: 'missing' }, profile({ a: 2, b: 3 })))).toHaveLength(32);
  expect(hash.fit('c', { impute: 'missing' }, profile({ a: 2 }))).toEqual({
    dropped: 'the same value in every training row',
  });
  expect(hash.leavesMissing()).toBe(false);
});

test('drift checks see the buckets as the categories of one column', () => {
  const features = featuresOf(hash.fit('c', { impute: 'missing', buckets: 2 }, profile({ a: 2, b: 3 })));
  const matrix = { rows: 2, width: 2, values: Float64Array.of(0, 1, 1, 0) };
  expect(driftColumns({ features }, matrix)).toEqual([
    {
      column: 'c',
      kind: 'category',
      values: ['(bucket 1)', '(bucket 0)'],
      categories: ['(bucket 0)', '(bucket 1)'],
    },
  ]);
});
