import * as z from 'zod';

/** What happens when a constraint is not met. */
export const onFailureSchema = z.enum(['refuse', 'warn']);

/** How a drop did on one constraint. */
export const constraintResultSchema = z.object({
  constraint: z.string().describe('the constraint in a few words, such as "missing income ≤ 5 %"'),
  check: z.string().describe('its kind'),
  column: z.string().optional(),
  onFailure: onFailureSchema,
  passed: z.boolean(),
  measured: z.string(),
  required: z.string(),
  reason: z.string().describe('one sentence; with the fix when it is not met'),
});
export type ConstraintResult = z.infer<typeof constraintResultSchema>;

/** How a drop did on all constraints of its pipeline (`constraints.json`). */
export const constraintsRecordSchema = z.object({
  results: z.array(constraintResultSchema),
  comparedWith: z.string().nullable().describe('the run whose drop it was compared with'),
});
export type ConstraintsRecord = z.infer<typeof constraintsRecordSchema>;
