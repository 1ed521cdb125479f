import * as z from 'zod';

/** A decision on a model version: `decision#<version>#<at>#<decision>` in the state table. It is written once and never changed. */
export const decisionSchema = z.object({
  decision: z.enum(['approved', 'rejected', 'reopened', 'rolled-back']),
  version: z.int().min(1).describe('the version decided on; after a roll-back, the version that serves again'),
  runId: z.string().optional(),
  at: z.string().describe('when its event was sent, ISO 8601'),
  changedAt: z.string().describe('when the package was changed, which identifies its deployment, ISO 8601'),
  by: z
    .string()
    .optional()
    .describe('ARN of the IAM identity, as SageMaker or the caller reported it, or `slack:<user id>`'),
  reason: z.string().optional(),
  now: z.boolean().optional().describe('of a roll-back: all at once, without the waits and alarms of a roll-out'),
  from: z.int().min(1).optional().describe('the version that a roll-back takes out of service'),
});
export type Decision = z.output<typeof decisionSchema>;
