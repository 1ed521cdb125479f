import type { Json } from '../asl.ts';
import type { Thread } from '../interpreter/thread.ts';

interface Line {
  readonly line: Thread;
  /** Runs the line to its end. */
  result(): Promise<Json>;
  /** Called when the line ended well, before the parent follows it. */
  succeeded?(): number;
}

interface LinesOptions {
  readonly count: number;
  /** 0: no limit. */
  readonly maxConcurrency: number;
  /** @param after the event that made room for this line, where there was no room at first */
  start(index: number, signal: AbortSignal, after?: number): Line;
}

/**
 * Runs lines of states side by side and gives their outputs in order. The first failure aborts the others, is written
 * to the history with all it interrupts, and is thrown. The parent then follows the line that ended last.
 */
export async function runLines(parent: Thread, { count, maxConcurrency, start }: LinesOptions): Promise<Json[]> {
  const outputs: Json[] = new Array<Json>(count).fill(null);
  const group = new AbortController();
  const signal = AbortSignal.any([parent.signal, group.signal]);
  let failure: { readonly error: unknown; readonly line: Thread } | undefined;
  let next = 0;
  const running = new Set<Promise<void>>();

  const launch = (after?: number): (() => void) => {
    const index = next;
    next += 1;
    const { line, result, succeeded } = start(index, signal, after);
    return () => {
      const work: Promise<void> = result().then(
        (output) => {
          if (signal.aborted) return;
          outputs[index] = output;
          const last = line.cursor;
          parent.follow(succeeded?.() ?? last);
          parent.release(line);
          if (next < count) launch(last)();
        },
        (error: unknown) => {
          if (failure) return;
          failure = { error, line };
          group.abort(new Error('a sibling failed'));
        },
      );
      running.add(work);
      work.finally(() => running.delete(work));
    };
  };

  const room = maxConcurrency > 0 ? Math.min(maxConcurrency, count) : count;
  for (const go of Array.from({ length: room }, () => launch())) go();
  while (running.size > 0) await Promise.all(running);
  if (!failure) return outputs;
  if (!parent.signal.aborted) parent.recordFailureBelow(failure.line);
  throw failure.error;
}
