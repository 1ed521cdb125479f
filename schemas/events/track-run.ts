import * as z from 'zod';

/** What TrackRun is called with: an execution of `retrain` or `deploy` that has ended. */
export const trackRunSchema = z.object({
  executionArn: z.string().startsWith('arn:'),
  /** The execution that tracks: it takes the run's claim. */
  trackedBy: z.string().startsWith('arn:'),
  endedAt: z.iso.datetime({ offset: true }),
  input: z.unknown(),
  /** Absent where the execution failed. */
  output: z.unknown(),
});

/** The run in the output of `retrain`, or of `deploy` when it deployed. */
export const endedRunSchema = z.object({ run: z.object({ pipeline: z.string().min(1), runId: z.string().min(1) }) });
