/** Fewest and most blocks, and the rows that a block should have. */
const FEWEST = 5;
const MOST = 10;
const BLOCK_ROWS = 40;

/** Fewest reference rows that an estimate can rest on. */
export const LEAST_REFERENCE_ROWS = FEWEST * BLOCK_ROWS;

/** The 97.5 % quantiles of Student's t for 4 to 9 degrees of freedom (scipy.stats.t.ppf(0.975, df)). */
const STUDENT = [2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622] as const;
const NORMAL = 1.96;

/** Rows from one place to another, the end exclusive. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** Divides rows into five to ten blocks of neighbours. In a holdout in the order of time, a block is a period. */
export function toBlocks(rows: number): Block[] {
  const blocks = Math.max(FEWEST, Math.min(MOST, Math.floor(rows / BLOCK_ROWS)));
  return Array.from({ length: blocks }, (_, i) => ({
    from: Math.floor((i * rows) / blocks),
    to: Math.floor(((i + 1) * rows) / blocks),
  }));
}

/** How far an estimate was from the truth in one block, and the variance of that by chance alone. */
export interface BlockError {
  readonly error: number;
  readonly variance: number;
}

/**
 * The variance of the estimate's error between blocks beyond chance, as in a random-effects model (DerSimonian and Laird 1986): what
 * changes from period to period although scores and inputs do not show it. An estimate cannot see such a change in the window either,
 * so its interval has to allow for it.
 */
export function varianceBetween(errors: readonly BlockError[]): number {
  const found = errors.filter(({ error, variance }) => Number.isFinite(error) && Number.isFinite(variance));
  if (found.length === 0) return 0;
  const mean = (of: (block: BlockError) => number): number =>
    found.reduce((sum, block) => sum + of(block), 0) / found.length;
  return Math.max(0, mean(({ error }) => error ** 2) - mean(({ variance }) => variance));
}

/** Half of the 95 % interval for a new period: chance, and the difference between periods, which few blocks tell of. */
export function halfInterval(variance: number, between: number, blocks: number): number {
  const student = STUDENT[blocks - FEWEST] ?? NORMAL;
  return Math.sqrt(NORMAL ** 2 * variance + student ** 2 * between * (1 + 1 / blocks));
}
