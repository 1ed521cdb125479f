import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRoute, parseRoute } from '#src/apigateway/http-api';
import { tokenBucket } from '#src/apigateway/throttle';
import type { Cloud } from '#src/host/start';
import { CORE, lambdaFunction, openWorkshop, role } from '../cloud/small-stack.ts';

const HANDLER = `
export const handler = async (event) => {
  const { name } = event.pathParameters;
  if (name === 'plain') return { hello: 'you' };
  if (name === 'broken') throw new Error('no');
  if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, 5000));
  const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('hex') : event.body;
  return { statusCode: 418, headers: { 'Content-Type': 'text/x-tea', 'retry-after': 7 }, body: JSON.stringify({ ...event, body }) };
};
`;
const ref = (name: string) => ({ Ref: name });
const join = (...parts: readonly unknown[]) => ({ 'Fn::Join': ['', parts] });

/** An HTTP API over one function. */
const api = (limits: object, permission: object = {}) => ({
  FunctionRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
  Worker: lambdaFunction('worker', { Timeout: 20 }),
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
  Behind: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: ref('Api'),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['Worker', 'Arn'] },
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 2000,
    },
  },
  Orders: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: ref('Api'),
      RouteKey: 'POST /orders/{name}',
      AuthorizationType: 'AWS_IAM',
      Target: join('integrations/', ref('Behind')),
    },
  },
  Live: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: ref('Api'), StageName: '$default', AutoDeploy: true, DefaultRouteSettings: limits },
  },
  MayCall: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: ref('Worker'),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: join('arn:aws:execute-api:*:*:', ref('Api'), '/*/POST/orders/{name}'),
      ...permission,
    },
  },
  ReaderRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
});

const workshop = openWorkshop();
let cloud: Cloud;
const start = (resources: object) =>
  workshop.start(resources as Record<string, unknown>, {
    services: [...CORE, 'execute-api'],
    template: { Outputs: { Url: { Value: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } } } },
  });

beforeAll(async () => {
  workshop.pack('worker', { 'index.mjs': HANDLER });
  cloud = await start(api({ ThrottlingBurstLimit: 8, ThrottlingRateLimit: 0.001 }));
});
afterAll(async () => {
  await cloud?.close();
  workshop.remove();
});

/** Sends a signed request. */
async function send(
  path: string,
  { method = 'POST', body = '{}', type = 'application/json', credentials = cloud.admin as object, query = {} } = {},
) {
  const url = new URL(cloud.outputs['Url'] ?? '');
  const signer = new SignatureV4({
    credentials: credentials as Cloud['admin'],
    region: cloud.region,
    service: 'execute-api',
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path,
    query,
    headers: { host: url.host, 'content-type': type },
    body,
  });
  const search = new URLSearchParams(query).toString();
  const answer = await fetch(`${url.origin}${path}${search && `?${search}`}`, {
    method,
    headers: signed.headers,
    ...(method === 'GET' ? {} : { body }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: JSON.parse(text) as Record<string, unknown> };
}

describe('an HTTP API', () => {
  it('hands a request to its function and the answer back', async () => {
    const answer = await send('/orders/a%20b', { body: '{"n":1}', query: { x: '1' } });

    expect(answer.status).toBe(418);
    expect(answer.headers.get('content-type')).toBe('text/x-tea');
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.body).toMatchObject({
      version: '2.0',
      routeKey: 'POST /orders/{name}',
      rawPath: '/orders/a%20b',
      rawQueryString: 'x=1',
      queryStringParameters: { x: '1' },
      pathParameters: { name: 'a b' },
      headers: { 'content-type': 'application/json' },
      requestContext: {
        http: { method: 'POST' },
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:/),
      },
      body: '{"n":1}',
      isBase64Encoded: false,
    });
  });

  it('hands on bytes in base64, and takes a value without a status as a body', async () => {
    expect((await send('/orders/bytes', { body: 'hi', type: 'application/octet-stream' })).body).toMatchObject({
      body: '6869',
      isBase64Encoded: true,
    });
    expect(await send('/orders/plain')).toMatchObject({ status: 200, body: { hello: 'you' } });
  });

  it('answers for a function that fails or takes too long, and for a path without a route', async () => {
    expect(await send('/orders/broken')).toMatchObject({ status: 500, body: { message: 'Internal Server Error' } });
    expect(await send('/orders/slow')).toMatchObject({ status: 503, body: { message: 'Service Unavailable' } });
    expect(await send('/orders')).toMatchObject({ status: 404, body: { message: 'Not Found' } });
    expect(await send('/orders/a', { method: 'GET', body: '' })).toMatchObject({ status: 404 });
  });

  it('refuses who may not, and who is not known', async () => {
    const credentials = { ...cloud.admin, secretAccessKey: 'wrong' };
    expect(await send('/orders/a', { credentials })).toMatchObject({ status: 403, body: { message: 'Forbidden' } });
    expect((await fetch(`${cloud.outputs['Url']}/orders/a`, { method: 'POST' })).status).toBe(403);
  });

  it('throttles beyond the limits of its stage', async () => {
    const answers = await Promise.all(Array.from({ length: 9 }, () => send('/orders/plain')));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toContain(429);
    expect(answers.find(({ status }) => status === 429)?.body).toEqual({ message: 'Too Many Requests' });
  });
});

