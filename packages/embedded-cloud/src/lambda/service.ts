import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { restJsonError } from '../cloud/json-protocol.ts';
import { AwsError, type CloudService } from '../cloud/service.ts';
import { matchesArn } from '../iam/wildcard.ts';
import { createDelivery } from './deliver.ts';
import { configurationCall, functionCall, listCall } from './describe.ts';
import { openEventQueue } from './event-queue.ts';
import { invokeCall } from './invoke.ts';
import { lambdaMembers } from './members.ts';
import type { Outcome } from './outcome.ts';
import { lambdaResources, type Permission } from './resources.ts';
import { createRuntime, type DeployedFunction, type LambdaContext } from './runtime.ts';

/** Lambda, and how other services of the cloud invoke functions. */
export interface LambdaService extends CloudService {
  /**
   * Accepts an event for a function; it is delivered at least once, retried and given up as AWS does.
   * @param by the service that asks and the resource it asks for: then an `AWS::Lambda::Permission` must allow it
   * @throws AwsError `ResourceNotFoundException`, or `AccessDeniedException` without the permission
   */
  invokeAsync(functionArn: string, payload: unknown, by?: Inviter): Promise<void>;
  /**
   * Runs a function on an event for another service, and waits for the result.
   * @param event JSON
   * @throws AwsError `ResourceNotFoundException`, `AccessDeniedException` without the permission, `TooManyRequestsException`
   */
  invokeNow(functionArn: string, event: string, by: Inviter): Promise<Outcome>;
}

/** A service that invokes a function in its own name, and the resource it does so for: an `AWS::Lambda::Permission` must allow it. */
interface Inviter {
  readonly service: string;
  readonly sourceArn: string;
}

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

  const requirePermission = (target: DeployedFunction, by: Inviter): void => {
    const allowed = [...permissions.values()].some(
      ({ functionName, principal, sourceArn, sourceAccount }) =>
        functionName === target.spec.name &&
        principal === by.service &&
        (sourceArn === undefined || matchesArn(sourceArn, by.sourceArn)) &&
        (sourceAccount === undefined || sourceAccount === context.accountId),
    );
    if (allowed) return;
    throw new AwsError(
      'AccessDeniedException',
      `${by.service} may not invoke ${target.arn} for ${by.sourceArn}. Hint: add an AWS::Lambda::Permission with Principal ${by.service} and SourceArn ${by.sourceArn}.`,
      403,
    );
  };

  return {
    signingNames: ['lambda'],
    members: lambdaMembers,
    resources: lambdaResources(runtime, permissions),
    async prepare(request) {
      const [, rawName, what = ''] =
        /^\/2015-03-31\/functions(?:\/([^/]*))?(?:\/([^/]+))?\/?$/.exec(request.path) ?? [];
      const name = decodeURIComponent(rawName ?? '');
      const route = `${request.method} ${what}`;
      if (name !== '' && route === 'POST invocations') return invokeCall({ runtime, queue }, request, name);
      const qualifier = request.query.get('Qualifier') ?? undefined;
      if (name !== '' && route === 'GET configuration') return configurationCall(runtime, name, qualifier);
      if (name !== '' && route === 'GET ') return functionCall(runtime, name, qualifier);
      if (request.path.startsWith('/2015-03-31/functions') && name === '' && request.method === 'GET') {
        return listCall(runtime, request);
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
      if (by) requirePermission(target, by);
      queue.add(target.spec.name, JSON.stringify(payload));
    },
    async invokeNow(functionArn, event, by) {
      const target = runtime.find(functionArn);
      requirePermission(target, by);
      return runtime.invoke(target, event, randomUUID());
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
