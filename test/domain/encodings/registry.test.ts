import { describe, expect, it, test } from 'vitest';
import { columnSchema, columnSchemaOf } from '#domain/data/column-schema';
import { encodeRelation } from '#domain/data/transform';
import { driftColumns } from '#domain/drift/columns';
import type { Encoding } from '#domain/encodings/encoding';
import { number } from '#domain/encodings/number';
import { ENCODINGS, encodingOf, readFeature } from '#domain/encodings/registry';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import type { FittedFeature } from '#schemas/records/fitted-transform';

describe.each(ENCODINGS)('the encoding $name', (encoding) => {
  it('has an example that a pipeline may hold, which chooses it, and words for it', () => {
    expect(columnSchema.parse(encoding.example)).toMatchObject(encoding.example);
    expect(encodingOf(encoding.example)).toBe(encoding);
    expect(encoding.summary).toMatch(/^[A-Z].*\.$/);
  });
});

test('a column without an encoding has the first of its type', () => {
  expect(encodingOf({ type: 'category' }).name).toBe('onehot');
  expect(columnSchema.parse({ role: 'feature', type: 'category' })).toMatchObject({ encode: 'onehot' });
  expect(columnSchema.parse({ role: 'feature', type: 'number' })).toMatchObject({ encode: 'number' });
  expect(columnSchema.parse({ role: 'feature', type: 'boolean' })).not.toHaveProperty('encode');
});

describe('what no registry lists', () => {
  it('is not encoded', () => {
    expect(() => encodingOf({ type: 'category', encode: 'woe' })).toThrow('There is no encoding of a category "woe"');
    expect(() => encodingOf({ type: 'number' }, [])).toThrow('There is no encoding of a number "number"; known: .');
    expect(() => encodingOf({ type: 'number', encode: 'ordinal' })).toThrow('There is no encoding of a number');
  });

  it('stops whoever reads a fitted transform that has it', () => {
    const feature: FittedFeature = { kind: 'woe', name: 'x', source: 'x' };
    expect(() => encodeRelation({ features: [feature] }, 'rows')).toThrow('There is no kind of fitted feature "woe"');
    const matrix = { rows: 1, width: 1, values: Float64Array.of(1) };
    expect(() => driftColumns({ features: [feature] }, matrix)).toThrow('There is no kind of fitted feature "woe"');
  });

  it('is as little as a feature that lacks what was fitted', () => {
    expect(() => readFeature({ kind: 'number', name: 'x', source: 'x' })).toThrow('fill');
  });
});

test('two encodings of a type cannot mean different things by one setting', () => {
  const other: Encoding = { ...number, name: 'other', settings: { impute: number.settings.indicator } };
  expect(() => columnSchemaOf(PRIVACY_ACTIONS, [...ENCODINGS, other])).toThrow(
    'The number encoding "other" has a setting "impute", which another one has already.',
  );
  expect(() => columnSchemaOf(PRIVACY_ACTIONS, [])).toThrow('A pipeline needs an encoding');
});
