import * as z from 'zod';
import { runPointerSchema } from '#schemas/records/run';

const index = z.int().min(0);

/** A part of a large file: its number, how many there are, and the bytes of the whole file. */
const partSchema = z.object({ index, count: z.int().min(1), size: z.int().min(1) });

/** A shard: consecutive files of the drop's list. Executions that an earlier version of Tidegate began have one file a shard, without saying so. */
const shardSchema = z.object({ index, first: index.optional(), files: z.int().min(1).optional() });

/**
 * The input of DesensitizeShard: files of the drop, by their positions in the list that lies in the raw bucket. Executions that an
 * earlier version of Tidegate began name the key.
 */
export const desensitizeShardSchema = z.object({
  run: runPointerSchema,
  shard: shardSchema.extend({
    key: z.string().min(1).optional(),
    versionId: z.string().min(1).optional(),
    size: z.int().min(0),
    part: partSchema.optional(),
  }),
});
export type DesensitizeShardEvent = z.infer<typeof desensitizeShardSchema>;

/** What LocateRows is called with: a large text file. */
export const locateRowsSchema = z.object({
  run: runPointerSchema,
  shard: z.object({ first: index, part: partSchema.omit({ index: true }) }),
});
export type LocateRowsEvent = z.infer<typeof locateRowsSchema>;

/** What DivideRows is called with: shards 0 to `shards` - 1 have been desensitized. */
export const divideRowsSchema = z.object({
  run: runPointerSchema,
  shards: z.int().min(1),
  champion: runPointerSchema.nullish(),
});
export type DivideRowsEvent = z.infer<typeof divideRowsSchema>;

/** What ProfileShard is called with; the champion when the drop is compared with what it was trained on. */
export const profileShardSchema = z.object({
  run: runPointerSchema,
  shard: shardSchema,
  champion: runPointerSchema.nullish(),
});
export type ProfileShardEvent = z.infer<typeof profileShardSchema>;

/** What FitTransform is called with: shards 0 to `shards` - 1 have been profiled. */
export const fitTransformSchema = z.object({
  run: runPointerSchema,
  shards: z.int().min(1),
  champion: runPointerSchema.nullish(),
});
export type FitTransformEvent = z.infer<typeof fitTransformSchema>;

/**
 * What TransformShard is called with; the champion when its model is to be scored on the same holdout. With a model, the rows are those of
 * a batch, and become the inputs of this model.
 */
export const transformShardSchema = z.object({
  run: runPointerSchema,
  shard: shardSchema,
  champion: runPointerSchema.nullish(),
  model: runPointerSchema.nullish(),
});
export type TransformShardEvent = z.infer<typeof transformShardSchema>;
