import * as z from 'zod';

/** A message that Slack has not taken yet: an item `waiting#<pipeline>#<since>#<key>` of the partition `(outbox)`. */
export const waitingMessageSchema = z.object({
  sk: z.string(),
  /** Its pipeline, or `(none)`. */
  pipeline: z.string(),
  key: z.string(),
  /** The composed message with its threads, as JSON: what it said is what it says later. */
  outgoing: z.string(),
  since: z.string().describe('when it was first to be sent, ISO 8601'),
  attempts: z
    .int()
    .min(0)
    .describe('how often in a row Slack did not take it for the same reason; 0 where it waits behind another one'),
  obstacle: z.enum(['channel', 'content', 'access', 'rate', 'outage']).optional(),
  reason: z.string().describe('why it waits, with the fix'),
  notBefore: z.string().optional().describe('when it is tried again, ISO 8601'),
});
export type WaitingMessage = z.output<typeof waitingMessageSchema>;
