import { createRandom } from '#domain/random';
import type { WindowRows } from '../performance/estimate.ts';

/** Most rows of a window that an estimate looks at. */
export const SAMPLE_ROWS = 4000;
/** Most rows, and most numbers, that one sketch keeps: 200,000 numbers are 2.1 MB. */
const SKETCH_ROWS = 2000;
const SKETCH_VALUES = 200_000;

/** A row with its priority, the model inputs and the scores. */
interface SampledRow {
  /** Uniform in [0, 1). */
  readonly priority: number;
  readonly inputs: Float64Array;
  readonly scores: Float64Array;
}

/** A sample of rows: all those whose priority is below a bound. */
export interface RowSample {
  readonly below: number;
  /** By priority. */
  readonly rows: readonly SampledRow[];
}

/** Most rows that a sketch of a model keeps. @param numbers model inputs and scores per row */
export const sketchRows = (numbers: number): number =>
  Math.max(1, Math.min(SKETCH_ROWS, Math.floor(SKETCH_VALUES / numbers)));

/** A number for a text: FNV-1a of 32 bits (Fowler, Noll & Vo; IETF draft-eastlake-fnv). */
const seedOf = (text: string): number =>
  [...text].reduce(
    (hash, character) => Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193),
    0x811c9dc5,
  ) >>> 0;

/** Keeps the rows of the smallest priorities; the bound is the smallest priority that is left out. */
function keepSmallest({ below, rows }: RowSample, most: number): RowSample {
  const ordered = rows.toSorted((a, b) => a.priority - b.priority);
  return { below: ordered[most]?.priority ?? below, rows: ordered.slice(0, most) };
}

/** A sample without rows. */
export const noRows: RowSample = { below: 1, rows: [] };

/** All of some rows, with priorities that follow from a text, such as the name of their object: a retry draws the same. */
export function rowsOf(drawnBy: string, { inputs: { rows, width, values }, scores }: WindowRows): RowSample {
  const random = createRandom(seedOf(drawnBy));
  const perRow = rows === 0 ? 0 : scores.length / rows;
  return {
    below: 1,
    rows: Array.from({ length: rows }, (_, row) => ({
      priority: random.float(),
      inputs: values.slice(row * width, (row + 1) * width),
      scores: scores.slice(row * perRow, (row + 1) * perRow),
    })),
  };
}

/**
 * The union of two samples, of at most so many rows. Bottom-k samples merge: below the smaller bound both have all their rows, so what is
 * kept is a uniform sample of all rows that were seen, in whatever order they came (Cohen & Kaplan 2007, "Summarizing data using bottom-k
 * sketches").
 */
export function mergeSamples(a: RowSample, b: RowSample, most: number): RowSample {
  const below = Math.min(a.below, b.below);
  const rows = [...a.rows, ...b.rows].filter(({ priority }) => priority < below);
  return keepSmallest({ below, rows }, most);
}

/** The rows of a sample as an estimate takes them. */
export function toWindowRows({ rows }: RowSample, width: number, perRow: number): WindowRows {
  const values = new Float64Array(rows.length * width);
  const scores = new Float64Array(rows.length * perRow);
  for (const [i, row] of rows.entries()) {
    values.set(row.inputs, i * width);
    scores.set(row.scores, i * perRow);
  }
  return { inputs: { rows: rows.length, width, values }, scores };
}
