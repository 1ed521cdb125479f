import * as z from 'zod';

/** Sends what waits for Slack. */
export const sendWaitingSchema = z.object({ executionArn: z.string().startsWith('arn:') });
