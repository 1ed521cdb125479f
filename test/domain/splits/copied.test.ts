import { expect, it } from 'vitest';
import { copiedRowsSql, copiedSetsSql, mergedCopiedSql, mostCopied } from '#domain/splits/copied';
import { testEngine } from '../../fakes/data-run.ts';

it('takes the training rows of sets of duplicates, with the chance of a copy in training', async () => {
  using engine = await testEngine();
  const groups = '(SELECT * FROM (VALUES (7, 1), (7, 2), (8, 1), (9, 2)) t(same, rows))';
  expect(await engine.query('sets', copiedSetsSql(groups))).toEqual([
    { same: 7, copies: 3 },
    { same: 9, copies: 2 },
  ]);

  const rows =
    "(SELECT * FROM (VALUES (0, 'train', 1, 7), (1, 'train', 0, 7), (2, 'test', 0, 9), (3, 'train', 1, 8)) t(_row, _side, _label, x))";
  const sql = copiedRowsSql({ shard: 0, rows, same: 'x', sets: `(${copiedSetsSql(groups)})`, train: 0.5 }, ['x']);
  const found = await engine.query('rows', `SELECT _label, _chance, x FROM (${sql}) ORDER BY _label`);
  expect(found).toEqual([
    { _label: 0, _chance: 0.75, x: 7 },
    { _label: 1, _chance: 0.75, x: 7 },
  ]);
});

it('takes at most so many, the same ones whatever the shards', async () => {
  using engine = await testEngine();
  const many = `(SELECT i AS _row, 'train' AS _side, 1 AS _label, i // 2 AS x FROM range(${3 * mostCopied}) t(i))`;
  const sets = `(SELECT x AS same, 2 AS copies FROM ${many} GROUP BY 1)`;
  const shard = (n: number) => `(${copiedRowsSql({ shard: n, rows: many, same: 'x', sets, train: 0.7 }, ['x'])})`;
  const merged = async (relation: string) =>
    (await engine.query('merged', `SELECT _hash FROM ${mergedCopiedSql(relation)}`)).map((r) => String(r['_hash']));

  const both = await merged(`(FROM ${shard(0)} UNION ALL FROM ${shard(1)})`);
  expect(both).toHaveLength(mostCopied);
  expect(both).toEqual(await merged(`(FROM ${shard(1)} UNION ALL FROM ${shard(0)})`));
});
