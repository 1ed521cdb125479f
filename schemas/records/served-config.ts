import * as z from 'zod';
import { backlogScalingRecordSchema, scalingRecordSchema } from './deployment.ts';
import { taskSchema } from './task.ts';

/**
 * What a deployment reads of the configuration that a run was admitted with (`config.json`). It was checked as a whole then, and
 * the schema of a whole pipeline would take a fifth of the function's cold start.
 */
export const servedConfigSchema = z.object({
  evaluation: z.object({
    task: taskSchema,
    threshold: z.union([z.number(), z.looseObject({})]).optional(),
    calibration: z.string().optional(),
  }),
  dataset: z.object({
    label: z.object({ classes: z.array(z.unknown()).optional(), map: z.record(z.string(), z.unknown()).optional() }),
    columns: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  }),
  imbalance: z.unknown().optional(),
  deployment: z.object({
    maxWaitMinutes: z.int().min(1),
    strategy: z.string().default('all-at-once'),
    percent: z.number().optional(),
    bakeMinutes: z.number().optional(),
    alarms: z.record(z.string(), z.number()).optional(),
    scaling: scalingRecordSchema.optional(),
    serverless: z.object({}).optional(),
    asynchronous: z.object({ scaling: backlogScalingRecordSchema.optional() }).optional(),
    challenge: z.looseObject({ mode: z.string() }).optional(),
  }),
});
export type ServedConfig = z.infer<typeof servedConfigSchema>;
