import { describe, expect, test } from 'vitest';
import { firstRecord } from '#domain/data/csv-header';
import { checkColumns, readCsvColumns } from '#domain/data/header';
import { SchemaMismatchError } from '#domain/errors';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const columns = {
  income: { role: 'feature', type: 'number' },
  home: { role: 'feature', type: 'category' },
  zip: { role: 'ignore' },
};
const pipeline = (dataset: Record<string, unknown> = {}): Pipeline =>
  pipelineSchema.parse(smallPipeline({ columns, ...dataset }));
const read = (text: string | Uint8Array, dataset?: Record<string, unknown>) =>
  readCsvColumns(pipeline(dataset), 'small/d/a.csv', typeof text === 'string' ? Buffer.from(text) : text);

describe('a CSV header', () => {
  test('gives the columns in file order, whatever the order in the pipeline', () => {
    expect(read('zip,home,income,y\n1,2,3,4\n')).toEqual(['zip', 'home', 'income', 'y']);
  });
  test('may start with a byte-order mark, quote names and end lines as Windows does', () => {
    expect(read('\uFEFF"y","income",home,"zip"\r\n1,2,3,4\r\n')).toEqual(['y', 'income', 'home', 'zip']);
  });
  test('in which a column is missing or misspelt is refused with what was probably meant', () => {
    expect(() => read('y,incme,home,zip\n1,2,3,4\n')).toThrow(SchemaMismatchError);
    expect(() => read('y,incme,home,zip\n1,2,3,4\n')).toThrow(
      'small/d/a.csv: missing "income" ("incme" looks like "income"); not expected "incme".',
    );
  });
  test('with extra columns passes only when they are to be ignored', () => {
    expect(() => read('y,income,home,zip,note\n1,2,3,4,5\n')).toThrow('not expected "note"');
    expect(read('y,income,home,zip,note\n1,2,3,4,5\n', { extraColumns: 'ignore' })).toContain('note');
  });
  test('with a name twice is refused, upper and lower case being the same', () => {
    expect(() => read('y,income,Income,home,zip\n1,2,3,4,5\n', { extraColumns: 'ignore' })).toThrow('occur twice');
  });
  test('written with another delimiter is recognised', () => {
    expect(() => read('y;income;home;zip\n1;2;3;4\n')).toThrow(
      'found 1 column "y;income;home;zip" where 4 were expected. Is the delimiter ";"? Set dataset.csv.delimiter: ";".',
    );
  });
  test('that is absent is not quoted, since the first line is a row of values then', () => {
    const refusal = () => read('0,98000,Jane Roe,90210\n1,2,3,4\n');
    expect(refusal).toThrow('only 0 of the 4 expected columns are there');
    expect(refusal).toThrow('header: false');
    expect(refusal).not.toThrow(/Jane|98000/);
  });
  test('alone, without rows, is refused', () => {
    expect(() => read('y,income,home,zip\r\n\r\n')).toThrow('holds a header and no rows');
  });
  test('of an empty, blank or UTF-16 file is refused with the reason', () => {
    expect(() => read('')).toThrow('is empty');
    expect(() => read('\n\n')).toThrow('blank lines only');
    expect(() => read(Buffer.from('\uFEFFy,income', 'utf16le'))).toThrow('is UTF-16');
  });
});

describe('a CSV without a header', () => {
  const csv = { header: false, names: ['y', 'income', 'home', 'zip'] };
  test('has the columns the pipeline lists', () => {
    expect(read('1,2,3,4\n', { csv })).toEqual(csv.names);
  });
  test('of another width is refused without quoting the row', () => {
    expect(() => read('1,secret,3\n', { csv })).toThrow('the first line has 3 fields where dataset.csv.names lists 4');
    expect(() => read('1;secret;3;4\n', { csv })).toThrow('Is the delimiter ";"?');
    expect(() => read('1;secret;3;4\n', { csv })).not.toThrow('secret');
  });
});

describe('checking columns', () => {
  test('accepts exactly the expected ones', () => {
    expect(() => checkColumns(pipeline(), 'f', ['y', 'zip', 'home', 'income'])).not.toThrow();
  });
});

describe('the first record', () => {
  test('keeps quoted delimiters and line breaks together', () => {
    const record = firstRecord('"a,b","c\nd",e""f\nnext', { delimiter: ',', quote: '"' });
    expect(record).toEqual({ fields: ['a,b', 'c\nd', 'e""f'], complete: true, more: true });
  });
});
