import { mkdirSync, rmSync } from 'node:fs';
import { type ChildSettings, killGroup, spawnChild } from './child.ts';
import type { Ending, FunctionError } from './outcome.ts';
import { readOutput } from './output.ts';

/** What `bootstrap.mjs` sends. */
export interface Answer {
  readonly type: 'ready' | 'init-error' | 'result' | 'error' | 'fatal';
  readonly requestId?: string;
  readonly payload?: string;
  readonly error?: FunctionError;
  readonly maxRssKb?: number;
}

/** What waiting for a process resulted in. */
export type Reply = Answer | 'exit' | 'timeout';

/** An invocation as `bootstrap.mjs` receives it. */
export interface Request {
  readonly requestId: string;
  readonly event: string;
  readonly functionArn: string;
  /** Unix milliseconds. */
  readonly deadline: number;
  readonly traceId: string;
  /** A fault: the process ends by itself before or after the handler's work. */
  readonly crash?: 'before' | 'after';
}

/** The process of a function, with its output and its temporary files. */
export interface Sandbox {
  readonly alive: boolean;
  /** How long it took to load its handler; undefined until it has. */
  readonly initMs: number | undefined;
  readonly ending: Ending;
  send(request: Request): void;
  /** Waits for the next answer to a request, the end of the process, or the end of the time. */
  reply(requestId: string, limitMs: number): Promise<Reply>;
  /** Resolves when everything was read that the function wrote during an invocation. */
  written(requestId: string): Promise<void>;
  /** Resolves when the process has ended, its output was read and its files are gone. */
  readonly ended: Promise<void>;
  kill(): Promise<void>;
}

/**
 * Starts the process of a function, which loads its handler.
 *
 * @param temporary a folder for its temporary files; made here, and removed when it ends
 * @param stream name of its log stream
 * @param write receives each line of its output
 */
export function startSandbox(
  settings: ChildSettings,
  temporary: string,
  stream: string,
  write: (line: string) => void,
): Sandbox {
  const started = performance.now();
  mkdirSync(temporary, { recursive: true });
  const child = spawnChild(settings, temporary, stream);
  let alive = true;
  let initMs: number | undefined;
  let initError: FunctionError | undefined;
  let heapExhausted = false;
  let receive: ((answer: Answer | 'exit') => void) | undefined;

  const onLine = (line: string): void => {
    if (line.includes('JavaScript heap out of memory')) heapExhausted = true;
    write(line);
  };
  const outputs = [child.stdout, child.stderr].filter((pipe) => pipe !== null).map((pipe) => readOutput(pipe, onLine));
  const ended = new Promise<void>((resolve) => {
    const gone = (): void => {
      alive = false;
      rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
      receive?.('exit');
      resolve();
    };
    // What the function left running would keep its pipes open.
    child.once('exit', () => killGroup(child));
    child.once('close', gone);
    child.once('error', (error) => {
      write(`${settings.functionName} could not be started: ${error.message}`);
      if (child.pid === undefined) gone();
    });
  });
  child.on('message', (answer: Answer) => {
    if (answer.type === 'ready') initMs = performance.now() - started;
    // After a failed start the end of the process is what is waited for: by then its output is complete.
    if (answer.type === 'init-error') initError = answer.error;
    else receive?.(answer);
  });

  return {
    ended,
    get alive() {
      return alive;
    },
    get initMs() {
      return initMs;
    },
    get ending() {
      return { exitCode: child.exitCode, signalCode: child.signalCode, heapExhausted, initError };
    },
    send(request) {
      // A process that has just died answers by its exit, so a failure to send needs no handling of its own.
      child.send?.(request, () => undefined);
    },
    reply(requestId, limitMs) {
      if (!alive) return Promise.resolve('exit');
      return new Promise((resolve) => {
        const settle = (result: Reply): void => {
          clearTimeout(timer);
          receive = undefined;
          resolve(result);
        };
        const timer = setTimeout(() => settle('timeout'), limitMs);
        receive = (answer) => {
          if (answer === 'exit' || answer.type === 'ready' || answer.requestId === requestId) settle(answer);
        };
      });
    },
    async written(requestId) {
      await Promise.all(outputs.map((output) => output.ended(requestId)));
    },
    kill() {
      if (alive) {
        child.kill('SIGKILL');
        killGroup(child);
      }
      return ended;
    },
  };
}
