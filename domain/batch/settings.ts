import * as z from 'zod';
import { batchFormatSchema } from '#schemas/records/batch';

/** `batch`: how scores of files are written. */
export const batchSchema = z
  .object({
    format: batchFormatSchema.optional().meta({
      description: 'The format of the files with scores. By default that of the files that were scored.',
      examples: ['parquet'],
    }),
  })
  .strict()
  .meta({
    description:
      'How the scores of files below `<pipeline>/batch/` are written. See [batch scoring](batch-scoring.md).',
    examples: [{ format: 'parquet' }],
  });
export type BatchSettings = z.infer<typeof batchSchema>;
