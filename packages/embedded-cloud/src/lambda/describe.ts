import { pageAfter } from '../cloud/paging.ts';
import { AwsError, type PreparedCall, type ServiceRequest, type ServiceResponse } from '../cloud/service.ts';
import type { DeployedFunction, Runtime } from './runtime.ts';

/** API Reference, ListFunctions: 50 functions a page, whatever MaxItems says. */
const PAGE = 50;
const MAX_ITEMS = 10_000;

const readLimit = (text: string | null): number => {
  if (text === null) return PAGE;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ITEMS) return limit;
  throw new AwsError(
    'InvalidParameterValueException',
    `Value '${text}' at 'maxItems' failed to satisfy constraint: Member must be between 1 and ${MAX_ITEMS}`,
  );
};

const json = (value: unknown): ServiceResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** The call of a GetFunctionConfiguration request. @throws AwsError `ResourceNotFoundException` */
export const configurationCall = (runtime: Runtime, name: string, qualifier?: string): PreparedCall =>
  readCall(runtime, 'GetFunctionConfiguration', { name, qualifier }, describe);

/** The call of a GetFunction request. @throws AwsError `ResourceNotFoundException` */
export const functionCall = (runtime: Runtime, name: string, qualifier?: string): PreparedCall =>
  readCall(runtime, 'GetFunction', { name, qualifier }, async (target) => ({
    Configuration: await describe(target),
    Code: { RepositoryType: 'S3' },
  }));

/** The call of a ListFunctions request. */
export const listCall = (runtime: Runtime, request: ServiceRequest): PreparedCall => ({
  operation: 'ListFunctions',
  authorize: [{ action: 'lambda:ListFunctions', resource: '*' }],
  input: Object.fromEntries(request.query),
  execute: async () => {
    const { items, next } = pageAfter(
      runtime.list().toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1)),
      ({ spec }) => spec.name,
      Math.min(readLimit(request.query.get('MaxItems')), PAGE),
      request.query.get('Marker') ?? undefined,
      () => new AwsError('InvalidParameterValueException', 'Marker is not one that a page of ListFunctions gave.'),
    );
    return json({ Functions: await Promise.all(items.map(describe)), ...(next !== undefined && { NextMarker: next }) });
  },
});

/** The call of a request that reads one function. */
function readCall(
  runtime: Runtime,
  operation: string,
  { name, qualifier }: { readonly name: string; readonly qualifier: string | undefined },
  read: (target: DeployedFunction) => Promise<unknown>,
): PreparedCall {
  const target = runtime.find(name, qualifier);
  return {
    operation,
    authorize: [{ action: `lambda:${operation}`, resource: target.arn }],
    input: { FunctionName: name, ...(qualifier !== undefined && { Qualifier: qualifier }) },
    execute: async () => json(await read(target)),
  };
}

/** `FunctionConfiguration` of the API. */
async function describe({ spec, arn, code, deployedAt }: DeployedFunction) {
  return {
    FunctionName: spec.name,
    FunctionArn: arn,
    Runtime: spec.runtime,
    Role: spec.roleArn,
    Handler: spec.handler,
    CodeSize: code.size(),
    CodeSha256: await code.sha256(),
    Description: spec.description,
    Timeout: spec.timeoutSeconds,
    MemorySize: spec.memoryMb,
    LastModified: new Date(deployedAt).toISOString(),
    Version: '$LATEST',
    Environment: { Variables: spec.environment },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    LoggingConfig: { LogFormat: 'Text', LogGroup: spec.logGroup },
  };
}
