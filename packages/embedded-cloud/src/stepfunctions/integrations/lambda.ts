import { isObject, type Json } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { TaskRequest } from '../interpreter/environment.ts';
import type { Integration, IntegrationTools } from './integration.ts';
import { argumentsOf, callOptimised, submitAndWaitForToken, unsupported } from './optimised.ts';
import { optimisedNames } from './sdk-services.ts';
import { httpMetadata } from './sdk-values.ts';

interface InvokeAnswer {
  readonly StatusCode?: number;
  readonly FunctionError?: string;
  readonly ExecutedVersion?: string;
  readonly Payload?: Uint8Array;
}

const textOf = (payload: Uint8Array | undefined): string => new TextDecoder().decode(payload ?? new Uint8Array());

/** The payload as JSON; an empty one is what an asynchronous invocation answers. */
function parsePayload(text: string): Json {
  if (text === '') return '';
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** What a function threw: its errorType is the error, the whole payload the cause. */
function functionError(text: string): ExecutionError {
  const payload = parsePayload(text);
  const type = isObject(payload) ? payload['errorType'] : undefined;
  if (typeof type === 'string') return new ExecutionError(type, text);
  return new ExecutionError(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`,
  );
}

async function invoke(tools: IntegrationTools, input: object, signal: AbortSignal): Promise<InvokeAnswer & object> {
  const answer = (await callOptimised(tools, optimisedNames.lambda, 'lambda', 'invoke', input, signal)) as InvokeAnswer;
  if (answer.FunctionError !== undefined) throw functionError(textOf(answer.Payload));
  return answer;
}

/** A Task whose Resource is a function's ARN: the arguments are the event, the result is what the function returns. */
export async function runLambdaTask(request: TaskRequest, tools: IntegrationTools): Promise<Json> {
  const input = { FunctionName: request.resource.arn, Payload: JSON.stringify(request.arguments) };
  return parsePayload(textOf((await invoke(tools, input, request.signal)).Payload));
}

/** `arn:aws:states:::lambda:invoke`, with or without a token. */
export const lambdaIntegration: Integration = (request, tools) => {
  const { action, pattern } = request.resource;
  if (action !== 'invoke' || (pattern !== 'requestResponse' && pattern !== 'waitForTaskToken')) unsupported(request);
  return submitAndWaitForToken(request, tools, async () => {
    const { Payload, ...rest } = argumentsOf(request);
    const input = { ...rest, ...(Payload !== undefined && { Payload: JSON.stringify(Payload) }) };
    const answer = await invoke(tools, input, request.signal);
    return {
      ExecutedVersion: answer.ExecutedVersion ?? '$LATEST',
      Payload: parsePayload(textOf(answer.Payload)),
      ...httpMetadata(answer),
      StatusCode: answer.StatusCode ?? 200,
    };
  });
};
