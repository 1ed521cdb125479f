import * as z from 'zod';

/** The projections of an embedding's rows, and how they were made: kept with a run, compared with those of later windows. */
export const embeddingSketchSchema = z
  .object({
    name: z.string(),
    at: z.array(z.int().min(0)).min(2).describe('the places of its columns among the model inputs'),
    centre: z.array(z.number()).describe('by column: the mean of the rows'),
    scale: z.array(z.number().positive()).describe('by column: the standard deviation of the rows, or 1'),
    projections: z.int().min(1),
    values: z.array(z.number().nullable()).describe('row-major, rows × projections; null is missing'),
  })
  .refine(
    ({ at, centre, scale }) => centre.length === at.length && scale.length === at.length,
    'centre and scale must be one per column',
  )
  .refine(({ values, projections }) => values.length % projections === 0, 'values must be rows × projections');
export type EmbeddingSketch = z.output<typeof embeddingSketchSchema>;
