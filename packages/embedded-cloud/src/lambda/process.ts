import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { InvocationFault } from '../cloud/faults.ts';
import type { ChildSettings } from './child.ts';
import { exchange } from './exchange.ts';
import { exitError, limitSize, type Outcome, type Result, reportLine, timeoutError, timeoutLine } from './outcome.ts';
import { type Reply, startSandbox } from './sandbox.ts';

export interface ProcessSettings extends ChildSettings {
  readonly functionArn: string;
  readonly timeoutSeconds: number;
  /** A folder this process may make its temporary files in. */
  readonly temporary: string;
  onLine(line: {
    readonly time: number;
    readonly stream: string;
    readonly requestId?: string;
    readonly message: string;
  }): void;
}

/** A warm function: runs one invocation at a time until it dies or is ended. */
export interface FunctionProcess {
  readonly alive: boolean;
  /** @param fault injected into this invocation */
  invoke(requestId: string, event: string, fault?: InvocationFault): Promise<Outcome>;
  kill(): Promise<void>;
}

/** Lambda allows ten seconds for loading, on top of the function's own timeout (Developer Guide, "Init phase"). */
const INIT_MS = 10_000;

const isReady = (reply: Reply): boolean => typeof reply === 'object' && reply.type === 'ready';

/** Starts the process of a function; it loads its code while the first event is on the way. */
export function startProcess(settings: ProcessSettings): FunctionProcess {
  const { memoryMb, timeoutSeconds, functionArn, onLine } = settings;
  const timeoutMs = timeoutSeconds * 1000;
  const started = performance.now();
  const id = randomUUID().replaceAll('-', '');
  const stream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`;
  const traceId = `Root=1-${id.slice(0, 8)}-${id.slice(8, 32)};Sampled=0`;
  let current: { requestId: string; log: string[] } | undefined;
  let maxRssKb = 0;

  const write = (message: string): void => {
    current?.log.push(message);
    onLine({ time: Date.now(), stream, message, ...(current && { requestId: current.requestId }) });
  };
  const sandbox = startSandbox(settings, join(settings.temporary, id), stream, write);

  /** The result of an invocation, when all its output was read. */
  async function conclude(requestId: string, reply: Reply | 'memory'): Promise<Result> {
    if (reply === 'timeout') {
      await sandbox.kill();
      write(timeoutLine(requestId, timeoutSeconds));
      return { error: timeoutError(requestId, timeoutSeconds) };
    }
    if (reply === 'memory') maxRssKb = memoryMb * 1024;
    if (reply === 'exit' || reply === 'memory') return { error: exitError(requestId, sandbox.ending) };
    maxRssKb = reply.maxRssKb ?? maxRssKb;
    if (reply.type === 'fatal') await sandbox.ended;
    else await sandbox.written(requestId);
    return limitSize(reply.error ? { error: reply.error } : { payload: reply.payload ?? 'null' });
  }

  async function invoke(requestId: string, event: string, fault?: InvocationFault): Promise<Outcome> {
    const log: string[] = [];
    current = { requestId, log };
    const wasWarm = sandbox.initMs !== undefined;
    write(`START RequestId: ${requestId} Version: $LATEST`);
    const loaded = wasWarm ? undefined : await sandbox.reply(requestId, INIT_MS + timeoutMs);
    const begun = performance.now();
    let reply: Reply | 'memory';
    if (loaded === undefined || isReady(loaded)) {
      reply = await exchange(sandbox, { requestId, event, functionArn, traceId }, timeoutMs, fault);
    } else {
      reply = loaded;
      if (settings.failInit) {
        const duration = (begun - started).toFixed(2);
        write(`INIT_REPORT Init Duration: ${duration} ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError`);
      }
    }
    const result = await conclude(requestId, reply);
    const durationMs = performance.now() - begun;
    write(`END RequestId: ${requestId}`);
    write(reportLine(requestId, { durationMs, memoryMb, maxRssKb, initMs: wasWarm ? undefined : sandbox.initMs }));
    current = undefined;
    return 'payload' in result
      ? { payload: result.payload, failed: false, log }
      : { payload: JSON.stringify(result.error), failed: true, log };
  }

  return {
    get alive() {
      return sandbox.alive;
    },
    invoke,
    kill: () => sandbox.kill(),
  };
}
