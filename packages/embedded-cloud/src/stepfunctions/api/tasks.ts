import { AwsError } from '../../cloud/service.ts';
import { type Json, type JsonObject, MAX_PAYLOAD_BYTES } from '../asl.ts';
import {
  type Api,
  type Call,
  call,
  checkErrorLengths,
  checkLength,
  type Operation,
  optionalText,
  requiredText,
} from './operation.ts';

/** The execution a token was made for, whether its task still waits or not. */
const executionOf = (token: string): string => Buffer.from(token, 'base64url').toString().split(' ')[0] ?? '';

/** @throws AwsError InvalidToken, TaskTimedOut */
function requireOpen({ executions, store }: Api, token: string): void {
  if (executions.tokens.isOpen(token)) return;
  if (store.execution(executionOf(token))) {
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
}

/** Answers a token; the permission is one on the machine whose task waits. */
function answer(action: string, input: JsonObject, api: Api, execute: (token: string) => void): Call {
  const token = requiredText(input, 'taskToken');
  return call(action, api.executions.tokens.machineOf(token) ?? '*', () => {
    requireOpen(api, token);
    execute(token);
    return {};
  });
}

const sendTaskSuccess: Operation = (input, api) =>
  answer('SendTaskSuccess', input, api, (token) => {
    checkLength(input, 'output', MAX_PAYLOAD_BYTES);
    let output: Json;
    try {
      output = JSON.parse(requiredText(input, 'output')) as Json;
    } catch (error) {
      if (error instanceof AwsError) throw error;
      throw new AwsError('InvalidOutput', "Invalid Output: 'Invalid JSON'");
    }
    api.executions.tokens.answer(token, { output });
  });

const sendTaskFailure: Operation = (input, api) =>
  answer('SendTaskFailure', input, api, (token) => {
    checkErrorLengths(input);
    api.executions.tokens.answer(token, {
      error: optionalText(input, 'error'),
      cause: optionalText(input, 'cause'),
    });
  });

const sendTaskHeartbeat: Operation = (input, api) =>
  answer('SendTaskHeartbeat', input, api, (token) => api.executions.tokens.heartbeat(token));

export const taskOperations: Readonly<Record<string, Operation>> = {
  SendTaskSuccess: sendTaskSuccess,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
};
