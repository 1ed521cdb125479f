import * as z from 'zod';
import { countsSchema, momentsSchema } from './profile.ts';

const missing = z.int().min(0).describe('rows without a value');
const timeRange = { min: z.string().nullable(), max: z.string().nullable() };

/** One clean column over all rows of a drop. */
export const columnFactsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), missing, min: z.number().nullable(), max: z.number().nullable() }),
  z.object({ kind: z.literal('datetime'), missing, ...timeRange }),
  z.object({ kind: z.literal('boolean'), missing, trueRows: z.int().min(0) }),
  z.object({
    kind: z.literal('category'),
    missing,
    values: countsSchema.nullable().describe('how often each value occurs; null when there are too many values'),
  }),
  z.object({ kind: z.literal('text'), missing }),
]);
export type ColumnFacts = z.infer<typeof columnFactsSchema>;

const common = {
  rows: z.int().min(0).describe('usable rows'),
  malformed: z.object({
    rows: z.int().min(0),
    reasons: z.array(z.object({ column: z.string().nullable(), reason: z.string(), count: z.int().min(1) })),
  }),
  label: z.object({
    classes: z.array(z.int().min(0)).describe('rows by class in the order of their numbers; empty for regression'),
    moments: momentsSchema,
  }),
  time: z
    .object({ missing, ...timeRange })
    .nullable()
    .describe('of `dataset.time`; null without it'),
  columns: z.record(z.string(), columnFactsSchema),
};

/** What one shard adds to the facts of its drop. */
export const shardFactsSchema = z.object({
  ...common,
  broken: z.array(z.int().min(0)).describe('rows that break each constraint, in the order of the pipeline'),
});
export type ShardFacts = z.infer<typeof shardFactsSchema>;

/** The facts of a drop (`facts.json`): over all its usable rows, free of any single row's values beyond range ends and categories. */
export const factsSchema = z.object({
  ...common,
  repeats: z
    .record(z.string(), z.int().min(0))
    .describe('by column: rows whose value stands in another row before; of the id and of columns that must be unique'),
});
export type Facts = z.infer<typeof factsSchema>;
