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

/** What an invocation resulted in: JSON, or an error. */
export type Result = { readonly payload: string } | { readonly error: FunctionError };

const MAX_RESPONSE_BYTES = 6_291_556;

/** How a process ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  /** Whether V8 ended it at its memory limit. */
  readonly heapExhausted: boolean;
  /** The error of loading the handler. */
  readonly initError: FunctionError | undefined;
}

/** The error of an invocation whose process ended without an answer. */
export function exitError(requestId: string, ending: Ending): FunctionError {
  const { exitCode, signalCode, heapExhausted, initError } = ending;
  if (initError) return initError;
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

const timedOut = (timeoutSeconds: number): string => `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;

/** The log line of an invocation that was stopped at its time limit. */
export const timeoutLine = (requestId: string, timeoutSeconds: number): string =>
  `${new Date().toISOString()} ${requestId} ${timedOut(timeoutSeconds)}`;

/** The error of an invocation that was stopped at its time limit. */
export const timeoutError = (requestId: string, timeoutSeconds: number): FunctionError => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: ${timedOut(timeoutSeconds)}`,
});

/** A result, or the error that stands for one that is larger than Lambda returns. */
export function limitSize(result: Result): Result {
  if (!('payload' in result) || Buffer.byteLength(result.payload) <= MAX_RESPONSE_BYTES) return result;
  return {
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
    },
  };
}

/** What the REPORT line says of an invocation. */
export interface Usage {
  readonly durationMs: number;
  readonly memoryMb: number;
  readonly maxRssKb: number;
  /** How long the process took to load, in its first invocation. */
  readonly initMs: number | undefined;
}

/** The log line that ends an invocation. */
export function reportLine(requestId: string, { durationMs, memoryMb, maxRssKb, initMs }: Usage): string {
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${Math.round(maxRssKb / 1024)} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    '',
  ].join('\t');
}
