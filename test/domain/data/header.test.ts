import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstRecord, readPreamble } from '#domain/data/csv-header';
import { locateColumns, readCsvHeader } from '#domain/data/header';
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
  readCsvHeader(pipeline(dataset), 'small/d/a.csv', typeof text === 'string' ? Buffer.from(text) : text).columns;

describe('a CSV header', () => {
  test('gives the columns in file order, whatever the order in the pipeline', () => {
    expect(read('zip,home,income,y\n1,2,3,4\n')).toEqual(['zip', 'home', 'income', 'y']);
  });
  test('that ends with a delimiter has a column without a name, which is named by its position', () => {
    const position = 'a column without a name is named by its position (from: { position: 5 })';
    expect(() => read('y,income,home,zip,\n1,2,3,4,\n')).toThrow(`not expected column 5. List the extra columns`);
    expect(() => read('y,income,home,zip,\n1,2,3,4,\n')).toThrow(position);
    expect(() => read('y,income,home,zip,note\n1,2,3,4,5\n')).not.toThrow('without a name');
  });
  test('may start with a byte-order mark, quote names and end lines as Windows does', () => {
    expect(read('\uFEFF"y","income",home,"zip"\r\n1,2,3,4\r\n')).toEqual(['y', 'income', 'home', 'zip']);
  });
  test('in which a column is missing or misspelt is refused with what was probably meant', () => {
    expect(() => read('y,incme,home,zip\n1,2,3,4\n')).toThrow(SchemaMismatchError);
    expect(() => read('y,incme,home,zip\n1,2,3,4\n')).toThrow(
      'small/d/a.csv: missing "income" (column 2 looks like "income"); not expected column 2.',
    );
  });
  test('with extra columns passes only when they are to be ignored', () => {
    expect(() => read('y,income,home,zip,note\n1,2,3,4,5\n')).toThrow('not expected column 5. ');
    expect(read('y,income,home,zip,note\n1,2,3,4,5\n', { extraColumns: 'ignore' })).toEqual([
      'y',
      'income',
      'home',
      'zip',
      undefined,
    ]);
  });
  test('with a name twice is refused, upper and lower case being the same', () => {
    expect(() => read('y,income,Income,home,zip\n1,2,3,4,5\n', { extraColumns: 'ignore' })).toThrow('occur twice');
  });
  test('written with another delimiter is recognised, and not quoted', () => {
    expect(() => read('y;income;home;jane@example.com\n1;2;3;4\n')).not.toThrow('jane');
    expect(() => read('y;income;home;zip\n1;2;3;4\n')).toThrow(
      'found 1 column where 4 were expected. Is the delimiter ";"? Set dataset.csv.delimiter: ";".',
    );
  });
  test('that is absent is not quoted, since the first line is a row of values then', () => {
    const refusal = () => read('0,98000,Jane Roe,90210\n1,2,3,4\n');
    expect(refusal).toThrow('only 0 of the 4 expected columns are there');
    expect(refusal).toThrow('header: false');
    expect(refusal).not.toThrow(/Jane|98000/);
  });
  test('below titles is found, and the message names the setting that skips them', () => {
    const report = 'Loans of Jane Roe\n\ny,income,home,zip\n1,2,3,4\n';
    expect(() => read(report)).toThrow(
      'small/d/a.csv: its header is not line 1 but line 3. Set dataset.csv.skipLines: 1.',
    );
    expect(read(report, { csv: { skipLines: 1 } })).toHaveLength(4);
    expect(() => read(report)).not.toThrow('Jane');
  });
  test('that is skipped with the titles is found too', () => {
    expect(() => read('Title\ny,income,home,zip\n1,2,3,4\n', { csv: { skipLines: 2 } })).toThrow(
      'its header is not line 3 but line 2. Set dataset.csv.skipLines: 1.',
    );
  });
  test('alone, without rows, is read', () => {
    expect(read('y,income,home,zip\r\n\r\n')).toEqual(['y', 'income', 'home', 'zip']);
    expect(read('y,income,home,zip')).toEqual(['y', 'income', 'home', 'zip']);
  });
  test('is not there in an empty or blank file, which is no error', () => {
    for (const blank of ['', '\n\n', ' \n\t\n', '\uFEFF'])
      expect(readCsvHeader(pipeline(), 'f', Buffer.from(blank)).columns).toEqual([]);
  });
  test('is found by names with blanks at their ends, which it does not have', () => {
    const spaced = { ' income': columns.income, 'home ': columns.home, zip: columns.zip };
    expect(read('y, income,home ,zip\n', { columns: spaced })).toEqual(['y', ' income', 'home ', 'zip']);
  });
  test('has no zero bytes, but the rows below may', () => {
    expect(read('y,income,home,zip\n1,2,a\0b,4\n')).toHaveLength(4);
    expect(() => read('y,income,home,z\0ip\n1,2,a,4\n')).toThrow('has zero bytes at its start');
  });
  test('of bytes that are no text is refused with the setting that helps', () => {
    expect(() => read(Buffer.from('y,income,home,zip', 'utf16le'))).toThrow('set dataset.csv.encoding: utf-16');
    const latin1 = Buffer.from('y,income,home,größe\n1,2,3,4\n', 'latin1');
    const { zip: _, ...three } = columns;
    expect(() => read(latin1, { extraColumns: 'ignore', columns: three })).toThrow(
      'its header has bytes that are not UTF-8. Write it as UTF-8, or set dataset.csv.encoding (windows-1252',
    );
  });
});

