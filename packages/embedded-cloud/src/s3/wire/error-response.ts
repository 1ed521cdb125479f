import type { AwsError, ServiceRequest, ServiceResponse } from '#src/cloud/service';
import { S3Error } from './errors.ts';
import { writePlainXml } from './xml.ts';

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** Writes an error as S3 does: an XML document, or nothing but headers when the request was HEAD. */
export const formatError = (
  error: AwsError,
  request: Pick<ServiceRequest, 'id' | 'method' | 'path'>,
): ServiceResponse => {
  const headers = {
    'x-amz-request-id': request.id,
    'x-amz-id-2': request.id,
    ...(error instanceof S3Error ? error.headers : {}),
  };
  if (request.method === 'HEAD') return { status: error.status, headers };
  const fields = Object.fromEntries(Object.entries(error.fields).filter(([, value]) => isPlain(value))) as Record<
    string,
    string | number
  >;
  const body = writePlainXml('Error', {
    Code: error.code,
    Message: error.message,
    ...fields,
    Resource: request.path,
    RequestId: request.id,
    HostId: request.id,
  });
  return { status: error.status, headers: { ...headers, 'content-type': 'application/xml' }, body };
};