describe('a route without authorization', () => {
  const open = () => {
    const resources = api({});
    const { Orders, Live } = resources;
    const RouteSettings = { 'POST /orders/{name}': { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 3 } };
    return {
      ...resources,
      Orders: { ...Orders, Properties: { ...Orders.Properties, AuthorizationType: 'NONE' } },
      Live: { ...Live, DependsOn: 'Orders', Properties: { ...Live.Properties, RouteSettings } },
    };
  };
  const plain = (path: string, method = 'POST') =>
    fetch(`${cloud.outputs['Url']}${path}`, {
      method,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      ...(method === 'POST' ? { body: 'payload=%7B%7D' } : {}),
    });

  it('takes what nobody signed for AWS, form bodies in base64, within its own limits; other paths it does not', async () => {
    await cloud.close();
    cloud = await start(open());

    const event = (await (await plain('/orders/a')).json()) as Record<string, unknown>;
    expect(event).toMatchObject({
      routeKey: 'POST /orders/{name}',
      // the function decodes it
      body: Buffer.from('payload=%7B%7D').toString('hex'),
      isBase64Encoded: true,
    });
    expect(event['requestContext']).not.toHaveProperty('authorizer');
    expect((await plain('/orders/a/b')).status).toBe(403);
    expect((await plain('/orders/a', 'PUT')).status).toBe(403);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await plain('/orders/a')).status));
    expect(statuses.toSorted()).toEqual([418, 418, 429]);
  });
});

describe('a template', () => {
  it('without a permission for the API gives no answers', async () => {
    await cloud.close();
    cloud = await start(api({}, { Principal: 'events.amazonaws.com' }));
    expect(await send('/orders/plain')).toMatchObject({ status: 500 });
  });

  it.each([
    ['Api', { ProtocolType: 'WEBSOCKET' }, 'only HTTP APIs'],
    ['Behind', { PayloadFormatVersion: '1.0' }, 'write 2.0'],
    ['Behind', { TimeoutInMillis: 60_000 }, 'between 50 and 30000'],
    ['Orders', { AuthorizationType: 'JWT' }, 'write AWS_IAM or NONE'],
    ['Live', { RouteSettings: { 'GET /other': {} } }, 'Unable to find Route by key GET /other'],
    ['Orders', { RouteKey: '$default' }, 'write a method and a path'],
    ['Live', { StageName: 'live' }, '$default'],
  ])('that wants of %s what is not emulated is refused: %j', async (name, change, message) => {
    await cloud.close();
    const resources: Record<string, Record<string, unknown>> = api({});
    const resource = resources[name];
    if (resource) resource['Properties'] = { ...(resource['Properties'] as object), ...change };
    await expect(start(resources)).rejects.toThrow(message);
  });
});

it('finds the route with the fewest parameters', () => {
  const routes = ['GET /a/{x}', 'GET /a/b', 'ANY /{x}/{y}'].map((key) => parseRoute(key, 'i'));
  const keyOf = (method: string, path: string) => findRoute(routes, method, path)?.route.key;
  expect(keyOf('GET', '/a/b')).toBe('GET /a/b');
  expect(keyOf('GET', '/a/c')).toBe('GET /a/{x}');
  expect(keyOf('PUT', '/a/b')).toBe('ANY /{x}/{y}');
  expect(keyOf('GET', '/a/')).toBeUndefined();
  expect(keyOf('GET', '/a/%zz')).toBeUndefined();
});

it('lets no more pass in any time than the burst and what is refilled', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 100 }),
      (rate, burst, pauses) => {
        let time = 0;
        const pass = tokenBucket(
          () => ({ rate, burst }),
          () => time,
        );
        let passed = 0;
        for (const pause of pauses) {
          time += pause;
          if (pass()) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(burst + (time / 1000) * rate + 1e-6);
        if (pauses.length > 0) expect(passed).toBeGreaterThan(0);
      },
    ),
  );
});
