import { buffer } from 'node:stream/consumers';
import {
  AwsError,
  type CloudContext,
  type CloudService,
  type ServiceRequest,
  type ServiceResponse,
} from '../cloud/service.ts';
import type { LambdaService } from '../lambda/service.ts';
import { gatewayMessage, proxyEvent, proxyResponse } from './event.ts';
import { findRoute, type Integration, type Limits, type Route } from './http-api.ts';
import { type ApiHolder, apiResources } from './resources.ts';
import { tokenBucket } from './throttle.ts';

/** What API Gateway is given beyond what every service is. */
export interface ApiContext extends CloudContext {
  /** Where this cloud listens: `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
}

/** Answers of API Gateway to requests that reach no function. */
const MESSAGES: Readonly<Record<number, string>> = { 403: 'Forbidden', 413: 'Request Entity Too Large' };

/**
 * The HTTP API of the template. It listens where the cloud does, and receives the requests that are signed for `execute-api`, and unsigned ones
 * for a route that takes them; on AWS it has a host of its own.
 */
export function createApiGateway(context: ApiContext): CloudService {
  const { accountId, region, clock, partition } = context;
  const holder: ApiHolder = {};
  const bucketOf = (limits: () => Limits | undefined) =>
    tokenBucket(
      () => limits() ?? { rate: 0, burst: 0 },
      () => clock.now(),
    );
  const passAny = bucketOf(() => holder.api?.limits);
  const buckets = new Map<string, () => boolean>();
  /** Whether a request may pass the limits of its route, if it has any, or else those of the stage. */
  const pass = (key: string): boolean => {
    if (!holder.api?.routeLimits.has(key)) return passAny();
    const own = buckets.get(key) ?? bucketOf(() => holder.api?.routeLimits.get(key));
    buckets.set(key, own);
    return own();
  };

  async function invoke(
    request: ServiceRequest,
    { key }: Route,
    { functionArn, timeoutMs }: Integration,
    parameters: Readonly<Record<string, string>>,
  ): Promise<ServiceResponse> {
    if (!pass(key)) return gatewayMessage(429, 'Too Many Requests');
    const apiId = holder.api?.id ?? '';
    const body = await buffer(request.body);
    const event = proxyEvent(request, body, { routeKey: key, parameters, apiId, accountId, time: clock.now() });
    const late = new AbortController();
    const sourceArn = `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/$default/${key.replace(' ', '')}`;
    try {
      const outcome = await Promise.race([
        context
          .service<LambdaService>('lambda')
          .invokeNow(functionArn, event, { service: 'apigateway.amazonaws.com', sourceArn }),
        clock.sleep(timeoutMs, late.signal).then(() => undefined),
      ]);
      if (outcome === undefined) return gatewayMessage(503, 'Service Unavailable');
      return outcome.failed ? gatewayMessage(500, 'Internal Server Error') : proxyResponse(outcome.payload);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      context.log('warn', 'an API could not invoke its function', { error: cause.message });
      const busy = cause.code === 'TooManyRequestsException';
      return busy ? gatewayMessage(503, 'Service Unavailable') : gatewayMessage(500, 'Internal Server Error');
    } finally {
      late.abort();
    }
  }

  return {
    signingNames: ['execute-api'],
    resources: apiResources(holder, context.endpoint),
    takesUnsigned: (method, path) => findRoute(holder.api?.routes.values() ?? [], method, path)?.route.open === true,
    async prepare(request) {
      const found = findRoute(holder.api?.routes.values() ?? [], request.method, request.path);
      const integration = found && holder.api?.integrations.get(found.route.integration);
      if (!found || !integration) throw new AwsError('NotFoundException', 'Not Found', 404);
      const resource = `arn:${partition}:execute-api:${region}:${accountId}:${holder.api?.id}/$default/${request.method}${request.path}`;
      return {
        operation: 'Invoke',
        authorize: found.route.open ? [] : [{ action: 'execute-api:Invoke', resource }],
        execute: () => invoke(request, found.route, integration, found.parameters),
      };
    },
    formatError: ({ status, message }) => gatewayMessage(status, MESSAGES[status] ?? message),
  };
}
