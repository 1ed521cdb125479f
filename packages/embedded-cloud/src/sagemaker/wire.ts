import type { AwsError, CloudService, ServiceResponse } from '#src/cloud/service';
import { isRuntimePath } from '#src/sagemaker/endpoints/invoke';

/** The error shapes of the service model name their text `Message`; the protocol's own errors, `message`. */
const modelled = new Set(['ConflictException', 'ResourceInUse', 'ResourceLimitExceeded', 'ResourceNotFound']);

/** Writes an error as the control plane (JSON 1.1) or the runtime (REST JSON) does. */
export const formatError: CloudService['formatError'] = (error, request): ServiceResponse =>
  isRuntimePath(request.path) ? runtimeError(error) : controlError(error);

const controlError = (error: AwsError): ServiceResponse => ({
  status: error.status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({
    __type: error.code,
    [modelled.has(error.code) ? 'Message' : 'message']: error.message,
    ...error.fields,
  }),
});

const runtimeError = (error: AwsError): ServiceResponse => ({
  status: error.status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
  body: JSON.stringify({ ErrorCode: error.code, Message: error.message, ...error.fields }),
});
