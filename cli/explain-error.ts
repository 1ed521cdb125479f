import { resolve } from 'node:path';
import { explainStateFailure } from 'embedded-cloud/process';
import { readEnd } from './cloud-file.ts';
import { CliError } from './output.ts';
import { stateDirectory } from './project.ts';

interface Failed {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * The message for an error that the user can fix: a CLI error, an invalid pipeline, a request that a service refused, an
 * endpoint that does not respond. Undefined for a bug, which needs its stack trace.
 */
export function explainError(error: unknown): { readonly message: string; readonly exitCode: number } | undefined {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error)) return undefined;
  const { name, message, code, $metadata }: Failed = error;
  if (name === 'PipelineConfigError' || name === 'FaultFileError') return { message, exitCode: 1 };
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') {
    return {
      message: `The embedded cloud no longer responds. ${whyItEnded()}Start it with "npx tidegate up".`,
      exitCode: 1,
    };
  }
  if ($metadata?.httpStatusCode !== undefined) return { message: `${name}: ${message}`, exitCode: 1 };
  if (name === 'CredentialsProviderError') return { message: `${message}. Check --profile.`, exitCode: 1 };
  const state = explainState(error);
  return state === undefined ? undefined : { message: state, exitCode: 1 };
}

/** A failure of the state folder, in one line. */
const explainState = (error: unknown): string | undefined => {
  const path = error instanceof Error && 'path' in error ? error.path : undefined;
  if (typeof path === 'string' && !resolve(path).startsWith(resolve(stateDirectory()))) return undefined;
  const explained = explainStateFailure(error, stateDirectory());
  // the one folder of the product that may be deleted as a whole has a command for it
  return explained?.message.replace(
    'delete it to start without state.',
    'run "npx tidegate down --delete" to start without state.',
  );
};

/** Why the last cloud stopped, as a sentence with a space after it; empty when it did not stop by itself. */
function whyItEnded(): string {
  const end = readEnd();
  return end === undefined ? '' : `It stopped at ${end.at}: ${end.ended} `;
}

/** @param otherwise what else to do than start it, as `, or …` */
export const notUp = (otherwise = ''): CliError =>
  new CliError(`The embedded cloud is not up. ${whyItEnded()}Start it with "npx tidegate up"${otherwise}.`);

/** A failure of the daemon. */
export interface DaemonFailure {
  /** One line, without content of files. */
  readonly message: string;
  /** Whether the user can do something about it. */
  readonly known: boolean;
  /** With the stack, for cloud.log. */
  readonly details: string;
}

export function explainFailure(cause: unknown): DaemonFailure {
  const details = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  if (!(cause instanceof Error)) return { message: 'It failed for an unknown reason.', known: false, details };
  const explained = explainError(cause)?.message;
  if (explained !== undefined || cause.name === 'TemplateError')
    return { message: oneLine(explained ?? cause.message), known: true, details };
  if ('code' in cause && cause.code === 'EADDRINUSE')
    return {
      message: 'The port is in use. Choose another with --port, or leave --port out to use a free one.',
      known: true,
      details,
    };
  // The message of a parser quotes what it could not parse.
  const reason = cause instanceof SyntaxError ? cause.name : `${cause.name}: ${cause.message}`;
  return { message: `It failed with ${oneLine(reason)}`, known: false, details };
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