test('a CSV header of quoted names and another delimiter is recognised', () => {
  expect(() => read('"y";"income";"home";"zip"\n1;2;3;4\n')).toThrow('Is the delimiter ";"?');
});

describe('a CSV header that is unfinished', () => {
  const rows = Array.from({ length: 500 }, (_, i) => `${i % 2},${i},jane.roe${i}@example.com,90210\n`).join('');
  const refusal = (text: string, dataset?: Record<string, unknown>): string => {
    try {
      read(text, dataset);
    } catch (error) {
      expect(error).toBeInstanceOf(SchemaMismatchError);
      return (error as Error).message;
    }
    return 'accepted';
  };
  test.each([
    ['at its last name', `y,income,home,zip,"note\n${rows}`, 5],
    ['at an expected name', `y,income,home,"zip\n${rows}`, 4],
    ['and closes at a quote of a later row', `y,income,home,zip,"note\n${rows}1,2,3,"x",5\n`, 5],
    ['and closes cleanly rows later', `y,income,home,zip,"note\n${rows}"\n1,2,3,4,5\n`, 5],
    ['right before a line break', 'y,income,home,zip,"\n1,2,3,4,5"\n1,2,3,4,5\n', 5],
    ['and closes soon', 'y,income,home,zip,"note\n1,2,Jane Roe,4,5"\n1,2,3,4,5\n', 5],
  ])('because a quote opens %s is refused as that, without a text of the file', (_, text, column) => {
    for (const extraColumns of ['reject', 'ignore']) {
      const message = refusal(text, { extraColumns });
      expect(message).toMatch(`the header is unfinished: the quote of column ${column} does not close where it should`);
      expect(message).not.toMatch(/jane|roe|90210|note/i);
      expect(message.length).toBeLessThan(400);
    }
  });
  test('because no line ends is refused', () => {
    expect(refusal(`y,income,home,zip,${'x'.repeat(1 << 20)}`)).toContain('the first line does not end within 1 MB');
  });
  test('is told from one whose name merely stands on two lines', () => {
    expect(read('y,income,home,zip,"note\n(free)"\n1,2,3,4,5\n', { extraColumns: 'ignore' })).toHaveLength(5);
  });
  test('is told from a first row with an open quote when there is no header', () => {
    const message = refusal(`1,2,"Jane,4\n${rows}`, { csv: { header: false, names: ['y', 'income', 'home', 'zip'] } });
    expect(message).toContain('the first line is unfinished: the quote of column 3');
    expect(message).not.toContain('Jane');
  });
});

