import { createHash } from 'node:crypto';
import * as z from 'zod';
import { composeMessage, type Message } from '#domain/slack/message';
import { type SkipCause, skipCauseSchema } from '#schemas/records/run';
import { defineNotice } from './notice.ts';

/** A drop did not start a run, with the reason. */
export interface RunSkipped {
  readonly pipeline: string;
  readonly drop: string;
  readonly cause: SkipCause;
  readonly reason: string;
  /** The command that trains it anyway. */
  readonly howToTrain: string;
}

export function runSkippedMessage({ pipeline, drop, cause, reason, howToTrain }: RunSkipped): Message {
  const waits = cause === 'queued';
  return composeMessage({
    heading: waits ? `⏳ ${pipeline}: a drop waits` : `⏭️ ${pipeline}: nothing to train`,
    summary: [
      { code: drop },
      `${waits ? ' is not trained yet' : ' was skipped'}: ${reason}`,
      ...(cause === 'trained' ? ['. To train the newest drop all the same: ', { code: howToTrain }] : []),
    ],
  });
}

export const runSkipped = defineNotice({
  name: 'run-skipped',
  summary: 'A drop did not lead to a run.',
  severity: 'info',
  event: { pipeline: z.string(), drop: z.string(), cause: skipCauseSchema, reason: z.string() },
  example: {
    pipeline: 'loan-default',
    drop: 'loan-default/2026-01-31/',
    cause: 'trained',
    reason: 'this data set was trained before, by run 20260131-101500-4f2a',
  },
  address: ({ pipeline, drop, reason }) => {
    const digest = createHash('sha256').update(reason).digest('hex');
    return { key: `${drop}#${digest.slice(0, 12)}`, pipeline };
  },
  message: (skipped, _loaded, stage) =>
    runSkippedMessage({ ...skipped, howToTrain: `npx tidegate retrain ${skipped.pipeline} --force --stage ${stage}` }),
});
