import { text } from 'node:stream/consumers';
import {
  type AuthorizationRequest,
  AwsError,
  type CloudService,
  type PreparedCall,
  type ServiceRequest,
  type ServiceResponse,
} from '#local/cloud/service';

/** The input of an operation as the client sent it. */
export type Input = Readonly<Record<string, unknown>>;

/** What one operation needs and does. `authorize` must not change anything. */
export interface Operation {
  authorize(input: Input): readonly AuthorizationRequest[];
  run(input: Input): unknown;
}

/** Answers with a JSON body; an operation without output answers `{}`. */
export const jsonResponse = (
  body: unknown,
  { id, version, status = 200 }: { readonly id: string; readonly version: '1.0' | '1.1'; readonly status?: number },
): ServiceResponse => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': id },
  body: JSON.stringify(body ?? {}),
});

/** Reads the body as a JSON object. @throws AwsError `SerializationException` */
export async function readJsonInput(request: ServiceRequest): Promise<Input> {
  const body = await text(request.body);
  if (body === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new AwsError('SerializationException', 'The request body must be a JSON object');
  }
  return parsed as Input;
}

/** An operation turned into a call the door can authorise and run. */
export const prepareOperation = (
  name: string,
  operation: Operation,
  input: Input,
  respond: (output: unknown) => ServiceResponse,
): PreparedCall => ({
  operation: name,
  authorize: operation.authorize(input),
  input,
  execute: async () => respond(await operation.run(input)),
});

/** `prepare` and `formatError` of a service that speaks AWS JSON: the operation stands in `X-Amz-Target`. */
export function jsonProtocol(
  version: '1.0' | '1.1',
  targetPrefix: string,
  operations: Readonly<Record<string, Operation>>,
): Pick<CloudService, 'prepare' | 'formatError'> {
  return {
    async prepare(request) {
      const target = request.headers['x-amz-target'] ?? '';
      const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : '';
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) {
        throw new AwsError('UnknownOperationException', `The embedded cloud does not provide ${target || 'this call'}`);
      }
      const input = await readJsonInput(request);
      return prepareOperation(name, operation, input, (output) => jsonResponse(output, { id: request.id, version }));
    },
    formatError: (error, { id }) =>
      jsonResponse(
        { __type: error.code, message: error.message, ...error.fields },
        { id, version, status: error.status },
      ),
  };
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** Reads a required text member. @throws AwsError `ValidationException` */
export function requiredText(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') {
    throw invalid(
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must not be null or empty`,
    );
  }
  return value;
}

/** Reads an optional text member. @throws AwsError `ValidationException` */
export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`Value at '${name}' must be a string`);
  return value;
}

/** Reads an optional object member. @throws AwsError `ValidationException` */
export function optionalObject(input: Input, name: string): Input | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`Value at '${name}' must be an object`);
  return value as Input;
}

/** Reads an optional list of objects; absent is empty. @throws AwsError `ValidationException` */
export function objectList(input: Input, name: string): readonly Input[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'object' && entry !== null)) {
    throw invalid(`Value at '${name}' must be a list of objects`);
  }
  return value as Input[];
}

/** Reads an optional list of texts; absent is empty. @throws AwsError `ValidationException` */
export function textList(input: Input, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalid(`Value at '${name}' must be a list of strings`);
  }
  return value as string[];
}

/** Reads an optional number within bounds. @throws AwsError `ValidationException` */
export function optionalNumber(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const n = Number(value);
  if (!Number.isFinite(n) || n < min || n > max) {
    throw invalid(`Value '${String(value)}' at '${name}' must be between ${min} and ${max}`);
  }
  return n;
}
