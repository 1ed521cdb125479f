import * as z from 'zod';
import { estimateSchema } from './evaluation.ts';

/** How a model did on the rows of one day whose outcomes are known. */
export const modelPerformanceSchema = z.object({
  runId: z.string(),
  modelPackageVersion: z.int().min(1),
  role: z.enum(['champion', 'challenger']),
  returned: z.boolean().describe('whether callers received these answers'),
  rows: z.int().min(1),
  metrics: z
    .record(z.string(), estimateSchema)
    .describe('by name; a metric that these rows do not define, such as AUC with one class alone, is absent'),
});
export type ModelPerformance = z.output<typeof modelPerformanceSchema>;

/** Realised performance over the predictions of one UTC day: `performance#<day>` in the state table. */
export const performanceSchema = z.object({
  pipeline: z.string(),
  day: z.string(),
  rows: z.int().min(0).describe('rows with an outcome'),
  files: z.int().min(1).describe('how many files with outcomes of this day it rests on'),
  measuredAt: z.iso.datetime(),
  models: z.array(modelPerformanceSchema),
});
export type Performance = z.output<typeof performanceSchema>;
