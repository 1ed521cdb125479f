import * as z from 'zod';
import { columnDriftSchema, coverageSchema, driftReportSchema } from './baseline.ts';
import { captureSketchSchema } from './capture-counts.ts';
import { decidedBySchema, driftDecisionSchema, driftStepSchema } from './drift-history.ts';
import { performanceEstimateSchema } from './performance-estimate.ts';

/** What a window was compared with. */
export const driftReferenceSchema = z.object({
  kind: z.enum(['training', 'rolling', 'season']),
  rows: z.int().min(0),
  from: z.string().optional().describe('start of the earliest of the earlier windows; absent for training'),
  to: z.string().optional().describe('end of the latest of them'),
  fellBack: z.string().optional().describe('why the training rows stand in for earlier windows'),
});
export type DriftReference = Readonly<z.output<typeof driftReferenceSchema>>;

/** Whether requests of the model in service are captured, as a check sees it. */
export const arrivalsSchema = z
  .enum(['arrived', 'unreadable', 'stopped', 'never', 'not-yet', 'off'])
  .describe(
    'arrived: the window has rows; unreadable: it has captures and no row; stopped: none, after there were some; never: none since the model went into service, a whole window ago; not-yet: none of a younger model; off: capture is off',
  );
export type Arrivals = z.output<typeof arrivalsSchema>;

/**
 * The outcome of one drift check. MeasureDrift answers what the window says alone, DecideDrift adds the decision, and Notify tells it.
 */
export const driftCheckSchema = z.object({
  pipeline: z.string(),
  runId: z.string(),
  source: z.enum(['captures', 'newest-drop', 'newest-batch']),
  window: z.object({ from: z.string(), to: z.string(), rows: z.int().min(0) }),
  tooSmall: z.boolean(),
  drifted: z.boolean(),
  fellSilent: z
    .boolean()
    .describe('no capture in the window although the check before had some: capture may have stopped'),
  arrivals: arrivalsSchema.optional().describe('absent for a drop, and in checks of earlier versions'),
  unread: captureSketchSchema.shape.unread.optional().describe('captures of the window that were not counted'),
  reference: driftReferenceSchema.optional().describe('absent in checks of earlier versions'),
  performance: performanceEstimateSchema.describe('what the scores say of the performance, without labels'),
  alarm: z.boolean().describe('whether somebody has to know, and whether the action is taken'),
  decidedBy: decidedBySchema.describe('what decided about the alarm'),
  notify: z.boolean(),
  action: z.string().describe('what the pipeline wants for an alarm: `drift.action`'),
  decision: driftDecisionSchema.optional().describe('with the checks before; absent in checks of earlier versions'),
  step: driftStepSchema.optional().describe('what is done about it; absent in checks of earlier versions'),
  driftedColumns: z.array(z.string()),
  columns: z.array(columnDriftSchema).describe('the 20 that moved most'),
  score: columnDriftSchema.optional(),
  together: driftReportSchema.shape.together,
  notTogether: driftReportSchema.shape.notTogether,
  coverage: coverageSchema.optional().describe('what was watched; absent in checks of earlier versions'),
  reportKey: z.string(),
});
export type DriftCheck = z.output<typeof driftCheckSchema>;

/** MeasureDrift's result for a pipeline that is not checked, with the reason. */
export const skippedDriftCheckSchema = z.object({
  pipeline: z.string(),
  skipped: z.string(),
  notify: z.literal(false),
});
export type SkippedDriftCheck = z.output<typeof skippedDriftCheckSchema>;
