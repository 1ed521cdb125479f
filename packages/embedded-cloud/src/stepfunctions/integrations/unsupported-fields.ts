/**
 * The SDK's schemas, as its commands carry them: `[9, namespace, name, traits, input, output]` for an operation,
 * `[3 | 4, namespace, name, traits, member names, member schemas]` for a structure or union, `[1, …, item]` for a list and
 * `[2, …, key, value]` for a map. A reference is a function that gives the schema, or a pair of a schema and its traits;
 * plain values are numbers, and have nothing within.
 */
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;
const OPERATION = 9;

function resolve(reference: unknown): readonly unknown[] | undefined {
  if (typeof reference === 'function') return resolve(reference());
  if (!Array.isArray(reference)) return undefined;
  return typeof reference[1] === 'string' ? reference : resolve(reference[0]);
}

/** @returns undefined for a command that carries no schema */
export const inputSchema = (command: object): unknown => {
  const operation = resolve((command as { readonly schema?: unknown }).schema);
  return operation?.[0] === OPERATION ? operation[4] : undefined;
};

/**
 * The fields of a request that the service does not have, by their path: the SDK would leave them out without a word,
 * Step Functions refuses them.
 */
export function unsupportedFields(reference: unknown, value: unknown, path = ''): string[] {
  const schema = resolve(reference);
  if (schema === undefined || typeof value !== 'object' || value === null) return [];
  const [kind] = schema;
  if (kind === LIST && Array.isArray(value)) {
    return value.flatMap((item, index) => unsupportedFields(schema[4], item, `${path}[${index}]`));
  }
  if (kind === MAP) {
    return Object.entries(value).flatMap(([key, item]) => unsupportedFields(schema[5], item, `${path}.${key}`));
  }
  if (kind !== STRUCTURE && kind !== UNION) return [];
  const names = schema[4] as readonly string[];
  const members = schema[5] as readonly unknown[];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const index = names.indexOf(name);
    return index === -1 ? [at] : unsupportedFields(members[index], member, at);
  });
}
