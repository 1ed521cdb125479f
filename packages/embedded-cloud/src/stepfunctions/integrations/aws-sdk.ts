import type { JsonObject } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { Integration } from './integration.ts';
import { argumentsOf, submitAndWaitForToken, unsupported } from './optimised.ts';
import { sdkIntegrationError } from './sdk-errors.ts';
import { answerToJson, toCamelCase, toPascalCase } from './sdk-values.ts';

/** `arn:aws:states:::aws-sdk:<service>:<action>`: any API call of the services the interpreter knows. */
export const awsSdkIntegration: Integration = (request, tools) => {
  const { service, action, pattern } = request.resource;
  if (pattern !== 'requestResponse' && pattern !== 'waitForTaskToken') unsupported(request);
  const serviceId = service.slice('aws-sdk:'.length);
  return submitAndWaitForToken(request, tools, async () => {
    const loaded = await tools.caller.load(serviceId);
    const args = argumentsOf(request);
    const input = loaded.service.camelCase ? toCamelCase(args) : args;
    try {
      const answer = await tools.caller.call(serviceId, action, input, request.signal);
      const result = await answerToJson(answer, 'iso');
      return loaded.service.camelCase ? (toPascalCase(result) as JsonObject) : result;
    } catch (error) {
      if (request.signal.aborted || error instanceof ExecutionError) throw error;
      throw sdkIntegrationError(error, loaded.module, loaded.service);
    }
  });
};
