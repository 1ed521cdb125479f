import { isObject, type Json } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { Integration } from './integration.ts';
import { argumentsOf, callOptimised, submitAndWaitForToken, unsupported } from './optimised.ts';
import { optimisedNames } from './sdk-services.ts';
import { answerToJson, httpMetadata } from './sdk-values.ts';

const dynamoActions = ['getItem', 'putItem', 'updateItem', 'deleteItem'];

/** `arn:aws:states:::dynamodb:…` for single items. */
export const dynamoDbIntegration: Integration = async (request, tools) => {
  const { action, pattern } = request.resource;
  if (!dynamoActions.includes(action) || pattern !== 'requestResponse') unsupported(request);
  const answer = await callOptimised(
    tools,
    optimisedNames.dynamodb,
    'dynamodb',
    action,
    argumentsOf(request),
    request.signal,
  );
  return { ...(await answerToJson(answer, 'millis')), ...httpMetadata(answer) };
};

/** An entry with its Detail as the text the API takes. */
const withDetailText = (entry: Json): Json =>
  isObject(entry) && entry['Detail'] !== undefined && typeof entry['Detail'] !== 'string'
    ? { ...entry, Detail: JSON.stringify(entry['Detail']) }
    : entry;

/** `arn:aws:states:::events:putEvents`; entries that EventBridge refuses fail the task. */
export const eventsIntegration: Integration = (request, tools) => {
  const { action, pattern } = request.resource;
  if (action !== 'putEvents' || (pattern !== 'requestResponse' && pattern !== 'waitForTaskToken')) unsupported(request);
  return submitAndWaitForToken(request, tools, async () => {
    const { Entries, ...rest } = argumentsOf(request);
    const input = { ...rest, Entries: Array.isArray(Entries) ? Entries.map(withDetailText) : Entries };
    const answer = await callOptimised(tools, optimisedNames.events, 'eventbridge', action, input, request.signal);
    const result = { ...(await answerToJson(answer, 'millis')), ...httpMetadata(answer) };
    if (Number((answer as { FailedEntryCount?: number }).FailedEntryCount ?? 0) > 0) {
      throw new ExecutionError('EventBridge.FailedEntry', JSON.stringify(result));
    }
    return result;
  });
};
