import { CommanderError } from 'commander';
import { explainStateFailure } from 'embedded-cloud/process';
import { cloudProcess, readEnd } from './cloud-file.ts';
import { type ExitCode, errorName, exitCodes } from './exit-codes.ts';
import { CliError, red } from './output.ts';
import { stateDirectory } from './project.ts';

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
      message: `The embedded cloud no longer responds. ${whyItEnded()}Start it with "npx tidegate up".`,
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
  return explainState(error);
}

/** A failure of the state folder, in one line. */
function explainState(error: Error): Explained | undefined {
  const explained = explainStateFailure(error, stateDirectory());
  if (!explained) return undefined;
  // the one folder of the product that may be deleted as a whole has a command for it
  const message = explained.message.replace(
    'delete it to start without state.',
    'run "npx tidegate down --delete" to start without state.',
  );
  return { name: explained.name, message, exitCode: exitCodes.failed };
}

/** Why the last cloud stopped, as a sentence with a space after it; empty when it did not stop by itself. */
function whyItEnded(): string {
  const end = readEnd();
  return end === undefined ? '' : `It stopped at ${end.at}: ${end.ended} `;
}

/** Advice for a cloud that runs, but whose `cloud.json` cannot be read; undefined when none runs. */
export function lostCloudFile(): CliError | undefined {
  const running = cloudProcess();
  return (
    running &&
    new CliError(
      `An embedded cloud (process ${running.pid}) runs on ${stateDirectory()}, but its cloud.json is missing or damaged. Run "npx tidegate down", then "npx tidegate up".`,
      exitCodes.unavailable,
    )
  );
}

/** @param otherwise what else to do than start it, as `, or …` */
export const notUp = (otherwise = ''): CliError =>
  lostCloudFile() ??
  new CliError(
    `The embedded cloud is not up. ${whyItEnded()}Start it with "npx tidegate up"${otherwise}.`,
    exitCodes.unavailable,
  );

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

/** A failure of the daemon. */
export interface DaemonFailure {
  /** One line, without content of files. */
  readonly message: string;
  readonly exitCode: ExitCode;
  /** What cloud.log receives: the message, or of a bug its stack. */
  readonly log: string;
}

/** Explains why the daemon could not start, or had to stop. */
export function explainFailure(cause: unknown): DaemonFailure {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
    const message = 'The port is in use. Choose another with --port, or leave --port out to use a free one.';
    return { message, log: message, exitCode: exitCodes.usage };
  }
  const explained = explainError(cause);
  if (explained || (cause instanceof Error && cause.name === 'TemplateError')) {
    const message = oneLine(explained?.message ?? String(cause));
    return { message, log: message, exitCode: explained?.exitCode ?? exitCodes.failed };
  }
  const { name, message, stack } = describeBug(cause);
  // The message of a parser quotes what it could not parse.
  const reason = cause instanceof SyntaxError ? name : `${name}: ${message}`;
  const log = cause instanceof SyntaxError ? (stack?.replace(message, '') ?? name) : (stack ?? message);
  return { message: `It failed with ${oneLine(reason)}`, log, exitCode: exitCodes.bug };
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
