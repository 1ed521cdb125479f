import { isJsonObject } from '../cloud/json-protocol.ts';
import type { ServiceRequest, ServiceResponse } from '../cloud/service.ts';

/** Bodies that a function receives as text; others arrive in base64. */
const TEXTUAL = /^(?:text\/|application\/(?:json|javascript|xml)\b)/;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(time: number): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock.slice(0, 8)} +0000`;
}

/**
 * The event of a Lambda proxy integration, payload format 2.0 (API Gateway Developer Guide, "Create AWS Lambda proxy integrations for
 * HTTP APIs").
 */
export function proxyEvent(
  request: ServiceRequest,
  body: Buffer,
  {
    routeKey,
    parameters,
    apiId,
    accountId,
    time,
  }: {
    readonly routeKey: string;
    readonly parameters: Readonly<Record<string, string>>;
    readonly apiId: string;
    readonly accountId: string;
    readonly time: number;
  },
): string {
  const textual = TEXTUAL.test(request.headers['content-type'] ?? 'text/plain');
  const query = [...new Set(request.query.keys())].map((name) => [name, request.query.getAll(name).join(',')] as const);
  return JSON.stringify({
    version: '2.0',
    routeKey,
    rawPath: request.path,
    rawQueryString: request.query.toString(),
    headers: request.headers,
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    requestContext: {
      accountId,
      apiId,
      ...(request.caller.accessKeyId !== '' && {
        authorizer: { iam: { accessKey: request.caller.accessKeyId, accountId, userArn: request.caller.arn } },
      }),
      domainName: request.headers['host'] ?? '',
      domainPrefix: apiId,
      http: {
        method: request.method,
        path: request.path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: request.id,
      routeKey,
      stage: '$default',
      time: commonLogTime(time),
      timeEpoch: time,
    },
    ...(body.length > 0 && { body: body.toString(textual ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !textual,
  });
}

/** API Gateway's own answers have a message alone. */
export const gatewayMessage = (status: number, message: string): ServiceResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

/**
 * The response to the caller for what a function returned. Without a `statusCode` the whole value is the body of a 200.
 *
 * @param payload JSON
 */
export function proxyResponse(payload: string): ServiceResponse {
  const value = JSON.parse(payload) as unknown;
  if (!isJsonObject(value) || value['statusCode'] === undefined) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: payload };
  }
  const { statusCode, headers, body, isBase64Encoded } = value;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return gatewayMessage(500, 'Internal Server Error');
  const text = typeof body === 'string' ? body : '';
  return {
    status,
    headers: Object.fromEntries(
      Object.entries(isJsonObject(headers) ? headers : {}).map(([name, given]) => [name.toLowerCase(), String(given)]),
    ),
    body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
}
