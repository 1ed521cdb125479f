import { CommanderError } from 'commander';
import { type ExitCode, errorName, exitCodes } from './exit-codes.ts';
import { CliError, red } from './output.ts';

interface Failed {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** An error as scripts and people receive it. */
export interface Explained {
  readonly name: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** Of a bug only. */
  readonly stack?: string;
}

/** Codes of Node.js for a host that cannot be reached (Node.js docs, "Common system errors"; `dns` error codes). */
const unreachable: ReadonlySet<unknown> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * The message for an error that the user can fix: a CLI error, a wrong command line, an invalid pipeline, a request that a
 * service refused, an endpoint that does not respond. Undefined for a bug, which needs its stack trace.
 */
export function explainError(error: unknown): Explained | undefined {
  if (error instanceof CliError) {
    return { name: errorName(error.exitCode), message: error.message, exitCode: error.exitCode };
  }
  if (error instanceof CommanderError) {
    const exitCode = error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage;
    const message =
      error.code === 'commander.help'
        ? 'No command is given. Add --help for the commands.'
        : error.message.replace(/^error: /, '');
    return { name: errorName(exitCode), message, exitCode };
  }
  if (!(error instanceof Error)) return undefined;
  const { name, message, code, $metadata }: Failed = error;
  if (name === 'PipelineConfigError' || name === 'FaultFileError') {
    return { name, message, exitCode: exitCodes.invalid };
  }
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') {
    return {
      name: errorName(exitCodes.unavailable),
      message: `The embedded cloud no longer responds (${message}). Start it with "npx tidegate up", or see its cloud.log.`,
      exitCode: exitCodes.unavailable,
    };
  }
  if (unreachable.has(code)) {
    return {
      name: errorName(exitCodes.unavailable),
      message: `AWS cannot be reached (${message}). Check the network and --region.`,
      exitCode: exitCodes.unavailable,
    };
  }
  if ($metadata?.httpStatusCode !== undefined) {
    return { name, message: `${name}: ${message}`, exitCode: exitCodes.failed };
  }
  if (name === 'CredentialsProviderError') {
    return { name, message: `${message}. Check --profile.`, exitCode: exitCodes.unavailable };
  }
  return undefined;
}

/** A bug, with its stack trace. */
const describeBug = (error: unknown): Explained => ({
  name: error instanceof Error ? error.name : errorName(exitCodes.bug),
  message: error instanceof Error ? error.message : String(error),
  exitCode: exitCodes.bug,
  ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
});

/**
 * What standard error receives for an error, and the exit code: one JSON document with `--json`, text otherwise. The parser of the
 * command line has written its own text already.
 */
export function renderError(error: unknown, json: boolean): { readonly text: string; readonly exitCode: ExitCode } {
  const explained = explainError(error) ?? describeBug(error);
  const { exitCode, message, stack } = explained;
  if (exitCode === exitCodes.succeeded) return { text: '', exitCode };
  if (json) return { text: `${JSON.stringify({ error: explained }, null, 2)}\n`, exitCode };
  if (error instanceof CommanderError) return { text: '', exitCode };
  return { text: stack === undefined ? `${red('error')} ${message}\n` : `${stack}\n`, exitCode };
}
