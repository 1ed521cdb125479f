import type * as z from 'zod';
import { windowSchema } from './baseline.ts';
import { capturedSampleSchema } from './capture-counts.ts';

/** The rows of one shard, counted in the bins of clean columns, with a sample of them as model inputs. */
export const shardWindowSchema = windowSchema.extend({
  sample: capturedSampleSchema
    .optional()
    .describe('without scores; absent where an earlier version of Tidegate counted the shard'),
});
export type ShardWindow = z.output<typeof shardWindowSchema>;
