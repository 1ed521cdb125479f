import { createRandom } from '#domain/random';
import type { WindowRows } from './estimate.ts';

/** Most rows of a window that an estimate looks at. */
const SAMPLE_ROWS = 4000;
const SEED = 20_260_103;

/** A uniform sample of the rows of a window that arrive in parts (Algorithm R: Vitter 1985). */
export interface RowSample {
  add(rows: WindowRows): void;
  rows(): WindowRows;
}

/**
 * @param width model inputs per row
 * @param perRow scores per row
 */
export function sampleRows(width: number, perRow: number, most: number = SAMPLE_ROWS): RowSample {
  const random = createRandom(SEED);
  const kept: { readonly inputs: Float64Array; readonly scores: Float64Array }[] = [];
  let seen = 0;
  return {
    add({ inputs, scores }) {
      for (let row = 0; row < inputs.rows; row++) {
        seen += 1;
        const place = kept.length < most ? kept.length : random.below(seen);
        if (place >= most) continue;
        kept[place] = {
          inputs: inputs.values.slice(row * width, (row + 1) * width),
          scores: scores.slice(row * perRow, (row + 1) * perRow),
        };
      }
    },
    rows() {
      const values = new Float64Array(kept.length * width);
      const scores = new Float64Array(kept.length * perRow);
      for (const [i, row] of kept.entries()) {
        values.set(row.inputs, i * width);
        scores.set(row.scores, i * perRow);
      }
      return { inputs: { rows: kept.length, width, values }, scores };
    },
  };
}
