import { ident } from '#domain/sql/literals';

/** Rows a sample keeps of each side. */
export const sampleSizes = { train: 20_000, test: 2_000 } as const;

/** More than the rows of any shard, so row numbers of shards do not overlap. */
const rowsPerShard = 2 ** 40;

/**
 * SQL of a shard's sample: the training rows and the test rows with the smallest hashes, `_hash` first. Bottom-k samples
 * merge exactly: the k smallest of several samples are the k smallest of all rows, a uniform sample without
 * replacement (Cohen & Kaplan 2007, "Summarizing data using bottom-k sketches").
 *
 * @param cleanRows a relation with `_row`, `_side`, `_label` and the columns
 */
export function sampleSql(shard: number, columns: readonly string[], cleanRows: string): string {
  const fields = ['_side', '_label', ...columns].map(ident).join(', ');
  const hash = `hash(CAST(${shard * rowsPerShard} AS UBIGINT) + CAST(_row AS UBIGINT))`;
  // the rows are chosen by their numbers alone: the engine makes room for all columns of as many rows as a limit allows
  const side = (name: keyof typeof sampleSizes) =>
    `(SELECT ${hash} AS _hash, ${fields} FROM ${cleanRows} WHERE _row IN (` +
    `SELECT _row FROM ${cleanRows} WHERE _side = '${name}' ORDER BY ${hash} LIMIT ${sampleSizes[name]}) ORDER BY _hash)`;
  return `SELECT * FROM ${side('train')} UNION ALL SELECT * FROM ${side('test')}`;
}

/** SQL of the sample of one side merged over the samples of all shards, in hash order. */
export const mergedSampleSql = (side: keyof typeof sampleSizes, samples: string): string =>
  `(SELECT * FROM ${samples} WHERE _side = '${side}' ORDER BY _hash LIMIT ${sampleSizes[side]})`;
