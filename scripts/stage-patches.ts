type JsonSchema = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (value: unknown, change: (schema: JsonSchema, key: string) => unknown): JsonSchema =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).map(([key, own]) => [key, change(own as JsonSchema, key)]),
  );

/** The schema of what a stage may say in place of a mapping's members: any of them, and null takes one out. */
function patchOf({ required: _required, default: _default, properties, ...schema }: JsonSchema): JsonSchema {
  if (!isObject(properties)) return schema;
  return { ...schema, properties: mapValues(properties, (own) => ({ anyOf: [patchOf(own), { type: 'null' }] })) };
}

/** The schema at the end of a path of properties; of alternatives, that of the first one which has it. */
function at(schema: JsonSchema, [key, ...rest]: readonly string[]): JsonSchema | undefined {
  if (key === undefined) return schema;
  const branches = [schema, ...['anyOf', 'oneOf'].flatMap((name) => schema[name] ?? [])].filter(isObject);
  const owner = branches.find(({ properties }) => isObject(properties) && isObject(properties[key]));
  return owner && at((owner['properties'] as JsonSchema)[key] as JsonSchema, rest);
}

/**
 * Completes the schema of a pipeline's file for editors: what a stage may set of a section is that section's own schema, in which
 * nothing is required.
 */
export function withStagePatches(schema: JsonSchema): JsonSchema {
  const properties = schema['properties'] as JsonSchema;
  const stages = properties['stages'] as JsonSchema;
  const complete = (own: JsonSchema, path: readonly string[]): JsonSchema => ({
    ...own,
    properties: mapValues(own['properties'], (entry, key) =>
      isObject(entry['properties'])
        ? complete(entry, [...path, key])
        : { description: entry['description'], anyOf: [patchOf(at(schema, [...path, key]) ?? {}), { type: 'null' }] },
    ),
  });
  return {
    ...schema,
    properties: {
      ...properties,
      stages: { ...stages, additionalProperties: complete(stages['additionalProperties'] as JsonSchema, []) },
    },
  };
}
