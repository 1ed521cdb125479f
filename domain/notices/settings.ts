import * as z from 'zod';

/** `notify`: where the pipeline's messages go. */
export const notifySchema = z
  .object({
    slack: z
      .string()
      .regex(/^#[a-z0-9_-]{1,79}$/, 'a channel, as #ml-loans')
      .optional()
      .meta({
        description:
          'The Slack channel, with its `#`. Quote it in YAML. Without it, messages go to the default channel of the stage.',
        examples: ['#ml-churn'],
      }),
  })
  .strict()
  .prefault({})
  .describe('Where the team reads what happens to the pipeline.');
export type NotifySettings = z.infer<typeof notifySchema>;
