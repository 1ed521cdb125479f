import { expect, it } from 'vitest';
import { dropOfShard } from '#domain/splits/superseded';

it('finds the drop of a shard by how many shards each drop has', () => {
  expect([0, 1, 2, 3].map((shard) => dropOfShard([2, 1, 1], shard))).toEqual([0, 0, 1, 2]);
  expect(() => dropOfShard([2, 1], 3)).toThrow('shard 3 belongs to none of the 2 drops');
});
