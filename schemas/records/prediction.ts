import * as z from 'zod';

/** What one model answered for the rows of a request. */
export const loggedAnswerSchema = z.object({
  runId: z.string(),
  modelPackageVersion: z.int().min(1),
  endpointName: z.string(),
  role: z.enum(['champion', 'challenger']),
  returned: z.boolean().describe('whether the caller received this answer'),
  scores: z
    .array(z.number())
    .describe('row-major, one number per row; multiclass: one per class; empty when the model failed'),
  inputs: z
    .array(z.number().nullable())
    .optional()
    .describe(
      'the model inputs, row-major; null is missing. Absent for a model with more than 200, and in earlier logs',
    ),
  groups: z
    .record(z.string(), z.array(z.int().min(-1)))
    .optional()
    .describe("by slice column: for each row the place of its value among the groups of this model's run, -1 for none"),
  latencyMs: z.number().min(0).describe('how long the endpoint took to answer'),
  error: z.string().optional().describe('why there is no answer: a code, never a text of the model'),
});
export type LoggedAnswer = z.output<typeof loggedAnswerSchema>;

/**
 * One request to `predict`: `<pipeline>/predictions/YYYY/MM/DD/HH/<inferenceId>.json.gz` of the clean bucket. It has model inputs as
 * captured requests have them, scores, tokens and numbers of groups, and no raw value.
 */
export const predictionRecordSchema = z.object({
  inferenceId: z.string().describe('a UUIDv7: it names the request and says when it was made'),
  at: z.iso.datetime(),
  pipeline: z.string(),
  challenge: z.string().optional().describe('the id of the challenge under way'),
  rows: z.array(
    z.object({
      row: z.int().min(0).describe('its position in the request, from 0'),
      key: z
        .string()
        .optional()
        .describe("the token of the row's id, where the pipeline has dataset.id and the row an id"),
    }),
  ),
  answers: z.array(loggedAnswerSchema),
});
export type PredictionRecord = z.output<typeof predictionRecordSchema>;