describe('a name that is not expected', () => {
  const refusal = (text: string): string => {
    try {
      read(text);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
  test.each([
    'jane.roe@example.com',
    'Jane Roe',
    '98000',
    '2026-01-31',
    'DE89370400440532013000',
    '+49 30 901820',
    'L-1234567',
    'a'.repeat(41),
    'note_2',
    'jane',
  ])('is given by its position alone, since it may be a value: %s', (value) => {
    const message = refusal(`y,income,home,zip,${value}\n1,2,3,4,5\n`);
    expect(message).toContain('not expected column 5.');
    expect(message).not.toContain(value);
  });
  test('is given by its position alone where a name is missing, since the value may stand in its place', () => {
    const message = refusal('y,income,Berlin,zip\n1,2,3,4\n');
    expect(message).toContain('missing "home"; not expected column 3');
    expect(message).not.toContain('Berlin');
  });
  test('is one of a few that are listed, however many there are', () => {
    const message = refusal(`y,income,home,zip,${Array.from({ length: 20_000 }, (_, i) => `n${i}`).join(',')}\n1\n`);
    expect(message).toMatch(/column 8, column 9 and 19,995 more/);
    expect(message.length).toBeLessThan(600);
  });
  test('is not shown when it occurs twice and may be a value', () => {
    const message = refusal('y,income,home,zip,jane@example.com,jane@example.com\n1,2,3,4,5,6\n');
    expect(message).toContain('occur twice');
    expect(message).not.toContain('jane');
  });
});

describe('a CSV without a header', () => {
  const csv = { header: false, names: ['y', 'income', 'home', 'zip'] };
  test('has the columns the pipeline lists', () => {
    expect(read('1,2,3,4\n', { csv })).toEqual(csv.names);
  });
  test('is refused where the pipeline lists no names', () => {
    const { csv: _, ...dataset } = pipeline().dataset;
    const unnamed = { dataset: { ...dataset, csv: { ...pipeline().dataset.csv, header: false } } };
    expect(() => readCsvHeader(unnamed, 'f', Buffer.from('1,secret\n'))).toThrow(
      'f: the first line has 2 fields where dataset.csv.names lists 0. Adapt csv.names or csv.delimiter.',
    );
  });
  test('of another width is refused without quoting the row', () => {
    expect(() => read('1,secret,3\n', { csv })).toThrow('the first line has 3 fields where dataset.csv.names lists 4');
    expect(() => read('1;secret;3;4\n', { csv })).toThrow('Is the delimiter ";"?');
    expect(() => read('1;secret;3;4\n', { csv })).not.toThrow('secret');
  });
});

describe('checking columns', () => {
  const refusal = (found: readonly string[], dataset?: Record<string, unknown>): string => {
    const expected = pipeline(dataset);
    try {
      locateColumns(expected, 'f', found);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
  const four = Object.fromEntries(
    ['income', 'home_town', 'zip_code'].map((name) => [name, { role: 'feature', type: 'number' }]),
  );

  test('counts the columns that are there, and quotes nothing found when half are missing', () => {
    expect(refusal(['y', 'income', 'secret'])).toBe(
      'f: only 2 of the 4 expected columns are there; missing "home", "zip". Write the file with the columns the pipeline names; ' +
        'if it has no header line, set dataset.csv.header: false and list dataset.csv.names.',
    );
  });
  test('names what is missing when less than half is, and what each was probably written as', () => {
    expect(refusal(['y', 'zip_cod', 'home_town', 'income'], { columns: four })).toBe(
      'f: missing "zip_code" (column 2 looks like "zip_code"); not expected column 2. ' +
        'Write the file with the columns the pipeline names, or adapt dataset.columns; ' +
        'list the extra columns under dataset.columns (role: ignore leaves one unread) or set dataset.extraColumns: ignore.',
    );
  });
  test('suggests nothing for names of one or two letters, which are near to anything', () => {
    const columns = { ...four, zip: { role: 'ignore' } };
    expect(refusal(['y', 'income', 'home_town', 'zip_code', 'zi'], { columns })).toContain(
      'missing "zip"; not expected column 5.',
    );
    expect(refusal(['y', 'income', 'home_town', 'zip_code', 'zib'], { columns })).toContain(
      '(column 5 looks like "zip"); not expected column 5.',
    );
  });
  test('suggests a name of the pipeline for any text that is near it, and never shows the text', () => {
    expect(refusal(['y', 'income', 'zip', 'home@'])).toContain(
      'missing "home" (column 4 looks like "home"); not expected column 4.',
    );
    const message = refusal(['y', 'incme', 'home', 'zip', 'Berlin']);
    expect(message).toContain('(column 2 looks like "income"); not expected column 2, column 5.');
    expect(message).not.toMatch(/incme|Berlin/);
    expect(refusal(['y', 'income', 'zip', `home${'x'.repeat(200)}`])).not.toContain('looks like');
  });
  test('lists at most 20 of the missing ones', () => {
    const columns = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`c${i}`, { role: 'feature', type: 'number' }]),
    );
    const message = refusal(['y'], { columns });
    expect(message).toContain('"c19" and 10 more');
    expect(message).not.toContain('"c20"');
  });
  test('says nothing of what is not expected where extra columns are ignored', () => {
    const message = refusal(['y', 'incme', 'home', 'zip', 'other'], { extraColumns: 'ignore' });
    expect(message).toBe(
      'f: missing "income" (column 2 looks like "income"). Write the file with the columns the pipeline names, or adapt dataset.columns.',
    );
  });
  test('names a doubled column by its first position, and the fix', () => {
    expect(refusal(['y', 'income', 'home', 'zip', 'INCOME'], { extraColumns: 'ignore' })).toBe(
      'f: these columns occur twice (upper and lower case are the same): "income" (column 2). Give every column a name of its own, or name it by its position (from: { position: 2 }).',
    );
  });
  test('accepts a doubled column that is ignored, and refuses it where extra columns are', () => {
    const found = ['y', 'income', 'home', 'zip', 'note', 'Note'];
    expect(refusal(found, { extraColumns: 'ignore' })).toBe('accepted');
    expect(refusal(found)).toBe(
      'f: these columns occur twice (upper and lower case are the same): column 5; not expected column 5, column 6. ' +
        'List the extra columns under dataset.columns (role: ignore leaves one unread) or set dataset.extraColumns: ignore; ' +
        'give every column a name of its own, or name it by its position (from: { position: 2 }).',
    );
  });
  test('says which key of JSON objects is probably a column of the pipeline, though any key may be absent', () => {
    const keys = ['home', 'incme', 'y', 'zip'];
    expect(() => locateColumns(pipeline({ format: 'jsonl' }), 'f', keys, true)).toThrow(
      'f: not expected key 2 of the 4 keys in alphabetical order (key 2 looks like "income"). Adapt dataset.columns',
    );
  });
  test('gives keys of JSON objects by their place in the alphabet, since they have none in the file', () => {
    const keys = ['INCOME', 'home', 'income', 'jane@example.com', 'y', 'zip'];
    expect(() => locateColumns(pipeline({ format: 'jsonl' }), 'f', keys, true)).toThrow(
      'f: these columns occur twice (upper and lower case are the same): "income" (key 3); ' +
        'not expected key 1, key 4 of the 6 keys in alphabetical order. List the extra columns under dataset.columns ' +
        '(role: ignore leaves one unread) or set dataset.extraColumns: ignore; give every key a name of its own.',
    );
  });
  test('accepts exactly the expected ones', () => {
    expect(() => locateColumns(pipeline(), 'f', ['y', 'zip', 'home', 'income'])).not.toThrow();
  });
});

describe('a CSV header at its limits', () => {
  const wide = (length: number) => `y,income,home,zip,${'n'.repeat(length)}\n1,2,3,4,5\n`;
  test('may hold a name of any length on one line, and of 300 characters on several', () => {
    expect(read(wide(300), { extraColumns: 'ignore' })).toHaveLength(5);
    expect(read(wide(20_000), { extraColumns: 'ignore' })).toHaveLength(5);
    const lines = (length: number) => `y,income,home,zip,"a\n${'n'.repeat(length - 2)}"\n1,2,3,4,5\n`;
    expect(read(lines(300), { extraColumns: 'ignore' })).toHaveLength(5);
    expect(() => read(lines(301), { extraColumns: 'ignore' })).toThrow('the quote of column 5 does not close');
  });
  test('may be as long as the bytes that are read of it', () => {
    const names = `y,income,home,zip${',note'.repeat(209_000)}`;
    const text = `${names}\n`.padEnd((1 << 20) - 1, '1');
    expect(() => read(text, { extraColumns: 'ignore' })).not.toThrow();
    // without a line break, a text shorter than that is a header without rows
    expect(read(names.slice(0, 1000), { extraColumns: 'ignore' })).toContain('zip');
  });
  test('stands on the lines of its names', () => {
    const lines = (text: string) => readCsvHeader(pipeline({ extraColumns: 'ignore' }), 'f', Buffer.from(text)).lines;
    expect(lines('y,income,home,zip\n1,2,3,4\n')).toBe(1);
    expect(lines('y,income,home,zip,"a\nb"\n1,2,3,4,5\n')).toBe(2);
    const csv = { header: false, names: ['y', 'income', 'home', 'zip'] };
    expect(readCsvHeader(pipeline({ csv }), 'f', Buffer.from('1,2,3,4\n'))).toEqual({
      columns: csv.names,
      lines: 0,
      length: 0,
    });
  });
  test('with another delimiter is told from one that lacks columns by more than half of the names', () => {
    expect(() => read('y;income;home;other\n1;2;3;4\n')).toThrow('Is the delimiter ";"?');
    expect(() => read('y;income;town;other\n1;2;3;4\n')).toThrow('only 0 of the 4 expected columns are there');
  });
  test('found with two columns says so in the plural', () => {
    expect(() => read('y;income;home;zip,note\n1;2;3;4\n')).toThrow('found 2 columns where 4 were expected');
  });
  test('is complete although a quoted value of the first row is long', () => {
    expect(read(`y,income,home,zip\n1,2,"${'x'.repeat(400)}",4\n`)).toHaveLength(4);
  });
});

describe('the first record', () => {
  const options = { delimiter: ',', quote: '"' };
  test('of what a CSV writer wrote gives its fields back', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r') });
    const written = (v: string) => `"${v.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), fc.boolean(), (fields, ends) => {
        const record = firstRecord(fields.map(written).join(',') + (ends ? '\nnext' : ''), options);
        expect(record).toMatchObject({ fields, complete: ends, more: ends });
        expect(record).not.toHaveProperty('brokenQuote');
      }),
    );
  });
  test('tells the field whose quote closes in its middle or not at all, the first of several', () => {
    expect(firstRecord('a,"b"c,"d"e\n', options)).toMatchObject({ fields: ['a', 'bc', 'de'], brokenQuote: 2 });
    expect(firstRecord('a,b,"c', options)).toMatchObject({ fields: ['a', 'b', 'c'], brokenQuote: 3, complete: false });
    expect(firstRecord('a,"b"c,"d', options).brokenQuote).toBe(2);
    expect(firstRecord('a,"b" ,c\n', options)).not.toHaveProperty('brokenQuote');
    expect(firstRecord('"a"b', options).brokenQuote).toBe(1);
  });
  test('is none of a text of blank lines', () => {
    expect(firstRecord('\r\n\n', options)).toEqual({
      fields: [],
      complete: false,
      more: false,
      lines: 1,
      blankLines: 2,
      length: 3,
    });
  });
  test('begins after blank lines and is followed by more only if something stands there', () => {
    expect(firstRecord('\n\r\na,b\n \n', options)).toEqual({
      fields: ['a', 'b'],
      complete: true,
      more: false,
      lines: 1,
      blankLines: 2,
      length: 7,
    });
    expect(firstRecord('\uFEFF\r\r\na,b', options)).toMatchObject({ fields: ['a', 'b'], blankLines: 2 });
    expect(firstRecord('a\n\n1', options)).toMatchObject({ fields: ['a'], more: true });
  });
  test('opens no quote within a field', () => {
    expect(firstRecord('a"b,c"\n', options)).toMatchObject({ fields: ['a"b', 'c"'], complete: true });
    expect(firstRecord('"",""\n', options).fields).toEqual(['', '']);
  });
  test('keeps quoted delimiters and line breaks together', () => {
    const record = firstRecord('"a,b","c\nd",e""f\nnext', { delimiter: ',', quote: '"' });
    expect(record).toMatchObject({ fields: ['a,b', 'c\nd', 'e""f'], complete: true, more: true, lines: 2, length: 17 });
  });
});

describe('the lines before the header', () => {
  const preamble = (text: string, csv: { skipLines?: number; comment?: string } = {}) =>
    readPreamble(text, { skipLines: 0, comment: undefined, ...csv });
  test('are none, blank, or comments', () => {
    expect(preamble('y,x\n1,2\n')).toEqual({ length: 0, lines: 0 });
    expect(preamble('\r\n \t\ny,x\n1,2\n')).toEqual({ length: 5, lines: 2 });
    expect(preamble('# note\ny,x\n', { comment: '#' })).toEqual({ length: 7, lines: 1 });
    expect(preamble('# note\ny,x\n')).toEqual({ length: 0, lines: 0 });
  });
  test('are as many titles as the pipeline says, whatever stands in them', () => {
    expect(preamble('Report "of\r\n\r\ny,x\n', { skipLines: 2 })).toEqual({ length: 14, lines: 2 });
    expect(preamble('a\nb\ny,x\n', { skipLines: 1 })).toEqual({ length: 2, lines: 1 });
  });
  test("may be Excel's line of the separator, which is not among the titles", () => {
    expect(preamble('sep=;\ny;x\n')).toEqual({ length: 6, lines: 1, separator: ';' });
    expect(preamble('"sep=,"\r\nTitle\ny,x\n', { skipLines: 1 })).toEqual({ length: 15, lines: 2, separator: ',' });
    expect(preamble('Title\nsep=,\ny,x\n', { skipLines: 1 })).toEqual({ length: 12, lines: 2, separator: ',' });
    expect(preamble('sep=ab\ny,x\n')).toEqual({ length: 0, lines: 0 });
  });
  test('name another separator than the pipeline, and the file is refused', () => {
    expect(() => read('sep=;\ny;income;home;zip\n1;2;3;4\n')).toThrow(
      'its first line says that the delimiter is ";". Set dataset.csv.delimiter: ";".',
    );
    expect(read('sep=,\ny,income,home,zip\n1,2,3,4\n')).toHaveLength(4);
  });
});

describe('a column that is found under another name', () => {
  const spec = { role: 'feature', type: 'number' };
  const locate = (columns: Record<string, unknown>, found: readonly string[], rest: Record<string, unknown> = {}) =>
    locateColumns(pipelineSchema.parse(smallPipeline({ columns, ...rest })), 'f', found);

  test('is located by the name, whatever it is', () => {
    const names = [
      "Int'l Plan",
      'Churn?',
      '1stFlrSF',
      'größe',
      '年齢',
      '',
      'a "b" [c]',
      'x'.repeat(400),
      '__proto__',
      'constructor',
    ];
    const columns = Object.fromEntries(names.map((from, i) => [`c${i}`, { ...spec, from }]));
    expect(locate(columns, ['y', ...names])).toEqual(['y', ...names.map((_, i) => `c${i}`)]);
  });
  test('is located by its position where the name is empty or occurs twice', () => {
    const columns = { first: { ...spec, from: { position: 2 } }, second: { ...spec, from: { position: 3 } } };
    expect(locate(columns, ['y', '', ''])).toEqual(['y', 'first', 'second']);
    expect(() => locate(columns, ['y', ''])).toThrow('missing "second"');
  });
  test('is refused when its name occurs twice, and by its position is not', () => {
    const found = ['y', 'a', 'a'];
    expect(() => locate({ a: spec }, found, { extraColumns: 'ignore' })).toThrow('occur twice');
    expect(locate({ a: { ...spec, from: { position: 3 } } }, found, { extraColumns: 'ignore' })).toEqual([
      'y',
      undefined,
      'a',
    ]);
  });
  test('may be the label, the id or the time', () => {
    const rest = {
      label: { column: 'y', from: 'Churn?', positive: 1 },
      id: 'customer',
      time: 'at',
      from: { customer: 'Kunden-Nr.', at: { position: 4 } },
    };
    expect(locate({ x: spec }, ['x', 'Churn?', 'Kunden-Nr.', ''], rest)).toEqual(['x', 'y', 'customer', 'at']);
  });
  test('is shown by its own name in messages, and by the one that was looked for', () => {
    const columns = { plan: { ...spec, from: "Int'l Plan" }, a: spec, b: spec };
    const message = () => locate(columns, ['y', 'a', 'b', "Intl'l Plan"]);
    expect(message).toThrow(`missing "plan" (from "Int'l Plan") (column 4 looks like "plan"); not expected column 4.`);
    expect(message).not.toThrow("Intl'l");
    const far = {
      plan: { ...spec, from: { position: 9 } },
      long: { ...spec, from: 'x'.repeat(500) },
      a: spec,
      b: spec,
    };
    expect(() => locate(far, ['y', 'a', 'b'], { extraColumns: 'ignore' })).toThrow(
      `missing "plan" (from position 9), "long" (from "${'x'.repeat(99)}…"). Write`,
    );
  });
});
