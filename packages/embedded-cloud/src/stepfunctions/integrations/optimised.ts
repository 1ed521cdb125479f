import { isObject, type Json, type JsonObject } from '../asl.ts';
import { ExecutionError, ExecutionSuspended, errorNames } from '../errors.ts';
import type { IntegrationTools, ServiceRequest } from './integration.ts';
import { optimisedError } from './sdk-errors.ts';
import type { OptimisedNames } from './sdk-services.ts';

/** The arguments of a service integration, which must be an object. */
export function argumentsOf(request: ServiceRequest): JsonObject {
  if (isObject(request.arguments)) return request.arguments;
  throw new ExecutionError(errorNames.runtime, `The Arguments of ${request.resource.arn} must be an object.`);
}

/** Makes a call whose failure is reported as optimised integrations do. */
export async function callOptimised(
  tools: IntegrationTools,
  names: OptimisedNames,
  serviceId: string,
  action: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<object> {
  try {
    return await tools.caller.call(serviceId, action, input, signal);
  } catch (error) {
    if (signal?.aborted || error instanceof ExecutionError) throw error;
    throw optimisedError(error, (await tools.caller.load(serviceId)).module, names);
  }
}

/** Refuses an action or a pattern that an integration does not offer, as AWS does when a machine is made. */
export function unsupported(request: ServiceRequest): never {
  throw new ExecutionError(
    errorNames.runtime,
    `The resource provided ${request.resource.arn} is not recognized by the embedded cloud.`,
  );
}

/** Submits a task that waits for its token, and waits. */
export async function submitAndWaitForToken(
  request: ServiceRequest,
  tools: IntegrationTools,
  submit: () => Promise<Json>,
): Promise<Json> {
  const { token, signal } = request;
  if (token === undefined) return submit();
  const stop = new AbortController();
  const answer = tools.tokens.wait(token, request.heartbeat, AbortSignal.any([signal, stop.signal]));
  answer.catch(() => {});
  try {
    if (request.resume === undefined) request.submitted(await submit());
    return await answer;
  } finally {
    stop.abort(new Error('the task is over'));
    // An answer that came before the submission's is needed until both are written to the history.
    if (!(signal.reason instanceof ExecutionSuspended)) tools.tokens.forget(token);
  }
}
