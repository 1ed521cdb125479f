import { type JsonObject, jsonError, jsonResponse, readJsonRequest } from './json-protocol.ts';
import {
  type AuthorizationRequest,
  AwsError,
  type CloudService,
  type PreparedCall,
  type ServiceResponse,
} from './service.ts';

/** What one operation needs and does. `authorize` must not change anything. */
export interface Operation {
  authorize(input: JsonObject): readonly AuthorizationRequest[];
  run(input: JsonObject): unknown;
}

/** An operation turned into a call the door can authorise and run. */
export const prepareOperation = (
  name: string,
  operation: Operation,
  input: JsonObject,
  respond: (output: unknown) => ServiceResponse,
): PreparedCall => ({
  operation: name,
  authorize: operation.authorize(input),
  input,
  execute: async () => respond(await operation.run(input)),
});

/** `prepare` and `formatError` of a service with the AWS JSON protocol: `X-Amz-Target` names the operation. */
export function jsonProtocol(
  version: '1.0' | '1.1',
  targetPrefix: string,
  operations: Readonly<Record<string, Operation>>,
): Pick<CloudService, 'prepare' | 'formatError'> {
  return {
    async prepare(request) {
      const { operation: name, input } = await readJsonRequest(request, targetPrefix);
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) {
        throw new AwsError('UnknownOperationException', `The embedded cloud does not provide ${targetPrefix}.${name}`);
      }
      return prepareOperation(name, operation, input, (output) => jsonResponse(output, version));
    },
    formatError: jsonError(version),
  };
}
