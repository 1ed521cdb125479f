import * as z from 'zod';
import { approvalActionSchema, type RefusalCode } from '#schemas/records/approval';
import { type Decision, decisionSchema } from '#schemas/records/decision';

/** RecordDecision's input: a change of a model package's approval status, as the EventBridge event reports it. */
export const recordDecisionSchema = z.object({
  modelPackageArn: z.string().startsWith('arn:'),
  status: z.enum(['Approved', 'Rejected', 'PendingManualApproval']),
  eventTime: z.iso.datetime({ offset: true }),
});
export type StatusChanged = z.output<typeof recordDecisionSchema>;

/** Decide's input: what a person asks for, in Slack or by the command line, or a check by itself. */
export const decideSchema = z.object({
  pipeline: z.string().min(1),
  id: z.string().min(1).describe('the name of the execution: a retry of it decides nothing twice'),
  requestedAt: z.iso.datetime({ offset: true }),
  slackRequest: z
    .string()
    .nullish()
    .describe('a verified request of Slack, in the state table: it says who asks for what, and the rest is not read'),
  action: approvalActionSchema.nullish(),
  version: z.int().min(1).nullish().describe('of a roll-back: the version before the one in service when absent'),
  by: z.string().startsWith('arn:').nullish().describe('ARN of the caller, as the caller reported it'),
  reason: z.string().max(1024).nullish(),
  now: z.boolean().optional().describe('of a roll-back: all at once, without the waits and alarms of a roll-out'),
  moved: z
    .boolean()
    .optional()
    .describe('the endpoint does not serve its champion, as the caller saw: a roll-back to the champion puts it back'),
});
export type DecideRequest = z.output<typeof decideSchema>;

/** A roll-back as a use case receives it. */
export interface RollBackRequest extends Pick<DecideRequest, 'pipeline' | 'version' | 'reason' | 'now' | 'moved'> {
  readonly by?: string | null | undefined;
  readonly requestedAt: string;
}

/** The result of RecordDecision, and of a roll-back. */
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

/** The result of Decide. An approval or a rejection changes the registry, and the registry's event is recorded and announced. */
export type Decided =
  | RecordedDecision
  | {
      readonly decision: 'set';
      readonly version: number;
      readonly status: 'Approved' | 'Rejected';
      readonly before: string | null;
    }
  | {
      readonly decision: 'counted';
      readonly version: number;
      readonly voters: readonly string[];
      readonly needed: number;
    }
  | {
      readonly decision: 'refused';
      readonly version: number | null;
      readonly code: RefusalCode;
      readonly reason: string;
    };

/** ReportApproval's input: what came of a request, or a decision that was recorded. */
export const reportApprovalSchema = z.object({
  pipeline: z.string().min(1),
  version: z.int().min(1).nullish(),
  slackRequest: z.string().nullish(),
  outcome: z.enum(['recorded', 'counted', 'refused', 'ignore']),
  reason: z.string().nullish().describe('of what was refused'),
  voters: z.array(z.string()).nullish().describe('of what was counted: who has approved so far'),
  needed: z.int().nullish().describe('of what was counted: how many must approve'),
  decided: z
    .object({ version: z.int().min(1), decision: decisionSchema.shape.decision, at: z.string() })
    .nullish()
    .describe('of what was recorded'),
});
export type ReportApproval = z.output<typeof reportApprovalSchema>;
