import * as z from 'zod';
import type { Decision } from '#schemas/records/decision';

/** RecordDecision's input: a change of a model package's approval status, as the EventBridge event reports it. */
export const recordDecisionSchema = z.object({
  modelPackageArn: z.string().startsWith('arn:'),
  status: z.enum(['Approved', 'Rejected', 'PendingManualApproval']),
  eventTime: z.iso.datetime({ offset: true }),
});
export type StatusChanged = z.output<typeof recordDecisionSchema>;

/** RequestRollBack's input: a person's request to serve an earlier version again. */
export const requestRollBackSchema = z.object({
  pipeline: z.string().min(1),
  version: z.int().min(1).nullish().describe('the version before the one in service when absent'),
  by: z.string().nullish().describe('ARN of the caller, as the caller reported it'),
  reason: z.string().max(1024).nullish(),
  now: z.boolean().optional().describe('all at once, without the waits and alarms of a roll-out'),
  moved: z
    .boolean()
    .optional()
    .describe('the endpoint does not serve its champion, as the caller saw: a roll-back to the champion puts it back'),
  requestedAt: z.iso.datetime({ offset: true }),
});
export type RollBackRequest = z.output<typeof requestRollBackSchema>;

/** The result of RecordDecision and RequestRollBack. */
export type RecordedDecision =
  | {
      readonly decision: 'recorded';
      /** Identifies the decision, for Slack. */
      readonly notice: Pick<Decision, 'version' | 'decision' | 'at' | 'changedAt'> & { readonly pipeline: string };
      /** Whether a person decided. */
      readonly announce: boolean;
      /** The model package to deploy again: after a roll-back only. An approval starts its deployment itself. */
      readonly deploy: string | null;
    }
  | { readonly decision: 'ignore'; readonly reason: string };
