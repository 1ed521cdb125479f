import { expect, test } from 'vitest';
import { mergedSampleSql, sampleSizes, sampleSql } from '#domain/data/sample';
import { testEngine } from '../../fakes/data-run.ts';

const rows =
  "(SELECT range AS _row, CASE WHEN range % 2 = 0 THEN 'train' ELSE 'test' END AS _side, 0.0 AS _label FROM range(40))";

test('a sample has all rows of a small shard, by hash, and those of other shards under other hashes', async () => {
  using engine = await testEngine();
  const hashes = async (shard: number) => {
    const found = await engine.query(
      'sample',
      `SELECT CAST(_hash AS VARCHAR) AS hash FROM (${sampleSql(shard, [], rows)})`,
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
  const both = `(${sampleSql(0, [], rows)} UNION ALL ${sampleSql(1, [], rows)})`;
  const merged = await engine.query('merge', `SELECT _side FROM ${mergedSampleSql('test', both)}`);

  expect(merged.map(({ _side }) => _side)).toEqual(Array(40).fill('test'));
  expect(sampleSizes).toEqual({ train: 20_000, test: 2_000 });
});
