import { texts } from '#domain/sql/literals';

/** The rows of several drops as the division reads them. */
export interface DropGroups {
  /** SQL of the groups that a later drop has too: `_group` and `drop`, the last one that has it, from 0 for the oldest. */
  readonly superseded: string;
  /** SQL of the groups without those rows, over a relation `superseded`. */
  readonly kept: (superseded: string) => string;
  /** SQL of all groups. */
  readonly all: string;
}

/** SQL of whether a row of a drop is in a later drop too. @param drop its number, from 0 for the oldest */
export const isSupersededSql = (superseded: string, drop: number): string =>
  `_group IN (SELECT _group FROM ${superseded} WHERE drop > ${drop})`;

/** The number of a shard's drop. @param shards how many shards each drop has, the oldest first */
export function dropOfShard(shards: readonly number[], shard: number): number {
  let before = 0;
  for (const [drop, count] of shards.entries()) {
    before += count;
    if (shard < before) return drop;
  }
  throw new RangeError(`shard ${shard} belongs to none of the ${shards.length} drops of the run`);
}

/**
 * A row whose group is in several drops counts once: as the newest of them has it. All rows of the group in the newest drop stay.
 *
 * @param files the groups of each shard, in shard order
 * @param shards how many shards each drop has, the oldest first
 */
export function dropGroups(files: readonly string[], shards: readonly number[]): DropGroups {
  let before = 0;
  const drops = shards.map((count) => {
    before += count;
    return `read_parquet([${texts(files.slice(before - count, before))}])`;
  });
  const each = drops.map((rows, drop) => `SELECT DISTINCT _group, ${drop} AS drop FROM ${rows}`).join(' UNION ALL ');
  return {
    superseded: `SELECT _group, max(drop) AS drop FROM (${each}) GROUP BY 1 HAVING min(drop) < max(drop)`,
    kept: (superseded) =>
      drops
        .map((rows, drop) => `SELECT * FROM ${rows} WHERE NOT ${isSupersededSql(superseded, drop)}`)
        .join(' UNION ALL '),
    all: `(${drops.map((rows) => `SELECT * FROM ${rows}`).join(' UNION ALL ')})`,
  };
}
