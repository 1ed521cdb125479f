import * as z from 'zod';

/** A change of a model package's approval status, as the EventBridge event reports it. */
const statusChangedSchema = z.object({
  modelPackageArn: z.string().startsWith('arn:'),
  status: z.enum(['Approved', 'Rejected', 'PendingManualApproval']),
  eventTime: z.iso.datetime({ offset: true }),
});
export type StatusChanged = z.output<typeof statusChangedSchema>;

/** A person's request to serve an earlier version again. */
const rollBackRequestSchema = z.object({
  rollBack: z.object({
    pipeline: z.string().min(1),
    version: z.int().min(1).nullish().describe('the version before the one in service when absent'),
    by: z.string().nullish().describe('ARN of the caller, as the caller reported it'),
    reason: z.string().max(1024).nullish(),
  }),
  requestedAt: z.iso.datetime({ offset: true }),
});
export type RollBackRequest = z.output<typeof rollBackRequestSchema>;

/** RecordDecision's input. */
export const recordDecisionSchema = z.union([statusChangedSchema, rollBackRequestSchema]);

/** RecordDecision's result. */
export type RecordedDecision =
  | {
      readonly decision: 'recorded';
      readonly pipeline: string;
      readonly version: number;
      readonly at: string;
      /** Whether a person decided. */
      readonly announce: boolean;
      /** The model package to deploy again: after a roll-back only. An approval starts its deployment itself. */
      readonly deploy: string | null;
    }
  | { readonly decision: 'ignore'; readonly reason: string };
