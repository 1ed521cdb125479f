import * as z from 'zod';

/** What somebody asked for. */
export const approvalActionSchema = z.enum(['approve', 'reject', 'roll-back']);
export type ApprovalAction = z.output<typeof approvalActionSchema>;

/** Why a request was refused, for programs. A code keeps its meaning. */
export const refusalCodes = [
  'not-allowed',
  'expired',
  'stale',
  'two-persons',
  'own-approval',
  'decided-already',
  'pointless',
  'unknown-version',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/**
 * One line of the approvals table: what was asked for, by whom, and what came of it. Written once and never changed. It has no free text:
 * nobody could take a name out of it again.
 */
export const approvalEntrySchema = z.object({
  at: z.string().describe('ISO 8601'),
  action: z.enum([...approvalActionSchema.options, 'reopen']),
  version: z.int().min(1).optional(),
  by: z
    .string()
    .optional()
    .describe('`slack:<user id>`, or the ARN of an IAM identity; absent where none was reported'),
  via: z
    .enum(['slack', 'command', 'registry'])
    .describe('`command`: the command line or a check; `registry`: the console, an SDK or `approval: auto`'),
  outcome: z.enum(['decided', 'counted', 'refused']),
  why: z.enum(refusalCodes).optional(),
});
export type ApprovalEntry = z.output<typeof approvalEntrySchema>;

/** A verified request of Slack: `slack-request#<digest>` in the state table, for a day. */
export const slackRequestSchema = z.object({
  action: approvalActionSchema,
  version: z.int().min(1),
  expires: z.int().describe('when the button ended, in ms since the epoch'),
  by: z.string().startsWith('slack:'),
  channel: z.string().describe('where to tell the person'),
  reason: z.string().optional(),
  at: z.string(),
});
export type SlackRequest = z.output<typeof slackRequestSchema>;

/** Who decided on a version: `decided#<version>#<since>` in the state table. */
export const approvalClaimSchema = z.object({
  id: z.string(),
  by: z.string().optional(),
  status: z.enum(['Approved', 'Rejected']),
  at: z.string(),
});

/** An approval of one person: `vote#<version>#<since>#<person>` in the state table. */
export const voteSchema = z.object({ by: z.string(), at: z.string() });
