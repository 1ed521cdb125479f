import * as z from 'zod';

/** A request to the endpoint for Slack as API Gateway hands it to a function (payload format 2.0). Nothing of it is believed yet. */
export const slackHttpSchema = z.object({
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});
export type SlackHttp = z.output<typeof slackHttpSchema>;

const user = z.object({ id: z.string().min(1).max(40) });

/** What Slack sends when somebody presses a button, or sends a dialog off; the members that Tidegate reads (docs.slack.dev, "Interaction payloads"). */
export const interactionSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('block_actions'),
    user,
    trigger_id: z.string().min(1).max(200),
    channel: z.object({ id: z.string().min(1).max(40) }),
    actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2000).optional() })).min(1),
  }),
  z.object({
    type: z.literal('view_submission'),
    user,
    view: z.object({
      callback_id: z.string(),
      private_metadata: z.string().max(3000),
      state: z.object({
        values: z.object({ reason: z.object({ reason: z.object({ value: z.string().max(3000).nullish() }) }) }),
      }),
    }),
  }),
]);
export type Interaction = z.output<typeof interactionSchema>;

/** What the dialog gives back: the button that opened it, and its channel. */
export const dialogMetadataSchema = z.strictObject({ button: z.string().max(2000), channel: z.string().max(40) });
