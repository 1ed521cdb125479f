import type { Json } from '../asl.ts';
import { ExecutionError, isRuntime } from '../errors.ts';
import type { KeptThread } from '../interpreter/journal.ts';
import type { Thread } from '../interpreter/thread.ts';

interface Started {
  readonly thread: Thread;
  /** Runs the thread to its end. */
  result(): Promise<Json>;
  /** Called when the thread ended well, before the parent follows it. */
  succeeded?(): number;
}

interface ThreadsOptions {
  readonly count: number;
  /** 0: no limit. */
  readonly maxConcurrency: number;
  /** Whether threads that an earlier process started are resumed where it left them. */
  readonly resume: boolean;
  /**
   * @param after the event that made room for this thread, where there was no room at first
   * @param resume whether the thread was started before and is resumed: its start has no second event
   */
  start(index: number, signal: AbortSignal, resume: boolean, after?: number): Started;
}

interface Failure {
  readonly error: unknown;
  readonly thread: Thread;
}

/** Threads that an earlier process started: they are the first ones, for threads start in order. */
function startedBefore(parent: Thread, count: number): KeptThread[] {
  const started: KeptThread[] = [];
  for (let index = 0; index < count; index += 1) {
    const kept = parent.keptBelow(index);
    if (!kept) break;
    started.push(kept);
  }
  return started;
}

/**
 * Runs threads side by side and gives their outputs in order. The first failure aborts the others, is written
 * to the history with all it interrupts, and is thrown. The parent then follows the thread that ended last.
 */
export async function runThreads(parent: Thread, options: ThreadsOptions): Promise<Json[]> {
  const { count, maxConcurrency, start } = options;
  const outputs: Json[] = new Array<Json>(count).fill(null);
  const group = new AbortController();
  const signal = AbortSignal.any([parent.signal, group.signal]);
  let failure: Failure | undefined;
  let next = 0;
  const running = new Set<Promise<void>>();

  const fail = (error: unknown, thread: Thread): void => {
    if (failure) return;
    failure = { error, thread };
    group.abort(new Error('a sibling failed'));
  };
  const launch = (index: number, resume: boolean, after?: number): (() => void) => {
    const { thread, result, succeeded } = start(index, signal, resume, after);
    return () => {
      const work: Promise<void> = result().then(
        (output) => {
          if (signal.aborted) return;
          outputs[index] = output;
          const last = thread.cursor;
          parent.follow(succeeded?.() ?? last);
          parent.release(thread);
          thread.finished(output);
          if (next < count) launch(next++, false, last)();
        },
        (error: unknown) => {
          if (!failure) thread.failed(error);
          fail(error, thread);
        },
      );
      running.add(work);
      work.finally(() => running.delete(work));
    };
  };

  const before = options.resume ? startedBefore(parent, count) : [];
  if (!options.resume) parent.forgetBelow();
  next = before.length;
  const taken = before.flatMap(({ end }, index) => {
    if (!end) return [launch(index, true)];
    if ('output' in end) outputs[index] = end.output;
    else fail(new ExecutionError(end.error, end.cause, end), start(index, signal, true).thread);
    return [];
  });
  const room = maxConcurrency > 0 ? Math.min(maxConcurrency, count) : count;
  const fresh: (() => void)[] = [];
  while (!failure && next < count && taken.length + fresh.length < room) fresh.push(launch(next++, false));
  for (const go of [...taken, ...fresh]) go();

  while (running.size > 0) await Promise.all(running);
  if (!failure) return outputs;
  const { error, thread } = failure;
  if (!parent.signal.aborted) {
    if (isRuntime(error)) parent.abandonBelow(thread);
    else parent.recordFailureBelow(thread);
  }
  throw error;
}
