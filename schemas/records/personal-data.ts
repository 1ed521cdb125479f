import * as z from 'zod';

const share = z.number().min(0).max(1);

/** What looks personal in one column. Examples are masked before they are put here. */
export const findingSchema = z.object({
  column: z.string(),
  kind: z.string().describe('name of the detector, or `unique` for a category that is almost never the same twice'),
  plural: z.string(),
  by: z.enum(['values', 'name', 'range']).describe('what the finding rests on, besides the values themselves'),
  examined: z.int().min(0).describe('values that were looked at'),
  found: z.int().min(0).describe('those of them that hold one'),
  share,
  examples: z.array(z.string()).describe('masked'),
  outcome: z.enum(['refused', 'warned', 'allowed']),
});
export type Finding = z.infer<typeof findingSchema>;

/** What the search of one shard found before anything left the raw bucket, and how many values it looked at. */
export const shardSearchSchema = z.object({
  columns: z.int().min(0),
  values: z.int().min(0),
  findings: z.array(findingSchema),
});
export type ShardSearch = z.infer<typeof shardSearchSchema>;

/** How many rows share their quasi-identifiers, and how many labels such a group has. */
export const anonymitySchema = z.object({
  columns: z.array(z.string()),
  perturbed: z
    .array(z.string())
    .optional()
    .describe('quasi-identifiers that rows are not grouped by, because each subject has values of its own'),
  rows: z.int().min(0),
  groups: z.int().min(0),
  k: z.int().min(0).describe('rows of the smallest group'),
  rowsBelow5: share.describe('share of the rows in groups of fewer than five'),
  l: z.int().min(0).nullable().describe('least number of labels in a group; null for regression'),
  oneLabel: share.nullable().describe('share of the rows in groups with a single label; null for regression'),
});
export type Anonymity = z.infer<typeof anonymitySchema>;

/** The personal-data record of a run: the search before, the leak scan after, and the anonymity of the clean rows. */
export const personalDataSchema = z.object({
  columns: z.int().min(0),
  values: z.int().min(0),
  findings: z.array(findingSchema),
  anonymity: anonymitySchema.nullable(),
  leaks: shardSearchSchema.optional().describe('the scan of what training may read; absent before it'),
});
export type PersonalData = z.infer<typeof personalDataSchema>;
