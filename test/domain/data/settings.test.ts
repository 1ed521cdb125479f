import { describe, expect, it } from 'vitest';
import { columnSchema } from '#domain/data/column-schema';
import { datasetSchema } from '#domain/data/settings';
import { splitSchema } from '#domain/data/split-settings';

const least = { format: 'csv', label: { column: 'y' }, columns: { x: { role: 'feature', type: 'number' } } };
const dataset = (fields: object) => datasetSchema.safeParse({ ...least, ...fields }).success;

it('the least that a dataset needs has defaults for the rest', () => {
  expect(datasetSchema.parse(least)).toEqual({
    format: 'csv',
    csv: { delimiter: ',', header: true, quote: '"', encoding: 'utf-8', skipLines: 0 },
    trigger: { marker: '_SUCCESS' },
    label: { column: 'y' },
    columns: {
      // test/domain/encodings/fit.test.ts has the defaults of each type
      x: columnSchema.parse(least.columns.x),
    },
    interactions: [],
    embeddings: {},
    extraColumns: 'reject',
    maxMalformedFraction: 0.01,
    minRows: 100,
  });
  expect(datasetSchema.parse({ ...least, trigger: { eachObject: true } }).trigger).toEqual({
    eachObject: true,
    quietPeriodSeconds: 60,
  });
});

describe('a dataset', () => {
  it.each([
    ['a limit on malformed rows of 0', { maxMalformedFraction: 0 }, true],
    ['a limit on malformed rows of 1', { maxMalformedFraction: 1 }, true],
    ['a limit on malformed rows above 1', { maxMalformedFraction: 1.001 }, false],
    ['a limit on malformed rows below 0', { maxMalformedFraction: -0.001 }, false],
    ['at least one row', { minRows: 1 }, true],
    ['at least no row', { minRows: 0 }, false],
    ['no pause', { trigger: { eachObject: true, quietPeriodSeconds: 0 } }, true],
    ['a pause of an hour', { trigger: { eachObject: true, quietPeriodSeconds: 3600 } }, true],
    ['a pause of more than an hour', { trigger: { eachObject: true, quietPeriodSeconds: 3601 } }, false],
    ['a pause before the first object', { trigger: { eachObject: true, quietPeriodSeconds: -1 } }, false],
    ['no column', { columns: {} }, false],
    ['a delimiter of two characters', { csv: { delimiter: '||' } }, false],
    ['a tab as delimiter', { csv: { delimiter: '\t' } }, true],
    ['a delimiter that is no ASCII', { csv: { delimiter: '§' } }, false],
    ['a letter as delimiter', { csv: { delimiter: 'a' } }, false],
    ['a line break as delimiter', { csv: { delimiter: '\n' } }, false],
    ['no quote', { csv: { quote: 'none', escape: '\\' } }, true],
    ['one character as quote and delimiter', { csv: { quote: ';', delimiter: ';' } }, false],
    ['one character as escape and delimiter', { csv: { escape: ',' } }, false],
    ['one character as comment and quote', { csv: { comment: '"' } }, false],
    ['a doubled quote as escape', { csv: { escape: '"' } }, true],
    ['an unknown encoding', { csv: { encoding: 'utf-7' } }, false],
    ['an empty name of the id', { id: '' }, false],
    ['a column from a position', { columns: { x: { role: 'ignore', from: { position: 1 } } } }, true],
    ['a column from position 0', { columns: { x: { role: 'ignore', from: { position: 0 } } } }, false],
    ['three classes', { label: { column: 'y', classes: ['a', 'b', 'c'] } }, true],
    ['two classes', { label: { column: 'y', classes: ['a', 'b'] } }, false],
    ['no positive value', { label: { column: 'y', positive: [] } }, false],
  ])('with %s: %o is accepted: %s', (_, fields, accepted) => {
    expect(dataset(fields)).toBe(accepted);
  });
});

describe('a split', () => {
  it('has defaults', () => {
    expect(splitSchema.parse({})).toEqual({
      strategy: 'stratified',
      train: 0.7,
      validation: 0.15,
      test: 0.15,
      seed: 'tidegate',
    });
  });

  it.each([
    [{ train: 0.8, validation: 0.1, test: 0.1 }, true],
    [{ train: 0.8, validation: 0.1, test: 0.2 }, false],
    [{ train: 0.8, validation: 0.1, test: 0.05 }, false],
    [{ train: 0.9, validation: 0.1, test: 0 }, false],
    [{ train: 1, validation: 0, test: 0 }, false],
  ])('%o is accepted: %s', (shares, accepted) => {
    expect(splitSchema.safeParse(shares).success).toBe(accepted);
  });
});
