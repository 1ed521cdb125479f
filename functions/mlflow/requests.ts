import * as z from 'zod';
import { bounded } from '#domain/data/shown';
import { TrackingRejectedError, TrackingUnavailableError } from '#domain/errors';

/** How to reach a tracking server. */
export interface MlflowServer {
  /** As in `tracking.mlflow.uri`. */
  readonly uri: string;
  /** The Authorization header; undefined for a server without one. */
  readonly authorization: string | undefined;
  /** Replaces `fetch`. */
  readonly fetch?: typeof fetch;
}

const requestMs = 10_000;

const secretSchema = z.union([
  z.strictObject({ token: z.string().min(1) }),
  z.strictObject({ username: z.string().min(1), password: z.string() }),
]);

/**
 * The Authorization header that a secret means: `{"token": "…"}` or `{"username": "…", "password": "…"}`. `unset` means none.
 *
 * @throws TrackingUnavailableError for another text: a person can correct it, and what waits is logged then
 */
export function authorizationOf(secret: string | undefined): string | undefined {
  if (secret === undefined || secret === 'unset' || secret === '') return undefined;
  let parsed: z.infer<typeof secretSchema>;
  try {
    parsed = secretSchema.parse(JSON.parse(secret));
  } catch {
    // neither the text nor the parser's message is shown: both hold the secret
    throw new TrackingUnavailableError(
      'The secret for MLflow (tidegate/<stage>/mlflow) is neither {"token": "…"} nor {"username": "…", "password": "…"}. Correct it; what waits is logged then.',
    );
  }
  if ('token' in parsed) return `Bearer ${parsed.token}`;
  return `Basic ${Buffer.from(`${parsed.username}:${parsed.password}`).toString('base64')}`;
}

/** What a server refused, by MLflow's error code (mlflow.protos.databricks.ErrorCode). */
export class MlflowRefusal extends Error {
  override readonly name = 'MlflowRefusal';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const refusalSchema = z.object({ error_code: z.string(), message: z.string().default('') });

function refusalOf(text: string): MlflowRefusal | undefined {
  try {
    const { error_code: code, message } = refusalSchema.parse(JSON.parse(text));
    return new MlflowRefusal(code, bounded(message, 300));
  } catch {
    return undefined;
  }
}

/** Statuses that pass, or that a person puts right outside of Tidegate: the server is down, busy, or does not know us. */
const mayPass = (status: number): boolean => status >= 500 || [401, 403, 408, 429].includes(status);

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

async function send(server: MlflowServer, { method, path, body, contentType = 'application/json' }: Call) {
  const { uri, authorization, fetch: fetched = fetch } = server;
  const address = `${uri.replace(/\/+$/, '')}${path}`;
  try {
    const answer = await fetched(address, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(requestMs),
      headers: {
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new TrackingUnavailableError(
      `MLflow at ${uri} cannot be reached: ${bounded(cause instanceof Error ? cause.message : String(cause), 200)}. Is the server up, and does tracking.mlflow.uri name it?`,
      { cause: error },
    );
  }
}

/**
 * Calls MLflow's REST API (MLflow documentation, "REST API").
 *
 * @throws TrackingUnavailableError for what may pass; MlflowRefusal for what MLflow refuses; TrackingRejectedError for another answer
 */
export async function call(server: MlflowServer, request: Call): Promise<unknown> {
  const { status, text } = await send(server, request);
  const where = `${request.method} ${request.path.replace(/\?.*/, '')}`;
  if (mayPass(status)) {
    const fix =
      status === 401 || status === 403 ? ' The secret tidegate/<stage>/mlflow holds the token or the password.' : '';
    throw new TrackingUnavailableError(`MLflow at ${server.uri} answered ${status} to ${where}.${fix}`);
  }
  if (status >= 200 && status < 300) {
    if (text === '') return {};
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new TrackingRejectedError(
        `${server.uri} does not answer ${where} as an MLflow server does: does tracking.mlflow.uri name one?`,
        { cause: error },
      );
    }
  }
  throw refusalOf(text) ?? new TrackingRejectedError(`MLflow at ${server.uri} answered ${status} to ${where}.`);
}

/** Whether MLflow refused for this reason. */
export const isRefused = (error: unknown, code: 'RESOURCE_DOES_NOT_EXIST' | 'RESOURCE_ALREADY_EXISTS'): boolean =>
  error instanceof MlflowRefusal && error.code === code;
