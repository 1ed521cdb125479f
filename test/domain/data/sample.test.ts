import { expect, test } from 'vitest';
import { mergedSampleSql, sampleSizes, sampleSql } from '#domain/data/sample';
import { testEngine } from '../../fakes/data-run.ts';

const sizes = sampleSizes(3);
const rows =
  "(SELECT range AS _row, CASE WHEN range % 2 = 0 THEN 'train' ELSE 'test' END AS _side, 0.0 AS _label FROM range(40))";

test('a sample has all rows of a small shard, by hash, and those of other shards under other hashes', async () => {
  using engine = await testEngine();
  const hashes = async (shard: number) => {
    const found = await engine.query(
      'sample',
      `SELECT CAST(_hash AS VARCHAR) AS hash FROM (${sampleSql(shard, [], rows, sizes)})`,
    );
    return found.map(({ hash }) => String(hash));
  };
  const shards = [await hashes(0), await hashes(1), await hashes(2)];

  expect(shards.map((own) => own.length)).toEqual([40, 40, 40]);
  expect(new Set(shards.flat()).size).toBe(120);
  expect(await hashes(1)).toEqual(shards[1]);
});

test('the samples of all shards merge into one of each side', async () => {
  using engine = await testEngine();
  const both = `(${sampleSql(0, [], rows, sizes)} UNION ALL ${sampleSql(1, [], rows, sizes)})`;
  const merged = await engine.query('merge', `SELECT _side FROM ${mergedSampleSql('test', both, sizes)}`);

  expect(merged.map(({ _side }) => _side)).toEqual(Array(40).fill('test'));
  expect(sizes).toEqual({ train: 20_000, test: 2_000 });
});

test('a sample of many columns has fewer training rows, so that its values have room in memory', () => {
  expect([0, 1, 2000, 4000, 5000].map((columns) => sampleSizes(columns).train)).toEqual([
    20_000, 20_000, 20_000, 10_000, 8_000,
  ]);
  expect(sampleSizes(100_000)).toEqual({ train: 2_000, test: 2_000 });
});

test('a sample keeps no more rows of a side than its size', async () => {
  using engine = await testEngine();
  const few = { train: 3, test: 2 };
  const shards = `(${sampleSql(0, [], rows, few)} UNION ALL ${sampleSql(1, [], rows, few)})`;
  const count = async (relation: string) =>
    (await engine.query('count', `SELECT count(*) AS n FROM ${relation}`))[0]?.['n'];
  expect(await count(shards)).toBe(10);
  expect(await count(mergedSampleSql('train', shards, few))).toBe(3);
  expect(await count(mergedSampleSql('test', shards, few))).toBe(2);
});
