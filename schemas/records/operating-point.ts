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

/** What a run chose on its validation rows (`operating-point.json`): how its scores become answers. */
export const operatingPointSchema = z.object({
  threshold: fraction.describe('scores at or above it are the positive class'),
  choice: thresholdChoiceSchema,
});
export type OperatingPoint = z.infer<typeof operatingPointSchema>;
