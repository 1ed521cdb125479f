import * as z from 'zod';

/** A Slack user's id, such as `U0ALICE`; a name may change, an id does not (docs.slack.dev, "User object"). */
export const slackUserPattern = /^[UW][A-Z0-9]{1,30}$/;

/** `registry`: who approves a model that passed its gates. */
export const registrySchema = z
  .object({
    approval: z
      .enum(['auto', 'manual'])
      .default('manual')
      .meta({
        description: '`auto` deploys a model that passed its gates. `manual` waits until somebody approves it.',
        examples: ['auto'],
      }),
    approvers: z
      .array(z.string().regex(slackUserPattern, 'the id of a Slack user, as U024BE7LH: in Slack, "Copy member ID"'))
      .max(50)
      .optional()
      .meta({
        description:
          'Who may approve, reject and roll back by the buttons in Slack: ids of Slack users. Without it, those whom the stage names (`slackApprovers` in serverless.yml). An empty list: nobody. See [approval](approval.md).',
        examples: [['U024BE7LH', 'U0G9QF9C6']],
      }),
    approvals: z
      .int()
      .min(1)
      .max(2)
      .optional()
      .meta({
        description:
          'How many different approvers must approve a version. With 2, it is approved in Slack alone. Without it: 1.',
        examples: [2],
      }),
    expiresAfter: z
      .string()
      .regex(/^[1-9]\d{0,3}[hd]$/, 'hours or days, as 48h or 14d')
      .optional()
      .meta({
        description:
          'How long a version may wait: afterwards it cannot be approved, because what it was judged by is old. Without it, the buttons in Slack end after 14 days and the command line approves at any time.',
        examples: ['14d'],
      }),
  })
  .strict()
  .superRefine(({ approvals, approvers, approval }, ctx) => {
    if (approvals !== 2) return;
    if (approval === 'auto') {
      ctx.addIssue({ code: 'custom', path: ['approvals'], message: 'nobody is asked: write "approval: manual" too' });
    }
    if (approvers && new Set(approvers).size < 2) {
      ctx.addIssue({ code: 'custom', path: ['approvers'], message: 'two must approve: name at least two persons' });
    }
  })
  .prefault({})
  .describe('Who approves a model that passed its gates.');
export type RegistrySettings = z.infer<typeof registrySchema>;
