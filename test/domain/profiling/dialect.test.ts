import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeRecord } from '#domain/data/csv-fields';
import { guessDialect } from '#domain/profiling/dialect';

const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n');

describe('the dialect of a CSV file', () => {
  it('is that of RFC 4180 where nothing speaks against it', () => {
    expect(guessDialect(`a,b\n${rows(20, (i) => `${i},x${i % 3}`)}\n`, true)).toEqual({
      delimiter: ',',
      quote: '"',
      header: true,
      skipLines: 0,
      trim: false,
      fields: ['a', 'b'],
    });
  });

  it.each([';', '\t', '|'])('has the delimiter %j', (delimiter) => {
    const text = rows(20, (i) => ['1,5', i, 'a,b'].join(delimiter));
    expect(guessDialect(`${['x', 'y', 'z'].join(delimiter)}\n${text}`, true)).toMatchObject({
      delimiter,
      header: true,
      fields: ['x', 'y', 'z'],
    });
  });

  it('has the delimiter that a first line declares, and that line is none to skip', () => {
    expect(guessDialect(`sep=;\r\na;b\r\n${rows(5, (i) => `${i};2\r`)}`, true)).toMatchObject({
      delimiter: ';',
      skipLines: 0,
      fields: ['a', 'b'],
    });
  });

  it('skips titles and blank lines above the header', () => {
    expect(guessDialect(`Report of May\n\na,b\n${rows(9, (i) => `${i},2`)}`, true)).toMatchObject({
      skipLines: 2,
      header: true,
      fields: ['a', 'b'],
    });
  });

  it('has no header where the first line is a row, and names its columns by their positions', () => {
    expect(
      guessDialect(
        rows(9, (i) => `A1${i}, ${i}, x`),
        true,
      ),
    ).toMatchObject({
      header: false,
      trim: true,
      fields: ['column_1', 'column_2', 'column_3'],
    });
  });

  it('takes a first line of texts for a header, unless its texts occur below', () => {
    const below = rows(9, (i) => (i % 2 === 0 ? 'red,big' : 'blue,small'));
    expect(guessDialect(`colour,size\n${below}`, true).header).toBe(true);
    expect(guessDialect(below, true).header).toBe(false);
  });

  it('takes a line alone for a header', () => {
    expect(guessDialect('a,b\n', true)).toMatchObject({ header: true, fields: ['a', 'b'] });
  });

  it('finds single quotes, and backslashes before quotes', () => {
    expect(guessDialect(`a,b\n${rows(9, (i) => `${i},'x, y'`)}`, true)).toMatchObject({ quote: "'" });
    expect(guessDialect(`a,b\n${rows(9, (i) => `${i},"say \\"hi\\", you"`)}`, true)).toMatchObject({ escape: '\\' });
  });

  it('does not look at a record that may be cut off', () => {
    expect(guessDialect(`a,b\n${rows(3, (i) => `${i},2`)}\n7,"cut`, false)).toMatchObject({
      quote: '"',
      fields: ['a', 'b'],
    });
  });

  it('finds nothing in a text of blank lines', () => {
    expect(guessDialect('\n\n', true)).toMatchObject({ header: false, fields: [] });
  });

  it('skips no more lines than titles have', () => {
    const titles = rows(60, (i) => `title ${i}`);
    expect(guessDialect(`${titles}\n${rows(90, () => '1,2')}`, true).skipLines).toBe(0);
  });

  it('reads back whatever a writer writes with usual signs', () => {
    const cell = fc.stringMatching(/^[a-z ,;"']{0,6}$/).map((text) => `v${text}`);
    fc.assert(
      fc.property(
        fc.constantFrom(',', ';', '\t'),
        fc.array(cell, { minLength: 5, maxLength: 5 }),
        (delimiter, cells) => {
          const header = writeRecord(['n', 'k1', 'k2', 'k3', 'k4', 'k5'], delimiter, '"');
          const body = rows(30, (i) => writeRecord([String(i), ...cells], delimiter, '"'));
          expect(guessDialect(`${header}\n${body}\n`, true)).toMatchObject({ delimiter, quote: '"', header: true });
        },
      ),
    );
  });
});
