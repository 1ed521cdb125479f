import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dropGroups, dropOfShard, isSupersededSql } from '#domain/splits/superseded';
import { text } from '#domain/sql/literals';
import { testEngine } from '../../fakes/data-run.ts';

it('finds the drop of a shard by how many shards each drop has', () => {
  expect([0, 1, 2, 3].map((shard) => dropOfShard([2, 1, 1], shard))).toEqual([0, 0, 1, 2]);
  expect(() => dropOfShard([2, 1], 3)).toThrow('shard 3 belongs to none of the 2 drops');
});

it('keeps each group as the newest drop has it, in all shards of that drop, and loses no group', async () => {
  using engine = await testEngine();
  const folder = mkdtempSync(join(tmpdir(), 'superseded-'));
  const shard = fc.array(fc.nat(6), { minLength: 1, maxLength: 5 });
  let world = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(shard, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 4 }),
        async (drops) => {
          world += 1;
          const shards = drops.flat();
          const files = shards.map((_, i) => join(folder, `${world}-${i}.parquet`));
          for (const [i, groups] of shards.entries()) {
            const rows = `SELECT unnest([${groups.join(', ')}])::UBIGINT AS _group, ${i} AS shard, 1 AS rows`;
            await engine.query('write', `COPY (${rows}) TO ${text(files[i] ?? '')} (FORMAT parquet)`);
          }
          const counts = drops.map((own) => own.length);
          const sql = dropGroups(files, counts);
          const kept = await engine.query('read', `SELECT _group, shard FROM (${sql.kept(`(${sql.superseded})`)})`);
          const newest = (group: number) => drops.findLastIndex((own) => own.some((groups) => groups.includes(group)));
          const expected = shards.flatMap((groups, i) =>
            groups.filter((group) => newest(group) === dropOfShard(counts, i)).map((group) => `${group} of ${i}`),
          );
          const found = kept.map((row) => `${Number(row['_group'])} of ${Number(row['shard'])}`);
          expect(found.toSorted()).toEqual(expected.toSorted());
          const [all] = await engine.query('count', `SELECT count(*) AS n FROM ${sql.all}`);
          expect(Number(all?.['n'])).toBe(shards.flat().length);
          expect(isSupersededSql('s', 2)).toBe('_group IN (SELECT _group FROM s WHERE drop > 2)');
        },
      ),
      { numRuns: 25 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
