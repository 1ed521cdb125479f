import * as z from 'zod';
import { coverageSchema, driftReportSchema } from './baseline.ts';
import { decidedBySchema } from './drift-history.ts';
import { performanceEstimateSchema } from './performance-estimate.ts';

/**
 * What is kept of a drift check: `<pipeline>/drift/<time of the check>.json` in the artifacts bucket. It has the counts of the window's bins
 * and not the bins: their ends are values of training rows, which stay with the run (`baseline.json`).
 */

const binCountsSchema = z.object({
  column: z.string(),
  counts: z.array(z.int().min(0)).describe('in the order of the bins of the baseline'),
  missing: z.int().min(0),
});
export type BinCounts = z.output<typeof binCountsSchema>;

export const windowCountsSchema = z.object({
  columns: z.array(binCountsSchema),
  score: binCountsSchema.optional(),
});
export type WindowCounts = z.output<typeof windowCountsSchema>;

export const driftRecordSchema = driftReportSchema.extend({
  coverage: coverageSchema.optional(),
  performance: performanceEstimateSchema.optional().describe('absent in checks of earlier versions'),
  alarm: z.boolean().optional(),
  decidedBy: decidedBySchema.optional().catch(undefined).describe('what decided about the alarm'),
  from: z.string(),
  to: z.string().describe('the time of the check'),
  skipped: z.int().min(0).optional().describe('captures that could not be read'),
  runId: z.string().describe('run of the model that was checked'),
  counts: windowCountsSchema.optional().describe('absent in checks of earlier versions'),
});
export type DriftRecord = z.output<typeof driftRecordSchema>;
