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
  const parts: number[] = rows.map((n) => (n > 0 ? 1 : 0));
  let missing = atLeast - parts.reduce((sum, n) => sum + n, 0);
  while (missing > 0) {
    // the shard whose parts are largest is split further
    let largest = 0;
    rows.forEach((n, i) => {
      if (n / Math.max(1, parts[i] ?? 1) > (rows[largest] ?? 0) / Math.max(1, parts[largest] ?? 1)) largest = i;
    });
    parts[largest] = (parts[largest] ?? 0) + 1;
    missing--;
  }
  return parts;
}

/** The start and number of rows of each part of a shard, as even as possible. */
export function partRanges(rows: number, parts: number): { readonly offset: number; readonly rows: number }[] {
  return Array.from({ length: parts }, (_, i) => {
    const offset = Math.floor((rows * i) / parts);
    return { offset, rows: Math.floor((rows * (i + 1)) / parts) - offset };
  });
}
