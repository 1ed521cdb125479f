import { buffer } from 'node:stream/consumers';
import { AwsError, type CloudService, type ServiceRequest, type ServiceResponse } from './service.ts';

/** A JSON object as parsed from a request. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads the operation and input of an AWS JSON 1.0 or 1.1 request (`X-Amz-Target: <prefix>.<Operation>`).
 * @throws AwsError `SerializationException` or `UnknownOperationException`
 */
export async function readJsonRequest(
  request: ServiceRequest,
  targetPrefix: string,
): Promise<{ operation: string; input: JsonObject }> {
  const target = request.headers['x-amz-target'] ?? '';
  if (!target.startsWith(`${targetPrefix}.`)) {
    throw new AwsError('UnknownOperationException', `The target "${target}" is not an operation of ${targetPrefix}.`);
  }
  return { operation: target.slice(targetPrefix.length + 1), input: await readJsonBody(request) };
}

/** @throws AwsError `SerializationException` when the body is not a JSON object; an empty body is an empty object */
export async function readJsonBody(request: ServiceRequest): Promise<JsonObject> {
  const text = (await buffer(request.body)).toString('utf8');
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'The request body must be a JSON object.');
  }
  return value as JsonObject;
}

/** A 200 in the given JSON version. */
export const jsonResponse = (output: unknown, version: '1.0' | '1.1'): ServiceResponse => ({
  status: 200,
  headers: { 'content-type': `application/x-amz-json-${version}` },
  body: JSON.stringify(output ?? {}),
});

/** `formatError` for the JSON protocols. `prefix` comes before `#` in `__type`, where the service writes one. */
export const jsonError =
  (version: '1.0' | '1.1', prefix?: string): CloudService['formatError'] =>
  (error) => ({
    status: error.status,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-errortype': error.code },
    body: JSON.stringify({
      __type: prefix ? `${prefix}#${error.code}` : error.code,
      message: error.message,
      Message: error.message,
      ...error.fields,
    }),
  });

/** `formatError` for REST-JSON services: the code travels in a header. */
export const restJsonError: CloudService['formatError'] = (error) => ({
  status: error.status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
  body: JSON.stringify({
    Type: error.status < 500 ? 'User' : 'Service',
    message: error.message,
    Message: error.message,
    ...error.fields,
  }),
});

/** Reads a text member. @throws AwsError `code` when it is missing or no text */
export function requireString(input: JsonObject, member: string, code = 'ValidationException'): string {
  const value = input[member];
  if (typeof value !== 'string' || value === '')
    throw new AwsError(code, `${member} is required and must be a non-empty string.`);
  return value;
}

/** Reads an optional text member. */
export const optionalString = (input: JsonObject, member: string): string | undefined =>
  typeof input[member] === 'string' ? input[member] : undefined;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
