import * as z from 'zod';
import { NOTICE_NAMES } from './names.ts';
import type { SEVERITIES } from './severity.ts';

const channel = z.string().regex(/^#[a-z0-9_-]{1,79}$/, 'a channel, as #ml-loans');

const mention = z
  .string()
  .regex(
    /^<(@[UW][A-Z0-9]{2,20}|!subteam\^S[A-Z0-9]{2,20})>$/,
    'a person or a group by Slack\'s id, as "<@U012AB3CD>" or "<!subteam^S012AB3CD>" (in Slack: the profile or the group, "Copy member ID" or "Copy group ID")',
  );

const destinations = z
  .strictObject({
    channel: channel.optional().meta({
      description:
        'The channel of every message that `channels` sends nowhere else. Without it: the default channel of the stage.',
      examples: ['#ml-churn'],
    }),
    channels: z
      .strictObject({
        info: channel.optional().meta({ description: 'What is good to know.', examples: ['#ml-news'] }),
        warning: channel
          .optional()
          .meta({ description: 'What somebody should look at today.', examples: ['#ml-churn'] }),
        critical: channel.optional().meta({ description: 'What somebody must look at now.', examples: ['#ml-alerts'] }),
      } satisfies Record<(typeof SEVERITIES)[number], z.ZodType>)
      .optional()
      .meta({
        description: 'Channels by the severity of the message. A severity without one has `channel`.',
        examples: [{ critical: '#ml-alerts' }],
      }),
    mention: z
      .union([mention, z.array(mention).min(1).max(5)])
      .optional()
      .meta({
        description: "Who is mentioned in a critical message: people and groups by Slack's ids, five at most.",
        examples: ['<!subteam^S012AB3CD>', ['<@U012AB3CD>', '<@U034EF5GH>']],
      }),
    quiet: z
      .array(z.enum(NOTICE_NAMES))
      .optional()
      .meta({
        description:
          'Notices that are not sent, by their names, unless they are critical. They are in the log of the function `notify`.',
        examples: [['run-started', 'run-skipped']],
      }),
  })
  .superRefine(({ quiet = [] }, ctx) => {
    const repeated = quiet.find((name, i) => quiet.indexOf(name) !== i);
    if (repeated !== undefined)
      ctx.addIssue({ code: 'custom', path: ['quiet'], message: `${repeated} is listed twice: once is enough` });
  });

/** Where a pipeline's messages go, as its file says. */
export type Destinations = z.infer<typeof destinations>;

/** `notify`: where the pipeline's messages go. */
export const notifySchema = z
  .object({
    slack: z
      .union([channel, destinations])
      .optional()
      .meta({
        description:
          'The Slack channel, with its `#`, or channels by severity, who is mentioned, and what is not sent. Quote `#` and `<` in YAML. Without it, messages go to the default channel of the stage. See [Slack](slack.md).',
        examples: [
          '#ml-churn',
          {
            channel: '#ml-churn',
            channels: { critical: '#ml-alerts' },
            mention: '<!subteam^S012AB3CD>',
            quiet: ['run-started'],
          },
        ],
      }),
  })
  .strict()
  .prefault({})
  .describe('Where the team reads what happens to the pipeline.');
export type NotifySettings = z.infer<typeof notifySchema>;
