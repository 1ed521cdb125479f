import type { JsonObject } from '#src/cloud/json-protocol';
import { escapeXml, queryMembers } from '#src/cloud/query-protocol';

/** Times in outputs are `Date`s: JSON writes them as seconds since the epoch, the query protocol as ISO 8601. */
export function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (Array.isArray(value)) return `<${name}>${value.map((item) => element('member', item)).join('')}</${name}>`;
  if (typeof value === 'object') {
    return `<${name}>${Object.entries(value)
      .map(([key, member]) => element(key, member))
      .join('')}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

const namespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';

/** The answer of an operation in the query protocol. */
export function toXml(operation: string, output: unknown, requestId: string): string {
  const result = element(`${operation}Result`, output ?? {});
  return `<${operation}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
}

/** An error in the query protocol. */
export const errorXml = (code: string, message: string, status: number, requestId: string): string =>
  `<ErrorResponse xmlns="${namespace}"><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;

/** Reads the operation and the members of a form body. */
export function parseForm(body: string): { readonly operation: string; readonly input: JsonObject } {
  const form = new URLSearchParams(body);
  return { operation: form.get('Action') ?? '', input: queryMembers(form) };
}
