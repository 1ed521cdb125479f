import { type AuthorizationRequest, AwsError, type CloudContext } from '../../cloud/service.ts';
import { checkArn } from '../arns.ts';
import { isObject, type JsonObject } from '../asl.ts';
import type { Executions } from '../executions.ts';
import type { StateMachines } from '../machines.ts';
import type { ExecutionRecord, StepFunctionsStore } from '../store.ts';

/** What operations work with. */
export interface Api {
  readonly context: CloudContext;
  readonly store: StepFunctionsStore;
  readonly machines: StateMachines;
  readonly executions: Executions;
}

/** A call as understood: what it needs and what it does. */
export interface Call {
  readonly authorize: readonly AuthorizationRequest[];
  execute(): Promise<object> | object;
}

/** One API operation. */
export type Operation = (input: JsonObject, api: Api) => Call;

const invalid = (message: string): AwsError =>
  new AwsError('ValidationException', `1 validation error detected: ${message}`);

/** @throws AwsError ValidationException */
export function requiredText(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
}

/** @throws AwsError ValidationException */
export function optionalText(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw invalid(`Value at '${name}' failed to satisfy constraint: Member must be a string`);
}

/**
 * Reads one of the words that AWS lists.
 * @param words in AWS's order, which its message shows
 * @throws AwsError ValidationException
 */
export function optionalWord<W extends string>(input: JsonObject, name: string, words: readonly W[]): W | undefined {
  const value = optionalText(input, name);
  const word = words.find((candidate) => candidate === value);
  if (value === undefined || word !== undefined) return word;
  throw invalid(
    `Value '${value}' at '${name}' failed to satisfy constraint: Member must satisfy enum value set: [${words.join(', ')}]`,
  );
}

/**
 * Refuses a text that is longer than AWS takes; the text is left out of the message, for it may hold personal data.
 * @throws AwsError ValidationException
 */
export function checkLength(input: JsonObject, name: string, most: number): void {
  const text = optionalText(input, name);
  if (text !== undefined && Buffer.byteLength(text) > most)
    throw invalid(
      `Value at '${name}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    );
}

/** Lengths of an error and its cause (API Reference, SendTaskFailure and StopExecution). */
export function checkErrorLengths(input: JsonObject): void {
  checkLength(input, 'error', 256);
  checkLength(input, 'cause', 32_768);
}

/** A page of a list: how many at most, after how many. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;

/** @throws AwsError InvalidToken, ValidationException */
export function pageOf(input: JsonObject): Page {
  const { maxResults, nextToken } = input;
  const given = maxResults ?? 0;
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 0 || given > MAX_PAGE) {
    const bound = Number(given) < 0 ? 'greater than or equal to 0' : `less than or equal to ${MAX_PAGE}`;
    throw invalid(
      `Value '${String(given)}' at 'maxResults' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  const limit = given === 0 ? DEFAULT_PAGE : given;
  if (nextToken === undefined || nextToken === null) return { limit, offset: 0 };
  const offset = Number(Buffer.from(String(nextToken), 'base64url').toString());
  if (!Number.isInteger(offset) || offset < 0) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  return { limit, offset };
}

/** Cuts a page out of up to `limit + 1` rows and adds the token of the next one. */
export function paged<T>(
  rows: readonly T[],
  { limit, offset }: Page,
): { rows: readonly T[]; next: { nextToken?: string } } {
  if (rows.length <= limit) return { rows, next: {} };
  return {
    rows: rows.slice(0, limit),
    next: { nextToken: Buffer.from(String(offset + limit)).toString('base64url') },
  };
}

/** Times on the wire are seconds since the epoch. */
export const seconds = (ms: number): number => ms / 1000;

/** @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function requireExecution({ store }: Api, arn: string): ExecutionRecord {
  checkArn(arn, ['execution', 'express']);
  const execution = store.execution(arn);
  if (execution) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

/** A call that needs one action on one resource. */
export const call = (action: string, resource: string, execute: Call['execute']): Call => ({
  authorize: [{ action: `states:${action}`, resource }],
  execute,
});

/** `[{ key, value }]` as an object. */
export function tagsOf(list: unknown): Record<string, string> {
  const entries = Array.isArray(list) ? list.filter(isObject) : [];
  return Object.fromEntries(
    entries.map((tag) => [String(tag['key'] ?? tag['Key']), String(tag['value'] ?? tag['Value'] ?? '')]),
  );
}
