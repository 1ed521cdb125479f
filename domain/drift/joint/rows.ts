import type { PerformanceReference } from '#schemas/records/performance-estimate';
import type { TrainingRows } from '#schemas/records/training-rows';
import type { FeatureMatrix } from '../columns.ts';
import { type EmbeddedRows, embeddedRows } from '../embeddings/sketch.ts';

/** Rows of two samples that are compared by all columns together. */
export interface JointRows {
  /** By column of the rows: the name of its source in the pipeline's file. One that is encoded as several inputs is there several times. */
  readonly columns: readonly string[];
  readonly before: FeatureMatrix;
  readonly now: FeatureMatrix;
  /** Model inputs that are not compared. */
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
  /** The embeddings of the same rows. */
  readonly embeddings?: readonly EmbeddedRows[];
}

/** Rows with known inputs: kept at training. */
export type KnownRows = Pick<
  PerformanceReference | TrainingRows,
  'inputs' | 'leftOut' | 'rows' | 'values' | 'embeddings'
>;

/** Known rows as a matrix; NaN is missing. */
export const knownMatrix = ({ rows, inputs, values }: KnownRows): FeatureMatrix => ({
  rows,
  width: inputs.length,
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
});

/** The inputs of known rows, from all inputs of the model. */
export function pickInputs(
  { rows, width, values }: FeatureMatrix,
  { inputs }: Pick<KnownRows, 'inputs'>,
): FeatureMatrix {
  const picked = new Float64Array(rows * inputs.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, { at }] of inputs.entries()) picked[row * inputs.length + i] = values[row * width + at] as number;
  }
  return { rows, width: inputs.length, values: picked };
}

/** Fewer rows than these on either side are too few for a classifier. */
const LEAST_ROWS = 50;
/** Why all columns cannot be compared together, though embeddings may be. */
export const tooFewInputs = 'the model has fewer than two inputs to compare';

/**
 * The rows of a window beside those that were kept at training, or beside others.
 *
 * @param known which inputs are compared, and the rows of the baseline
 * @param now all inputs of the model
 * @param before all inputs of the model, where the baseline is not the known rows
 * @returns why they cannot be compared, as a text
 */
export function jointRows(known: KnownRows, now: FeatureMatrix, before?: FeatureMatrix): JointRows | string {
  const [earlier, later] = [before ? before.rows : known.rows, now.rows];
  const sketches = known.embeddings ?? [];
  if (known.inputs.length < 2 && sketches.length === 0) return tooFewInputs;
  if (Math.min(earlier, later) < LEAST_ROWS) {
    return `${earlier < later ? 'the baseline' : 'the window'} has a sample of ${Math.min(earlier, later)} rows, and ${LEAST_ROWS} are needed`;
  }
  return {
    columns: known.inputs.map(({ column }) => column),
    before: before ? pickInputs(before, known) : knownMatrix(known),
    now: pickInputs(now, known),
    leftOut: known.leftOut,
    ...(sketches.length > 0 ? { embeddings: embeddedRows(sketches, now, before) } : {}),
  };
}
