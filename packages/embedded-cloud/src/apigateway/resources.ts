import { createHash } from 'node:crypto';
import { isJsonObject } from '../cloud/json-protocol.ts';
import type { ResourceProvider } from '../cloud/service.ts';
import { ACCOUNT_LIMITS, type HttpApi, type Limits, parseRoute } from './http-api.ts';

const text = (value: unknown): string => String(value ?? '');
const MAX_TIMEOUT_MS = 30_000;

/** The Lambda function of an integration: its ARN, or the URI that REST APIs write. */
const functionOf = (uri: string): string => /:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;

/** The limits of route settings; those of `otherwise` where they name none. */
function limitsOf(settings: unknown, otherwise: Limits): Limits {
  const { ThrottlingRateLimit, ThrottlingBurstLimit } = isJsonObject(settings) ? settings : {};
  return {
    rate: Number(ThrottlingRateLimit ?? otherwise.rate),
    burst: Number(ThrottlingBurstLimit ?? otherwise.burst),
  };
}

/** Holds the one HTTP API of a template. */
export interface ApiHolder {
  api?: HttpApi;
}

/** The API Gateway resource types of a template: one HTTP API, Lambda functions behind it, IAM or nothing before it. */
export function apiResources(holder: ApiHolder, endpoint: string): Readonly<Record<string, ResourceProvider>> {
  const apiOf = (id: unknown): HttpApi => {
    const { api } = holder;
    if (!api || api.id !== id) throw new Error(`ApiId ${text(id)} is no API of this template.`);
    return api;
  };
  const must = (name: string, value: unknown, wanted: string, why: string): void => {
    if (value !== wanted) throw new Error(`${name} ${text(value)} is not emulated: ${why}`);
  };
  return {
    'AWS::ApiGatewayV2::Api': {
      async apply({ logicalId, stackName, properties }) {
        must('ProtocolType', properties['ProtocolType'], 'HTTP', 'only HTTP APIs are.');
        const id = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 10);
        if (holder.api && holder.api.id !== id) {
          throw new Error('a second HTTP API is not emulated: both would listen at one address.');
        }
        holder.api ??= {
          id,
          routes: new Map(),
          integrations: new Map(),
          limits: ACCOUNT_LIMITS,
          routeLimits: new Map(),
        };
        return { ref: id, attributes: { ApiId: id, ApiEndpoint: endpoint } };
      },
      delete: async () => void delete holder.api,
    },
    'AWS::ApiGatewayV2::Integration': {
      async apply({ logicalId, properties }) {
        must(
          'IntegrationType',
          properties['IntegrationType'],
          'AWS_PROXY',
          'only Lambda functions stand behind an API.',
        );
        must('PayloadFormatVersion', text(properties['PayloadFormatVersion']), '2.0', 'write 2.0.');
        const timeoutMs = Number(properties['TimeoutInMillis'] ?? MAX_TIMEOUT_MS);
        if (!(timeoutMs >= 50 && timeoutMs <= MAX_TIMEOUT_MS)) {
          throw new Error(`TimeoutInMillis must lie between 50 and ${MAX_TIMEOUT_MS}.`);
        }
        const functionArn = functionOf(text(properties['IntegrationUri']));
        apiOf(properties['ApiId']).integrations.set(logicalId, { functionArn, timeoutMs });
        return { ref: logicalId, attributes: { IntegrationId: logicalId } };
      },
      delete: async ({ logicalId }) => void holder.api?.integrations.delete(logicalId),
    },
    'AWS::ApiGatewayV2::Route': {
      async apply({ logicalId, properties }) {
        const open = properties['AuthorizationType'] === 'NONE';
        if (!open) must('AuthorizationType', properties['AuthorizationType'], 'AWS_IAM', 'write AWS_IAM or NONE.');
        const target = text(properties['Target']).replace(/^integrations\//, '');
        const api = apiOf(properties['ApiId']);
        if (!api.integrations.has(target)) throw new Error(`Target ${text(properties['Target'])} is no integration.`);
        api.routes.set(logicalId, parseRoute(text(properties['RouteKey']), target, open));
        return { ref: logicalId, attributes: { RouteId: logicalId } };
      },
      delete: async ({ logicalId }) => void holder.api?.routes.delete(logicalId),
    },
    'AWS::ApiGatewayV2::Stage': {
      async apply({ properties }) {
        must('StageName', properties['StageName'], '$default', 'the stage is $default, which has no path of its own.');
        must('AutoDeploy', text(properties['AutoDeploy']), 'true', 'write true.');
        const api = apiOf(properties['ApiId']);
        api.limits = limitsOf(properties['DefaultRouteSettings'], ACCOUNT_LIMITS);
        const single = properties['RouteSettings'];
        const routes = isJsonObject(single) ? Object.entries(single) : [];
        const known = new Set([...api.routes.values()].map(({ key }) => key));
        for (const [key] of routes) {
          if (!known.has(key)) throw new Error(`Unable to find Route by key ${key} within the provided RouteSettings`);
        }
        api.routeLimits = new Map(routes.map(([key, settings]) => [key, limitsOf(settings, api.limits)]));
        return { ref: '$default', attributes: {} };
      },
    },
  };
}
