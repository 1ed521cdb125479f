import { ident } from '#domain/sql/literals';

/**
 * Training rows that have copies. How the candidate answers them shows what a split that divides rows at random would have claimed:
 * see `domain/evaluation/naive-split.ts`.
 */

/** At most so many sets of duplicates, and so many of their rows, are looked at. */
export const mostCopied = 2_000;

/** More than the rows of any shard, so row numbers of shards do not overlap. */
const rowsPerShard = 2 ** 40;

/**
 * SQL of a uniform sample of the sets of duplicates of a drop: `same`, which is a hash, and `copies`, the number of rows.
 *
 * @param groups a relation with `same` and `rows`
 */
export const copiedSetsSql = (groups: string): string =>
  `SELECT same, sum(rows)::BIGINT AS copies FROM ${groups} GROUP BY same HAVING sum(rows) > 1 ORDER BY same LIMIT ${mostCopied}`;

/**
 * SQL of a shard's training rows that belong to these sets, `_hash` first, with `_chance`: how likely a random split puts a copy of the
 * row into training.
 *
 * @param rows clean rows with `_row` and `_side`
 * @param same SQL of the number that duplicates share
 * @param sets a relation of `copiedSetsSql`
 * @param train the share of the rows that a random split puts into training
 */
export function copiedRowsSql(
  { shard, rows, same, sets, train }: { shard: number; rows: string; same: string; sets: string; train: number },
  columns: readonly string[],
): string {
  const fields = columns.map(ident).join(', ');
  return (
    `SELECT hash(CAST(${shard * rowsPerShard} AS UBIGINT) + CAST(_row AS UBIGINT)) AS _hash, _label, ` +
    `1 - pow(1 - ${train}, copies - 1) AS _chance, ${fields} FROM (SELECT *, ${same} AS _same FROM ${rows} WHERE _side = 'train') ` +
    `JOIN ${sets} AS sets ON _same = sets.same ORDER BY _hash LIMIT ${mostCopied}`
  );
}

/** SQL of the rows of all shards, in hash order. */
export const mergedCopiedSql = (copied: string): string =>
  `(SELECT * FROM ${copied} ORDER BY _hash LIMIT ${mostCopied})`;
