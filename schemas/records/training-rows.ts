import * as z from 'zod';
import { embeddingSketchSchema } from './embedding-sketch.ts';

const count = z.int().min(0);

/** A sample of a run's training rows as model inputs, which later drops are compared with (`training-rows.json` of a run). */
export const trainingRowsSchema = z
  .object({
    version: z.literal(1),
    inputs: z
      .array(z.object({ at: count.describe('its place among the model inputs'), column: z.string() }))
      .describe('the model inputs that the rows are compared by'),
    leftOut: z.array(z.object({ column: z.string(), reason: z.string() })).describe('columns that are not compared'),
    rows: count,
    values: z.array(z.number().nullable()).describe('row-major, rows × inputs; null is missing'),
    embeddings: z.array(embeddingSketchSchema).optional().describe('of the same rows; absent in earlier runs'),
  })
  .refine(({ rows, inputs, values }) => values.length === rows * inputs.length, 'values must be rows × inputs');
export type TrainingRows = z.output<typeof trainingRowsSchema>;
