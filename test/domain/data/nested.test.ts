import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUsed, jsonChecks, nestedParquet, pointer } from '#domain/data/nested';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

describe('whether the values of a column are used', () => {
  const { dataset } = pipelineSchema.parse(
    smallPipeline({
      id: 'id',
      time: 'at',
      columns: {
        x: { role: 'feature', type: 'number' },
        email: { role: 'pii', action: 'tokenize' },
        name: { role: 'pii', action: 'drop' },
        note: { role: 'ignore' },
      },
    }),
  );
  test.each(['x', 'email', 'id', 'at', 'y'])('they are in %s', (name) => {
    expect(isUsed(name, dataset)).toBe(true);
  });
  test.each(['name', 'note', 'unknown'])('they are not in %s', (name) => {
    expect(isUsed(name, dataset)).toBe(false);
  });
});

describe('a Parquet column', () => {
  test.each([
    ['INTEGER[]', 'a list where a single value belongs'],
    ['STRUCT(a INTEGER)', 'a struct where a single value belongs'],
    ['STRUCT(a INTEGER)[3]', 'a list where a single value belongs'],
    ['MAP(VARCHAR, INTEGER)', 'a map where a single value belongs'],
    ['UNION(a INTEGER, b VARCHAR)', 'a union where a single value belongs'],
    ['VARIANT', 'a variant where a single value belongs'],
  ])('of type %s is malformed', (type, reason) => {
    expect(nestedParquet(type)).toBe(reason);
  });
  test.each(['VARCHAR', 'DOUBLE', 'VARIANTS', 'DECIMAL(18,3)', 'TIMESTAMP WITH TIME ZONE', "ENUM('STRUCT', 'b')", ''])(
    'of type %s is not',
    (type) => {
      expect(nestedParquet(type)).toBeUndefined();
    },
  );
});

test('the checks of a JSON value name what it is, after the cheap sign', () => {
  expect(jsonChecks('x', 'the_type', (start) => `starts_with(x, '${start}')`)).toEqual([
    {
      column: 'x',
      reason: 'an object where a single value belongs',
      condition: "starts_with(x, '{') AND the_type = 'OBJECT'",
    },
    {
      column: 'x',
      reason: 'a list where a single value belongs',
      condition: "starts_with(x, '[') AND the_type = 'ARRAY'",
    },
  ]);
  expect(jsonChecks('x', 'the_type').map((c) => c.condition)).toEqual([
    "true AND the_type = 'OBJECT'",
    "true AND the_type = 'ARRAY'",
  ]);
});

test('a key as a JSON pointer reads back as itself (RFC 6901, section 4)', () => {
  const read = (text: string) => text.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  const keys = fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a') });
  fc.assert(
    fc.property(keys, (key) => {
      expect(pointer(key)).toMatch(/^\/[^/]*$/);
      expect(read(pointer(key))).toBe(key);
    }),
  );
});
