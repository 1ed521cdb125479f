import { ident } from '#domain/sql/literals';

/** Rows that a sample keeps of a side. */
export interface SampleSizes {
  readonly train: number;
  readonly test: number;
}

const most: SampleSizes = { train: 20_000, test: 2_000 };
/** Values that a sample has at most: they are put in order in memory. As numbers they have 320 MB. */
const mostCells = 40_000_000;

/** The size of a sample of so many columns. A wide one has fewer training rows, never fewer than of the holdout. */
export const sampleSizes = (columns: number): SampleSizes => ({
  train: Math.max(most.test, Math.min(most.train, Math.floor(mostCells / Math.max(1, columns)))),
  test: most.test,
});

/** More than the rows of any shard, so row numbers of shards do not overlap. */
const rowsPerShard = 2 ** 40;

/**
 * SQL of a shard's sample: the training rows and the test rows with the smallest hashes, `_hash` first. Bottom-k samples
 * merge exactly: the k smallest of several samples are the k smallest of all rows, a uniform sample without
 * replacement (Cohen & Kaplan 2007, "Summarizing data using bottom-k sketches").
 *
 * @param cleanRows a relation with `_row`, `_side`, `_label` and the columns
 * @param sizes the same for every shard
 */
export function sampleSql(shard: number, columns: readonly string[], cleanRows: string, sizes: SampleSizes): string {
  const fields = ['_side', '_label', ...columns].map(ident).join(', ');
  const hash = `hash(CAST(${shard * rowsPerShard} AS UBIGINT) + CAST(_row AS UBIGINT))`;
  // the rows are chosen by their numbers alone: the engine makes room for all columns of as many rows as a limit allows
  const side = (name: keyof SampleSizes) =>
    `(SELECT ${hash} AS _hash, ${fields} FROM ${cleanRows} WHERE _row IN (` +
    `SELECT _row FROM ${cleanRows} WHERE _side = '${name}' ORDER BY ${hash} LIMIT ${sizes[name]}) ORDER BY _hash)`;
  return `SELECT * FROM ${side('train')} UNION ALL SELECT * FROM ${side('test')}`;
}

/** SQL of the sample of one side merged over the samples of all shards, in hash order. @param sizes those of the shards */
export const mergedSampleSql = (side: keyof SampleSizes, samples: string, sizes: SampleSizes): string =>
  `(SELECT * FROM ${samples} WHERE _side = '${side}' ORDER BY _hash LIMIT ${sizes[side]})`;
