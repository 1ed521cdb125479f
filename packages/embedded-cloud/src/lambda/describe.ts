import type { PreparedCall, ServiceRequest, ServiceResponse } from '../cloud/service.ts';
import type { DeployedFunction, Runtime } from './runtime.ts';

const json = (value: unknown): ServiceResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** The call of a GetFunctionConfiguration request. @throws AwsError `ResourceNotFoundException` */
export const configurationCall = (runtime: Runtime, name: string): PreparedCall =>
  readCall(runtime, 'GetFunctionConfiguration', name, describe);

/** The call of a GetFunction request. @throws AwsError `ResourceNotFoundException` */
export const functionCall = (runtime: Runtime, name: string): PreparedCall =>
  readCall(runtime, 'GetFunction', name, async (target) => ({
    Configuration: await describe(target),
    Code: { RepositoryType: 'S3' },
  }));

/** The call of a ListFunctions request. */
export const listCall = (runtime: Runtime, request: ServiceRequest): PreparedCall => ({
  operation: 'ListFunctions',
  authorize: [{ action: 'lambda:ListFunctions', resource: '*' }],
  input: Object.fromEntries(request.query),
  execute: async () => json({ Functions: await Promise.all(runtime.list().map(describe)) }),
});

/** The call of a request that reads one function. */
function readCall(
  runtime: Runtime,
  operation: string,
  name: string,
  read: (target: DeployedFunction) => Promise<unknown>,
): PreparedCall {
  const target = runtime.find(name);
  return {
    operation,
    authorize: [{ action: `lambda:${operation}`, resource: target.arn }],
    input: { FunctionName: name },
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
