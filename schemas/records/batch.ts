import * as z from 'zod';

/** The formats of files with scores. */
export const batchFormatSchema = z.enum(['csv', 'jsonl', 'parquet']);
export type BatchFormat = z.output<typeof batchFormatSchema>;

/** The model that scores a batch, and how its scores are written: the part of a drop's record (`drop.json`) that only batches have. */
export const scoringSchema = z.object({
  /** The run that trained the model. */
  runId: z.string(),
  modelPackageArn: z.string(),
  modelPackageVersion: z.number(),
  /** The format of the files that are scored, and that of the files with scores. */
  reads: batchFormatSchema,
  format: batchFormatSchema,
});
export type Scoring = Readonly<z.output<typeof scoringSchema>>;

/** How many rows were answered with a class. */
const classSchema = z.object({ label: z.string(), rows: z.int().min(0) });

/** What became of the rows of one shard (`shards/<n>/scores.json`). */
export const shardScoresSchema = z.object({
  /** Rows with a score. */
  rows: z.int().min(0),
  /** Those by class, in the order of the classes' numbers; none for regression. */
  classes: z.array(classSchema),
  /** Regression: the sum of the values. */
  sum: z.number().optional(),
});
export type ShardScores = Readonly<z.output<typeof shardScoresSchema>>;

/** What became of all rows of a batch. Every row is scored or malformed. */
export const batchCountsSchema = z.object({
  rows: z.int().min(0),
  scored: z.int().min(0),
  malformed: z.int().min(0),
  problems: z.array(z.object({ column: z.string().nullable(), reason: z.string(), count: z.int() })),
  /** The rows of each class, those of the most rows first: the first 20. */
  classes: z.array(classSchema),
  /** Regression: the mean of the values. */
  mean: z.number().optional(),
});
export type BatchCounts = Readonly<z.output<typeof batchCountsSchema>>;

/** A batch's record in the state table: `batch#<id>`. */
export const batchRecordSchema = z.object({
  batchId: z.string(),
  pipeline: z.string(),
  status: z.enum(['running', 'scored', 'failed']),
  drop: z.string().describe('the name of its folder: see domain/runs/drop-name.ts'),
  startedAt: z.string(),
  executionArn: z.string(),
  objects: z.int().min(1),
  bytes: z.int().min(0),
  model: scoringSchema.omit({ reads: true, format: true }),
  format: batchFormatSchema,
  /** The place of the results. */
  bucket: z.string(),
  prefix: z.string(),
  /** The keys of the files with scores, below the prefix. */
  files: z.array(z.string()).optional(),
  counts: batchCountsSchema.optional(),
  failure: z.object({ error: z.string(), message: z.string() }).optional(),
});
export type BatchRecord = Readonly<z.output<typeof batchRecordSchema>>;
