/**
 * How many objects each shard writes to a training channel. The total is at least `atLeast`, and none is empty:
 * SageMaker's ShardedByS3Key skips a host without objects (SageMaker API Reference, S3DataSource).
 *
 * @param rows the shard's rows on the channel's side
 * @throws RangeError when there are fewer rows than `atLeast`
 */
export function planParts(rows: readonly number[], atLeast: number): number[] {
  const total = rows.reduce((sum, n) => sum + n, 0);
  if (total < atLeast) throw new RangeError(`${total} rows cannot fill ${atLeast} objects`);
  const shards = rows.map((n) => ({ rows: n, parts: n > 0 ? 1 : 0 }));
  const filled = shards.filter((shard) => shard.rows > 0);
  for (let objects = filled.length; objects < atLeast; objects++) {
    // the shard whose parts are largest is split further
    const largest = filled.reduce((a, b) => (b.rows / b.parts > a.rows / a.parts ? b : a));
    largest.parts++;
  }
  return shards.map(({ parts }) => parts);
}

/** The start and number of rows of each part of a shard, as even as possible. */
export function partRanges(rows: number, parts: number): { readonly offset: number; readonly rows: number }[] {
  return Array.from({ length: parts }, (_, i) => {
    const offset = Math.floor((rows * i) / parts);
    return { offset, rows: Math.floor((rows * (i + 1)) / parts) - offset };
  });
}
