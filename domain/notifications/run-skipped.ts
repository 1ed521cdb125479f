import { composeMessage, type Message } from './message.ts';

/** A drop did not lead to a run, and why. */
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
