import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { PerformanceReference } from '#schemas/records/performance-estimate';
import type { TrainingRows } from '#schemas/records/training-rows';
import { type EmbeddingInputs, sketchEmbeddings } from '../embeddings/sketch.ts';
import { pickInputs } from '../joint/rows.ts';
import { type RowSample, toWindowRows } from './row-sample.ts';

/**
 * Sampled training rows as a run keeps them: by the inputs that an estimate without labels compares.
 *
 * @param sample all inputs of the model
 */
export function trainingRowsOf(
  sample: RowSample,
  { features }: Pick<FittedTransform, 'features'>,
  { inputs, leftOut }: Pick<PerformanceReference, 'inputs' | 'leftOut'>,
  embeddings: readonly EmbeddingInputs[] = [],
): TrainingRows {
  const all = toWindowRows(sample, features.length, 0).inputs;
  const { rows, values } = pickInputs(all, { inputs });
  const known = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  const sketches = sketchEmbeddings(embeddings, all);
  return { version: 1, inputs, leftOut, rows, values: known, ...(sketches.length > 0 ? { embeddings: sketches } : {}) };
}
