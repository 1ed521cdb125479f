import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InvocationFault } from '../cloud/faults.ts';
import { readOutput } from './output.ts';

/** An error as Lambda puts it into the payload. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** The result of one invocation. */
export interface Outcome {
  /** JSON, as the handler returned it or as `FunctionError`. */
  readonly payload: string;
  readonly failed: boolean;
  /** Everything logged during it, START to REPORT. */
  readonly log: readonly string[];
}

export interface ProcessSettings {
  readonly functionName: string;
  readonly functionArn: string;
  readonly handler: string;
  readonly folder: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logGroup: string;
  /** Region, credentials, endpoint and the variables of the template. */
  readonly environment: Readonly<Record<string, string>>;
  /** A folder this process may make its temporary files in. */
  readonly temporary: string;
  /** A fault: the process ends before it has loaded its handler. */
  readonly failInit?: boolean;
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
const MAX_RESPONSE_BYTES = 6_291_556;
const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

interface Answer {
  readonly type: 'ready' | 'init-error' | 'result' | 'error' | 'fatal';
  readonly requestId?: string;
  readonly payload?: string;
  readonly error?: FunctionError;
  readonly maxRssKb?: number;
}

/** What a process is given of this machine: enough to start, nothing of the user's own settings. */
function machineEnvironment(temporary: string): Record<string, string> {
  const { PATH = '', SystemRoot } = process.env;
  return {
    PATH,
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    HOME: temporary,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    ...(SystemRoot && { SystemRoot }),
  };
}

/** Starts the process of a function; it loads its code while the first event is on the way. */
export function startProcess(settings: ProcessSettings): FunctionProcess {
  const { functionName, memoryMb, timeoutSeconds, logGroup, onLine } = settings;
  const started = performance.now();
  const id = randomUUID().replaceAll('-', '');
  const stream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`;
  const temporary = join(settings.temporary, id);
  mkdirSync(temporary, { recursive: true });

  const child: ChildProcess = spawn(
    process.execPath,
    [
      `--max-old-space-size=${memoryMb}`,
      '--enable-source-maps',
      BOOTSTRAP,
      ...(settings.failInit === true ? ['--fail-init'] : []),
    ],
    {
      cwd: settings.folder,
      // A group of its own: Ctrl-C in the terminal is for the host, which then ends its functions in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...machineEnvironment(temporary),
        ...settings.environment,
        AWS_LAMBDA_FUNCTION_NAME: functionName,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
        AWS_LAMBDA_LOG_STREAM_NAME: stream,
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
        LAMBDA_TASK_ROOT: settings.folder,
        _HANDLER: settings.handler,
      },
    },
  );

  let current: { requestId: string; log: string[] } | undefined;
  let alive = true;
  let coldStartMs: number | undefined;
  let initError: FunctionError | undefined;
  let heapExhausted = false;
  let maxRssKb = 0;
  let receive: ((answer: Answer | 'exit') => void) | undefined;

  const write = (message: string): void => {
    if (message.includes('JavaScript heap out of memory')) heapExhausted = true;
    current?.log.push(message);
    onLine({ time: Date.now(), stream, message, ...(current && { requestId: current.requestId }) });
  };
  const outputs = [child.stdout, child.stderr].filter((pipe) => pipe !== null).map((pipe) => readOutput(pipe, write));
  const killGroup = (): void => {
    if (process.platform === 'win32' || child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group has no process any more.
    }
  };
  const exited = new Promise<void>((resolve) => {
    const gone = (): void => {
      alive = false;
      rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
      receive?.('exit');
      resolve();
    };
    // What the function left running would keep its pipes open.
    child.once('exit', killGroup);
    child.once('close', gone);
    child.once('error', (error) => {
      write(`${functionName} could not be started: ${error.message}`);
      if (child.pid === undefined) gone();
    });
  });
  child.on('message', (answer: Answer) => {
    if (answer.type === 'ready') coldStartMs = performance.now() - started;
    // After a failed start the end of the process is what is waited for: by then its output is complete.
    if (answer.type === 'init-error') initError = answer.error;
    else if (answer.type === 'ready' || answer.requestId === current?.requestId) receive?.(answer);
  });

  const kill = (): Promise<void> => {
    if (alive) {
      child.kill('SIGKILL');
      killGroup();
    }
    return exited;
  };

  /** Waits for an answer, the end of the process, or the end of the time. */
  function outcome(limitMs: number): Promise<Answer | 'exit' | 'timeout'> {
    if (!alive) return Promise.resolve('exit');
    return new Promise((resolve) => {
      const settle = (result: Answer | 'exit' | 'timeout'): void => {
        clearTimeout(timer);
        receive = undefined;
        resolve(result);
      };
      const timer = setTimeout(() => settle('timeout'), limitMs);
      receive = settle;
    });
  }

  function exitError(requestId: string): FunctionError {
    if (initError) return initError;
    const { exitCode, signalCode } = child;
    // Lambda kills what outgrows its memory; V8 aborts itself at its own limit instead.
    const how =
      heapExhausted || signalCode === 'SIGKILL'
        ? 'signal: killed'
        : signalCode
          ? `signal: ${signalCode}`
          : `exit status ${exitCode}`;
    return {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
    };
  }

  /** Has a ready process run an event under a fault. A crash is the process's own doing. */
  async function undergo(
    fault: InvocationFault | undefined,
    run: () => Promise<Answer | 'exit' | 'timeout'>,
  ): Promise<Answer | 'exit' | 'timeout'> {
    if (fault?.kind !== 'timeout' && fault?.kind !== 'memory') return run();
    const begun = performance.now();
    const answer = fault.after ? await run() : undefined;
    if (answer === 'exit' || answer === 'timeout') return answer;
    if (fault.kind === 'timeout') return outcome(fault.ms ?? timeoutSeconds * 1000 - (performance.now() - begun));
    await kill();
    maxRssKb = memoryMb * 1024;
    return 'exit';
  }

  async function invoke(requestId: string, event: string, fault?: InvocationFault): Promise<Outcome> {
    const log: string[] = [];
    current = { requestId, log };
    const timeoutMs = timeoutSeconds * 1000;
    const wasWarm = coldStartMs !== undefined;
    write(`START RequestId: ${requestId} Version: $LATEST`);
    let answer: Answer | 'exit' | 'timeout' | undefined = wasWarm ? undefined : await outcome(INIT_MS + timeoutMs);
    const begun = performance.now();
    if (answer === undefined || (typeof answer === 'object' && answer.type === 'ready')) {
      const traceId = `Root=1-${id.slice(0, 8)}-${id.slice(8, 32)};Sampled=0`;
      const message = {
        requestId,
        event,
        functionArn: settings.functionArn,
        deadline: Date.now() + timeoutMs,
        traceId,
        ...(fault?.kind === 'crash' && { crash: fault.after ? 'after' : 'before' }),
      };
      answer = await undergo(fault, () => {
        // A process that has just died answers by its exit, so a failure to send needs no handling of its own.
        child.send?.(message, () => undefined);
        return outcome(timeoutMs);
      });
    } else if (settings.failInit) {
      const duration = (performance.now() - started).toFixed(2);
      write(`INIT_REPORT Init Duration: ${duration} ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError`);
    }

    let result: { payload: string } | { error: FunctionError };
    if (answer === 'timeout') {
      await kill();
      write(`${new Date().toISOString()} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
      result = {
        error: {
          errorType: 'Sandbox.Timedout',
          errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
        },
      };
    } else if (answer === 'exit') {
      result = { error: exitError(requestId) };
    } else {
      maxRssKb = answer.maxRssKb ?? maxRssKb;
      if (answer.type === 'fatal') await exited;
      else await Promise.all(outputs.map((output) => output.ended(requestId)));
      result = answer.error ? { error: answer.error } : { payload: answer.payload ?? 'null' };
    }
    if ('payload' in result && Buffer.byteLength(result.payload) > MAX_RESPONSE_BYTES) {
      result = {
        error: {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
        },
      };
    }
    const duration = performance.now() - begun;
    write(`END RequestId: ${requestId}`);
    write(
      [
        `REPORT RequestId: ${requestId}`,
        `Duration: ${duration.toFixed(2)} ms`,
        `Billed Duration: ${Math.ceil(duration)} ms`,
        `Memory Size: ${memoryMb} MB`,
        `Max Memory Used: ${Math.round(maxRssKb / 1024)} MB`,
        ...(wasWarm || coldStartMs === undefined ? [] : [`Init Duration: ${coldStartMs.toFixed(2)} ms`]),
        '',
      ].join('\t'),
    );
    current = undefined;
    return 'payload' in result
      ? { payload: result.payload, failed: false, log }
      : { payload: JSON.stringify(result.error), failed: true, log };
  }

  return {
    get alive() {
      return alive;
    },
    invoke,
    kill,
  };
}
