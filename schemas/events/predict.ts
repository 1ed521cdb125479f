import * as z from 'zod';
import { classAnswerSchema } from '#schemas/records/class-answer';
import { contributionUnits } from '#schemas/records/explanation';

/** The most rows of one request. */
export const mostRows = 1000;

/** The input of Predict: raw rows as a drop has them. Personal columns may be left out; they are not read. */
export const predictRequestSchema = z.object({
  pipeline: z.string().min(1),
  rows: z
    .array(z.record(z.string(), z.unknown()))
    .min(1, 'give at least one row')
    .max(
      mostRows,
      `at most ${mostRows} rows a request: send several requests, or use "tidegate predict --rows", which does`,
    ),
  explain: z.boolean().optional().describe('whether the answer tells what each column contributes'),
});

/** Why the model answers what it does for one row. */
export const rowExplanationSchema = z.object({
  unit: z.enum(contributionUnits).describe('what the numbers below are counted in'),
  class: z.string().optional().describe('multiclass: the class whose probability is explained'),
  expected: z.number().describe('what the model answers on average over its training rows'),
  uncalibrated: z
    .number()
    .optional()
    .describe('the score that the contributions make, before the calibration of the run turned it into the answer'),
  contributions: z
    .record(z.string(), z.number())
    .describe('what each column, or interaction of two, adds to it: all together, they make the answer of this row'),
});

/** What an answer has beside the prediction: what the model did not get of the row, each list only if it has any, and why it answers so. */
const besides = {
  missing: z.array(z.string()).optional().describe('columns that the model reads and that are absent or null'),
  unknown: z.array(z.string()).optional().describe('columns with a category that the model does not know by name'),
  explanation: rowExplanationSchema.optional().describe('if the request asked for it'),
};

const binary = z.object({
  score: z.number().describe('probability of the positive class'),
  positive: z.boolean().describe("whether the score reaches the pipeline's threshold"),
});

export const predictionSchema = z.union([
  z.intersection(binary.extend(besides), classAnswerSchema).describe('binary'),
  z.object({ label: z.string(), probabilities: z.record(z.string(), z.number()), ...besides }).describe('multiclass'),
  z.object({ value: z.number(), ...besides }).describe('regression'),
]);

/** The result of Predict, row by row. A class is a value of the label column as the data spells it. */
export const predictResponseSchema = z.object({
  pipeline: z.string(),
  inferenceId: z.string().describe('names the request: send it along with what came true'),
  model: z.object({ version: z.number(), runId: z.string(), modelPackageArn: z.string() }),
  endpoint: z.string(),
  predictions: z.array(predictionSchema),
});
export type PredictResponse = z.output<typeof predictResponseSchema>;
