import fc from 'fast-check';
import * as z from 'zod';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

function anyOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 });
    case 'number': {
      const min = schema.minimum ?? (schema.exclusiveMinimum ?? -1000) + 0.5;
      return fc.double({ min, max: schema.maximum ?? 1000, noNaN: true });
    }
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.string({ minLength: 1, maxLength: 5 });
    // numbers that rise, as the edges of buckets do
    case 'array':
      return fc
        .uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 10 })
        .map((numbers) => numbers.toSorted((a, b) => a - b));
    default:
      throw new TypeError(`no arbitrary of ${JSON.stringify(schema)} yet`);
  }
}

/** Any settings that a schema of scalars allows: defaults left out as often as not. */
export function settingsOf(shape: z.ZodRawShape): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = z.toJSONSchema(z.object(shape), { io: 'input' }) as Schema;
  const values = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, anyOf(schema)]));
  return fc.record(values, { requiredKeys: [...required] });
}
