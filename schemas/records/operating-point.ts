import * as z from 'zod';

const fraction = z.number().min(0).max(1);

/** How a run's threshold was chosen, on its validation rows. */
export const thresholdChoiceSchema = z.object({
  rule: z.string().describe('the rule in words'),
  rows: z.int().min(1).describe('validation rows'),
  positives: z.int().min(1).describe('of them positive'),
  low: fraction.describe('95 % of the resamples of the validation rows choose a threshold from low to high'),
  high: fraction,
  problem: z.string().optional().describe('what the rows did not allow, in a sentence'),
});
export type ThresholdChoice = z.infer<typeof thresholdChoiceSchema>;

const isotonicMapSchema = z.object({
  method: z.literal('isotonic'),
  at: z.array(z.number()).min(1).describe('scores, ascending'),
  value: z.array(fraction).min(1).describe('the probability at each of them; linear between, constant outside'),
});
export type IsotonicMap = z.infer<typeof isotonicMapSchema>;
const plattMapSchema = z.object({
  method: z.literal('platt'),
  slope: z.number().describe('of the log-odds of the score'),
  intercept: z.number(),
});
export type PlattMap = z.infer<typeof plattMapSchema>;

/** A map from a model's score to a probability, as it was fitted. */
export const calibrationMapSchema = z.discriminatedUnion('method', [isotonicMapSchema, plattMapSchema]);
export type CalibrationMap = z.infer<typeof calibrationMapSchema>;

/** What a run chose on its validation rows (`operating-point.json`): how its scores become answers. */
export const operatingPointSchema = z.object({
  calibration: calibrationMapSchema.optional().describe('absent where the scores are taken as they are'),
  threshold: fraction.describe('scores at or above it are the positive class'),
  choice: thresholdChoiceSchema.optional().describe('absent where the threshold is a number of the pipeline'),
});
export type OperatingPoint = z.infer<typeof operatingPointSchema>;
