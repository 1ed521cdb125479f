import type { JsonObject } from '#local/cloud/json-protocol';

/** Times in outputs are `Date`s: JSON writes them as seconds since the epoch, the query protocol as ISO 8601. */
export function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

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

type Tree = Map<string, Tree | string>;

function toValue(tree: Tree | string): unknown {
  if (typeof tree === 'string') return tree;
  const list = tree.get('member');
  if (list instanceof Map) {
    return [...list].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => toValue(item));
  }
  return Object.fromEntries([...tree].map(([key, member]) => [key, toValue(member)]));
}

/** Reads a form body: `MetricData.member.1.Dimensions.member.1.Name=a` becomes nested objects and lists of texts. */
export function parseForm(body: string): { readonly operation: string; readonly input: JsonObject } {
  const root: Tree = new Map();
  for (const [path, value] of new URLSearchParams(body)) {
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
  const { Action, Version: _, ...input } = toValue(root) as Record<string, unknown>;
  return { operation: typeof Action === 'string' ? Action : '', input };
}
