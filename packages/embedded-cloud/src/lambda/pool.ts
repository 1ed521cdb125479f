import type { InvocationFault } from '../cloud/faults.ts';
import type { Outcome } from './outcome.ts';
import type { FunctionProcess } from './process.ts';

/** Ends the processes that have waited longest when too many wait. */
export interface IdleLimit {
  /** Called when a process has nothing to do. */
  rest(process: FunctionProcess, end: () => void): void;
  /** Called when it is used again or has ended. */
  wake(process: FunctionProcess): void;
}

/** @param max processes of all functions together that may wait warm; @param afterMs how long one may wait */
export function createIdleLimit(max: number, afterMs: number): IdleLimit {
  const resting = new Map<FunctionProcess, { end: () => void; timer: NodeJS.Timeout }>();
  const wake = (process: FunctionProcess): void => {
    clearTimeout(resting.get(process)?.timer);
    resting.delete(process);
  };
  return {
    wake,
    rest(process, end) {
      const stop = (): void => {
        wake(process);
        end();
      };
      resting.set(process, { end: stop, timer: setTimeout(stop, afterMs).unref() });
      // A map keeps the order of insertion: the first has waited longest.
      const [longest] = resting.values();
      if (resting.size > max) longest?.end();
    },
  };
}

/** The processes of one function. */
export interface Pool {
  /** Runs an event in a warm process, else a new one, else when one is free; a fault may be injected there. */
  invoke(requestId: string, event: string, fault?: InvocationFault): Promise<Outcome>;
  /** Invocations in progress or waiting. */
  readonly busy: number;
  /** Ends what waits warm, and every other process once its invocation is done. @returns when none is left */
  drain(): Promise<void>;
  /** Ends every process; what waits is refused. */
  close(): Promise<void>;
}

/** @param start makes a new process, or one that fails to load; may fail, when the code cannot be unpacked */
export function createPool(
  start: (failInit: boolean) => Promise<FunctionProcess>,
  maxProcesses: number,
  idle: IdleLimit,
): Pool {
  const free: FunctionProcess[] = [];
  const all = new Set<FunctionProcess>();
  const queue: PromiseWithResolvers<FunctionProcess>[] = [];
  let starting = 0;
  let busy = 0;
  let closed = false;
  let drained: PromiseWithResolvers<void> | undefined;

  const end = (process: FunctionProcess): Promise<void> => {
    all.delete(process);
    const at = free.indexOf(process);
    if (at >= 0) free.splice(at, 1);
    idle.wake(process);
    return process.kill();
  };

  async function acquire(): Promise<FunctionProcess> {
    for (let process = free.pop(); process; process = free.pop()) {
      idle.wake(process);
      if (process.alive) return process;
      all.delete(process);
    }
    if (all.size + starting >= maxProcesses) {
      const turn = Promise.withResolvers<FunctionProcess>();
      queue.push(turn);
      return turn.promise;
    }
    return open();
  }

  async function open(failInit = false): Promise<FunctionProcess> {
    starting++;
    try {
      const process = await start(failInit);
      if (closed) {
        await process.kill();
        throw new Error('The embedded cloud is closing.');
      }
      all.add(process);
      return process;
    } finally {
      starting--;
    }
  }

  function release(process: FunctionProcess): void {
    const next = queue.shift();
    if (process.alive && !closed) {
      if (next) next.resolve(process);
      else if (drained) void end(process);
      else {
        free.push(process);
        idle.rest(process, () => void end(process));
      }
      return;
    }
    void end(process);
    if (next) open().then(next.resolve, next.reject);
  }

  return {
    get busy() {
      return busy;
    },
    async invoke(requestId, event, fault) {
      if (closed) throw new Error('The embedded cloud is closing.');
      busy++;
      try {
        // Only a process that is new can fail to load, whatever others wait warm.
        const process = fault?.kind === 'init' ? await open(true) : await acquire();
        try {
          return await process.invoke(requestId, event, fault);
        } finally {
          release(process);
        }
      } finally {
        busy--;
        if (busy === 0) drained?.resolve();
      }
    },
    async drain() {
      drained ??= Promise.withResolvers();
      if (busy === 0) drained.resolve();
      for (const process of free.splice(0)) void end(process);
      await drained.promise;
      await Promise.all([...all].map(end));
    },
    async close() {
      closed = true;
      for (const turn of queue.splice(0)) turn.reject(new Error('The embedded cloud is closing.'));
      await Promise.all([...all].map(end));
    },
  };
}
