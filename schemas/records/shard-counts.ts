import type * as z from 'zod';
import { profileSchema } from './profile.ts';

/** What only the reader of a raw shard knows of it: its part of the profile. */
export const shardCountsSchema = profileSchema.pick({
  rows: true,
  malformed: true,
  onlyNegative: true,
  absent: true,
  blankFiles: true,
  future: true,
});
export type ShardCounts = z.infer<typeof shardCountsSchema>;
