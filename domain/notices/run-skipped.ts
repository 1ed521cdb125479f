import { createHash } from 'node:crypto';
import * as z from 'zod';
import { composeMessage, type Message } from '#domain/slack/message';
import { defineNotice } from './notice.ts';

/** A drop did not start a run, with the reason. */
export interface RunSkipped {
  readonly pipeline: string;
  readonly drop: string;
  readonly reason: string;
}

export const runSkippedMessage = (run: RunSkipped): Message =>
  composeMessage({
    heading: `⏭️ ${run.pipeline}: nothing to train`,
    summary: [{ code: run.drop }, ` was skipped: ${run.reason}`],
  });

export const runSkipped = defineNotice({
  name: 'run-skipped',
  summary: 'A drop did not lead to a run.',
  event: { pipeline: z.string(), drop: z.string(), reason: z.string() },
  example: { pipeline: 'loan-default', drop: 'loan-default/2026-01-31/', reason: 'this data set was trained before' },
  address: ({ pipeline, drop, reason }) => {
    const digest = createHash('sha256').update(reason).digest('hex');
    return { key: `${drop}#${digest.slice(0, 12)}`, pipeline };
  },
  message: runSkippedMessage,
});
