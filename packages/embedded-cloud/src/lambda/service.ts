import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { restJsonError } from '../cloud/json-protocol.ts';
import { leftOutBytes } from '../cloud/left-out.ts';
import {
  AwsError,
  type CloudService,
  type PreparedCall,
  type ServiceRequest,
  type ServiceResponse,
} from '../cloud/service.ts';
import { matchesArn } from '../iam/wildcard.ts';
import { createDelivery } from './deliver.ts';
import { openEventQueue } from './event-queue.ts';
import { lambdaResources, type Permission } from './resources.ts';
import { createRuntime, type DeployedFunction, type LambdaContext } from './runtime.ts';

/** Lambda, and how other services of the cloud invoke functions. */
export interface LambdaService extends CloudService {
  /**
   * Accepts an event for a function; it is delivered at least once, retried and given up as AWS does.
   * @param by the service that asks and the resource it asks for: then an `AWS::Lambda::Permission` must allow it
   * @throws AwsError `ResourceNotFoundException`, or `AccessDeniedException` without the permission
   */
  invokeAsync(
    functionArn: string,
    payload: unknown,
    by?: { readonly service: string; readonly sourceArn: string },
  ): Promise<void>;
}

const MAX_SYNC_BYTES = 6_291_456;
/** One MiB since October 2025; 256 KB before. */
const MAX_ASYNC_BYTES = 1_048_576;
const TAIL_BYTES = 4096;

/** Functions of the template in processes of their own. */
export function createLambda(context: LambdaContext): LambdaService {
  const { clock, stateDir, log } = context;
  // What processes of the last start left behind.
  rmSync(join(stateDir, 'lambda', 'tmp'), { recursive: true, force: true });
  const runtime = createRuntime(context);
  const permissions = new Map<string, Permission>();
  const queue = openEventQueue(stateDir, clock, (cause) =>
    log('error', 'delivering an event failed', { error: String(cause) }),
  );

  async function invokeCall(request: ServiceRequest, name: string): Promise<PreparedCall> {
    const qualifier = request.query.get('Qualifier') ?? undefined;
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    const body = await buffer(request.body);
    const target = runtime.find(name, qualifier);
    return {
      operation: 'Invoke',
      authorize: [{ action: 'lambda:InvokeFunction', resource: qualifier ? `${target.arn}:${qualifier}` : target.arn }],
      input: {
        FunctionName: name,
        ...(qualifier !== undefined && { Qualifier: qualifier }),
        InvocationType: type,
        ...(request.headers['x-amz-log-type'] !== undefined && { LogType: request.headers['x-amz-log-type'] }),
        // The event may hold anything, so its size is all the audit log gets.
        Payload: leftOutBytes(body.length),
      },
      execute: () => invoke(target, type, body, request),
    };
  }

  async function invoke(
    target: DeployedFunction,
    type: string,
    body: Buffer,
    request: ServiceRequest,
  ): Promise<ServiceResponse> {
    const limit = type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
    if (body.length > limit) {
      throw new AwsError(
        'RequestTooLargeException',
        `Request must be smaller than ${limit} bytes for the Invoke operation`,
        413,
      );
    }
    const event = body.length === 0 ? '{}' : body.toString('utf8');
    try {
      JSON.parse(event);
    } catch (cause) {
      throw new AwsError(
        'InvalidRequestContentException',
        `Could not parse request body into json: ${cause instanceof Error ? cause.message : ''}`,
      );
    }
    if (type === 'DryRun') return { status: 204 };
    if (type === 'Event') {
      queue.add(target.spec.name, event);
      return { status: 202, body: '' };
    }
    if (type !== 'RequestResponse')
      throw new AwsError(
        'InvalidParameterValueException',
        `InvocationType ${type} is not one of RequestResponse, Event, DryRun.`,
      );
    const outcome = await runtime.invoke(target, event, randomUUID());
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-amz-executed-version': '$LATEST',
        ...(outcome.failed && { 'x-amz-function-error': 'Unhandled' }),
        ...(request.headers['x-amz-log-type'] === 'Tail' && {
          'x-amz-log-result': Buffer.from(outcome.log.join('\n')).subarray(-TAIL_BYTES).toString('base64'),
        }),
      },
      body: outcome.payload,
    };
  }

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

  const json = (value: unknown): ServiceResponse => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });

  function readCall(
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

  return {
    signingNames: ['lambda'],
    resources: lambdaResources(runtime, permissions),
    async prepare(request) {
      const [, rawName, what = ''] =
        /^\/2015-03-31\/functions(?:\/([^/]*))?(?:\/([^/]+))?\/?$/.exec(request.path) ?? [];
      const name = decodeURIComponent(rawName ?? '');
      const route = `${request.method} ${what}`;
      if (name !== '' && route === 'POST invocations') return invokeCall(request, name);
      if (name !== '' && route === 'GET configuration') return readCall('GetFunctionConfiguration', name, describe);
      if (name !== '' && route === 'GET ') {
        return readCall('GetFunction', name, async (target) => ({
          Configuration: await describe(target),
          Code: { RepositoryType: 'S3' },
        }));
      }
      if (request.path.startsWith('/2015-03-31/functions') && name === '' && request.method === 'GET') {
        return {
          operation: 'ListFunctions',
          authorize: [{ action: 'lambda:ListFunctions', resource: '*' }],
          input: Object.fromEntries(request.query),
          execute: async () => json({ Functions: await Promise.all(runtime.list().map(describe)) }),
        };
      }
      throw new AwsError(
        'UnknownOperationException',
        `Lambda ${request.method} ${request.path} is not emulated. Known: Invoke, GetFunction, GetFunctionConfiguration, ListFunctions.`,
        404,
      );
    },
    formatError: restJsonError,
    async invokeAsync(functionArn, payload, by) {
      const target = runtime.find(functionArn);
      const allowed = [...permissions.values()].some(
        ({ functionName, principal, sourceArn, sourceAccount }) =>
          functionName === target.spec.name &&
          principal === by?.service &&
          (sourceArn === undefined || matchesArn(sourceArn, by.sourceArn)) &&
          (sourceAccount === undefined || sourceAccount === context.accountId),
      );
      if (by && !allowed) {
        throw new AwsError(
          'AccessDeniedException',
          `${by.service} may not invoke ${target.arn} for ${by.sourceArn}. Hint: add an AWS::Lambda::Permission with Principal ${by.service} and SourceArn ${by.sourceArn}.`,
          403,
        );
      }
      queue.add(target.spec.name, JSON.stringify(payload));
    },
    async start() {
      queue.start(createDelivery(runtime, queue, context));
    },
    async close() {
      const processes = runtime.close();
      await queue.close();
      await processes;
    },
  };
}
