import { buffer } from 'node:stream/consumers';
import type { JsonObject } from './json-protocol.ts';
import { AwsError, type CloudService, type ServiceRequest, type ServiceResponse } from './service.ts';

/**
 * Reads an AWS Query request: a form with `Action`, `Version` and flattened members.
 * @throws AwsError `MissingAction` when there is none
 */
export async function readQueryRequest(
  request: ServiceRequest,
): Promise<{ operation: string; input: URLSearchParams }> {
  const form = new URLSearchParams((await buffer(request.body)).toString('utf8'));
  const input = form.has('Action') ? form : request.query;
  const operation = input.get('Action');
  if (!operation) throw new AwsError('MissingAction', 'The request must name an Action.');
  return { operation, input };
}

type Tree = Map<string, Tree | string>;

function toValue(tree: Tree | string): unknown {
  if (typeof tree === 'string') return tree;
  const list = tree.get('member');
  if (list instanceof Map) {
    return [...list].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => toValue(item));
  }
  return Object.fromEntries([...tree].map(([key, member]) => [key, toValue(member)]));
}

/** The members of a Query request: `MetricData.member.1.Dimensions.member.1.Name=a` becomes objects and lists of texts. */
export function queryMembers(form: URLSearchParams): JsonObject {
  const root: Tree = new Map();
  for (const [path, value] of form) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let node = root;
    for (const step of steps) {
      const child = node.get(step);
      const next = child instanceof Map ? child : new Map<string, Tree | string>();
      node.set(step, next);
      node = next;
    }
    node.set(last, value);
  }
  const { Action: _action, Version: _version, ...input } = toValue(root) as Record<string, unknown>;
  return input;
}

/** XML 1.0 has no way to write control characters other than tab and line ends, escaped or not. */
const isWritable = (char: string): boolean => char >= ' ' || char === '\t' || char === '\n' || char === '\r';
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as XML content or attribute; characters that XML cannot hold are left out. */
export const escapeXml = (text: string): string =>
  Array.from(text)
    .filter(isWritable)
    .map((char) => ENTITIES[char] ?? char)
    .join('');

/** Writes a value as Query XML: lists as `<member>` elements, objects by their keys, nothing for undefined. */
export function toXml(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `<${key}>${toXml(member)}</${key}>`)
      .join('');
  }
  return escapeXml(String(value));
}

/** A 200 with `<OperationResult>`. */
export const queryResponse = (
  operation: string,
  result: unknown,
  namespace: string,
  requestId: string,
): ServiceResponse => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<${operation}Response xmlns="${namespace}"><${operation}Result>${toXml(result)}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
});

/** `formatError` for the Query protocol. */
export const queryError =
  (namespace: string): CloudService['formatError'] =>
  (error, { id }) => ({
    status: error.status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
  });
