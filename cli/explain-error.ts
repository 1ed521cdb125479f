import { CliError } from './output.ts';

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
      message: `The embedded cloud no longer responds (${message}). Start it with "npx tidegate up", or see its cloud.log.`,
      exitCode: 1,
    };
  }
  if ($metadata?.httpStatusCode !== undefined) return { message: `${name}: ${message}`, exitCode: 1 };
  if (name === 'CredentialsProviderError') return { message: `${message}. Check --profile.`, exitCode: 1 };
  return undefined;
}
