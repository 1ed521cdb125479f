import { isObject, type Json, type JsonObject } from '../asl.ts';
import type { Integration } from './integration.ts';
import { runJob } from './job.ts';
import { argumentsOf, callOptimised, submitAndWaitForToken, unsupported } from './optimised.ts';
import { optimisedError } from './sdk-errors.ts';
import { optimisedNames } from './sdk-services.ts';
import { answerToJson, httpMetadata, toPascalCase } from './sdk-values.ts';

const executionArn = (submitted: Json): string =>
  isObject(submitted) && typeof submitted['ExecutionArn'] === 'string' ? submitted['ExecutionArn'] : '';

/** `.sync:2` gives input and output of the execution as JSON instead of as text. */
function withParsedTexts(description: JsonObject): JsonObject {
  const parsed = { ...description };
  for (const member of ['Input', 'Output']) {
    const text = parsed[member];
    if (typeof text === 'string') parsed[member] = JSON.parse(text) as Json;
  }
  return parsed;
}

/** `arn:aws:states:::states:startExecution`, alone, `.sync`, `.sync:2` or with a token. */
export const stepFunctionsIntegration: Integration = async (request, tools) => {
  const { action, pattern } = request.resource;
  if (action !== 'startExecution') unsupported(request);
  const names = optimisedNames.states;
  const args = argumentsOf(request);
  // As AWS makes up a name where none is given, but one that is the same should the call be repeated.
  const {
    StateMachineArn: stateMachineArn,
    Name: name = request.attemptId,
    Input = {},
    TraceHeader: traceHeader,
  } = args;
  const find = async (since: number): Promise<Json | undefined> => {
    const arn = `${String(stateMachineArn).replace(':stateMachine:', ':execution:')}:${String(name)}`;
    const startedAt = tools.startedAt(arn);
    return startedAt !== undefined && startedAt >= since ? { ExecutionArn: arn, StartDate: startedAt } : undefined;
  };
  const submit = async (): Promise<Json> => {
    const input = typeof Input === 'string' ? Input : JSON.stringify(Input);
    const answer = await callOptimised(
      tools,
      names,
      'sfn',
      'startExecution',
      { stateMachineArn, input, name, ...(traceHeader !== undefined && { traceHeader }) },
      request.signal,
    );
    return { ...(toPascalCase(await answerToJson(answer, 'millis')) as JsonObject), ...httpMetadata(answer) };
  };
  if (pattern === 'requestResponse' || pattern === 'waitForTaskToken') {
    const { repeatedSince } = request;
    return submitAndWaitForToken(
      request,
      tools,
      async () => (repeatedSince === undefined ? undefined : await find(repeatedSince)) ?? submit(),
    );
  }
  return runJob(
    request,
    tools,
    {
      submit,
      find,
      describe: async (submitted) => {
        const answer = await tools.caller.call('sfn', 'describeExecution', { executionArn: executionArn(submitted) });
        return toPascalCase(await answerToJson(answer, 'millis')) as JsonObject;
      },
      statusOf: ({ Status: status }) => {
        if (status === 'SUCCEEDED') return 'succeeded';
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'failed';
      },
      stop: (submitted) => tools.caller.call('sfn', 'stopExecution', { executionArn: executionArn(submitted) }),
      result: (description) => (pattern === 'sync:2' ? withParsedTexts(description) : description),
      describeError: async (error) => optimisedError(error, (await tools.caller.load('sfn')).module, names),
    },
    {
      name: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
      pattern: { source: ['aws.states'], 'detail-type': ['Step Functions Execution Status Change'] },
    },
  );
};
