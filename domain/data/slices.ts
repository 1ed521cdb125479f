/** Columns that one statement works on at most: its time and memory may grow faster than its columns. */
export const columnsAtOnce = 200;

/** Cuts a list into slices, in order; the last may be shorter. An empty list has none. */
export const slices = <T>(items: readonly T[], size: number = columnsAtOnce): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
