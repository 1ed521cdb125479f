import * as z from 'zod';
import { labelVerdictSchema } from './label-window.ts';

/** What came true: a value of the label column for regression, 1 or 0 for binary, the name of the class for multiclass. */
export const outcomeValueSchema = z.union([z.number(), z.string()]);
export type OutcomeValue = z.output<typeof outcomeValueSchema>;

/** One row of a file with outcomes, without raw values: what names the prediction, and what came true. */
export const receivedOutcomeSchema = z.union([
  z.strictObject({
    inferenceId: z.string(),
    row: z.int().min(0).optional().describe('its position in the request; absent: the request had one row'),
    value: outcomeValueSchema,
    at: z.iso.datetime().describe('when it became known'),
  }),
  z.strictObject({
    keys: z
      .array(z.string())
      .min(1)
      .describe("the token of the row's id, and that under the previous key while one is replaced"),
    value: outcomeValueSchema,
    at: z.iso.datetime(),
  }),
]);
export type ReceivedOutcome = z.output<typeof receivedOutcomeSchema>;

/** An outcome with the prediction it belongs to. */
export const outcomeSchema = z.strictObject({
  inferenceId: z.string(),
  row: z.int().min(0),
  predictedAt: z.iso.datetime(),
  challenge: z.string().optional().describe('the id of the challenge that was under way'),
  value: outcomeValueSchema,
  at: z.iso.datetime(),
  answers: z.array(
    z.strictObject({
      runId: z.string(),
      modelPackageVersion: z.int().min(1),
      role: z.enum(['champion', 'challenger']),
      returned: z.boolean().describe('whether the caller received this answer'),
      scores: z
        .array(z.number())
        .describe('of this row: one number; multiclass: one per class; empty when the model failed'),
      inputs: z
        .array(z.number().nullable())
        .optional()
        .describe('the model inputs of this row, where they were logged'),
      groups: z
        .record(z.string(), z.int().min(-1))
        .optional()
        .describe('by slice column: the group of the row, -1 for none'),
      failed: z.boolean(),
    }),
  ),
});
export type Outcome = z.output<typeof outcomeSchema>;

/** What reading a file with outcomes gave. */
export const receivedFileSchema = z.object({
  pipeline: z.string(),
  id: z.string().describe('identifies the file: its key and ETag'),
  receivedAt: z.iso.datetime(),
  runId: z.string().describe('the run whose configuration read it'),
  by: z.enum(['inferenceId', 'key']),
  rows: z.int().min(0).describe('all rows of the file'),
  accepted: z.int().min(0),
  malformed: z.int().min(0),
  problems: z
    .array(z.object({ column: z.string().nullable(), reason: z.string(), count: z.int().min(1) }))
    .describe('the malformed rows by reason'),
});
export type ReceivedFile = z.output<typeof receivedFileSchema>;

/** `outcomes#<id>` in the state table: what became of a file with outcomes. */
export const outcomesFileSchema = receivedFileSchema.extend({
  joined: z.int().min(0).describe('rows with a known prediction'),
  repeated: z.int().min(0).describe('those among them that a former file had, or this one twice: the latest counts'),
  unknown: z.int().min(0).describe('rows whose prediction is not in the log'),
  rowNeeded: z.int().min(0).describe('rows of requests with several rows that do not say which one is meant'),
  days: z.array(z.string()).describe('days of the predictions'),
  windows: z
    .array(labelVerdictSchema)
    .optional()
    .describe('what labels say of the models in the windows of these days; absent for files of earlier versions'),
});
export type OutcomesFile = z.output<typeof outcomesFileSchema>;
