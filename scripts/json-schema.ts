import * as z from 'zod';

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/**
 * zod leaves examples and defaults out where a value is transformed, since they may be of either form. Ours are what an author
 * writes: a number that may be quoted is transformed, and its example is a number.
 */
const keepExamples: Override = ({ zodSchema, jsonSchema }) => {
  const { examples } = z.globalRegistry.get(zodSchema) ?? {};
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  const { def } = zodSchema._zod;
  if (def.type === 'prefault' && 'defaultValue' in def) jsonSchema.default ??= def.defaultValue as never;
};

/** JSON Schema of what an author writes. */
export const authorSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', override: keepExamples });
