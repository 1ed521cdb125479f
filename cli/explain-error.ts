import { CliError } from './output.ts';

interface Failed {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * What to tell the user of an error, when it is one the user can mend: the command line's own, a pipeline that does not validate, a
 * request that a service refused, an endpoint nobody listens at. Undefined for a defect, which needs its stack.
 */
export function explainError(error: unknown): { readonly message: string; readonly exitCode: number } | undefined {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error)) return undefined;
  const { name, message, code, $metadata }: Failed = error;
  if (name === 'PipelineConfigError' || name === 'FaultFileError') return { message, exitCode: 1 };
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') {
    return {
      message: `Nothing answers any more (${message}). Start the embedded cloud with "npx tidegate up", or look into its cloud.log.`,
      exitCode: 1,
    };
  }
  if ($metadata?.httpStatusCode !== undefined) return { message: `${name}: ${message}`, exitCode: 1 };
  if (name === 'CredentialsProviderError') return { message: `${message}. Check --profile.`, exitCode: 1 };
  return undefined;
}
