import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuote, dialectOf, jsonLines } from '#domain/data/csv-dialect';
import { parseRecord, writeRecord } from '#domain/data/csv-fields';
import { normalRow } from '#domain/data/csv-normal';
import { createCsvSplitter } from '#domain/data/csv-splitter';
import { countLines } from '#domain/data/line-bytes';

const csv = { delimiter: ',', quote: '"', escape: undefined, comment: undefined };
interface Given {
  readonly csv?: Partial<typeof csv> | { readonly escape?: string; readonly comment?: string };
  readonly trim?: boolean;
  readonly columns?: number;
  readonly chunk?: number;
  readonly longest?: number;
}
/** Splits a text: its rows by line and number of line breaks, and what is broken. */
function split(text: string | Uint8Array, given: Given = {}) {
  const { csv: own = {}, trim = false, columns = 3, chunk = 1 << 20, longest = 1000 } = given;
  const rows: unknown[] = [];
  const broken: unknown[] = [];
  const texts: string[] = [];
  const splitter = createCsvSplitter({
    dialect: dialectOf({ ...csv, ...own }, trim),
    columns,
    longest,
    firstLine: 1,
    isUtf8,
    sink: {
      row({ line, bytes, breaks, irregular }) {
        rows.push([line, breaks, irregular]);
        texts.push(Buffer.from(bytes).toString());
      },
      broken: ({ line, lines, reason, continued }) => broken.push([line, lines, reason, ...(continued ? ['on'] : [])]),
    },
  });
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += chunk) splitter.push(bytes.subarray(i, i + chunk));
  splitter.end();
  return { rows, broken, texts, lines: splitter.lines() };
}

describe('a CSV splitter', () => {
  test('gives rows with their lines, whatever ends a line', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const { rows, lines } = split(['1,2,3', '', ' \t', '4,"5\n5",6', ',,'].join(end));
      expect(rows).toEqual([
        [1, 0, false],
        [4, 1, false],
        [6, 0, false],
      ]);
      expect(lines).toEqual({ blank: 2, comment: 0, rows: 4, broken: 0 });
    }
  });
  test('says why lines are no rows', () => {
    const bytes = Buffer.concat([
      Buffer.from('1,2\n1,2,3,4\n1,"2"x,3\n1,'),
      Buffer.of(0xff),
      Buffer.from(',3\n1,2,"3\n\n4'),
    ]);
    const { rows, broken, lines } = split(bytes);
    expect(rows).toEqual([]);
    expect(broken).toEqual([
      [1, 1, 'too few fields'],
      [2, 1, 'too many fields'],
      [3, 1, 'quotes that do not match'],
      [4, 1, 'bytes that are not UTF-8'],
      [5, 2, 'quotes that do not match'],
    ]);
    expect(lines).toEqual({ blank: 1, comment: 0, rows: 0, broken: 6 });
  });
  test('knows escapes, blanks beside quotes and comments where they are declared', () => {
    const plain = split('1,"a\\"b",3\n#,2,3\n1, "2,3\n1,"2" ,3\n');
    expect(plain.rows).toEqual([
      [2, 0, false],
      [3, 0, true],
      [4, 0, true],
    ]);
    const declared = split('1,"a\\"b",3\n#,2,3\n1, "2,3",3\n', { csv: { escape: '\\', comment: '#' }, trim: true });
    expect(declared.rows).toEqual([
      [1, 0, true],
      [3, 0, true],
    ]);
    expect(declared.lines.comment).toBe(1);
  });
  test('takes a line of blanks for a value where a row is one field', () => {
    expect(split('a\n  \n\nb', { columns: 1 }).texts).toEqual(['a', '  ', 'b']);
    expect(split('a\n  \n', { columns: 0 }).broken).toEqual([[1, 1, 'too many fields']]);
  });
  test('reports what is too long to be kept, piece by piece', () => {
    const long = 'x'.repeat(50);
    const one = split(`1,2,${long}\n1,2,3\n`, { longest: 20, chunk: 8 });
    expect(one.broken).toEqual([[1, 1, 'a line longer than 0.00002 MB']]);
    expect(one.texts).toEqual(['1,2,3']);
    const many = split(`1,2,"3\n${'1,2,3\n'.repeat(8)}1,2,3"\n1,2,3\n`, { longest: 20, chunk: 8 });
    expect(many.lines).toEqual({ blank: 0, comment: 0, rows: 1, broken: 10 });
    expect(many.broken[0]).toEqual([1, expect.any(Number), 'a quote that does not close within 0.00002 MB']);
    expect(many.broken.slice(1).every((own) => (own as unknown[])[3] === 'on')).toBe(true);
  });
  test('gives the same whatever the chunks, and counts every line once', () => {
    const part = fc.constantFrom('1', ',', '"', '\n', '\r\n', '\r', ' ', '\\', '#', 'é', '1,2,3\n');
    const options = fc.record({
      csv: fc.constantFrom({}, { escape: '\\' }, { comment: '#' }, { quote: 'none', escape: '\\' }),
      trim: fc.boolean(),
      longest: fc.constantFrom(15, 1000),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), options, (parts, chunk, given) => {
        const text = parts.join('');
        const whole = split(text, given);
        const cut = split(text, { ...given, chunk });
        expect(cut).toEqual(whole);
        for (const { lines } of [whole, cut]) {
          const all = text.split(/\r\n|\r|\n/);
          const total = all.length - (all.at(-1) === '' ? 1 : 0);
          expect(lines.blank + lines.comment + lines.rows + lines.broken).toBe(total);
        }
      }),
      { numRuns: 500 },
    );
  });
  test('gives lines of JSON as they are', () => {
    const found: string[] = [];
    const sink = {
      row: ({ bytes }: { bytes: Uint8Array }) => found.push(Buffer.from(bytes).toString()),
      broken: () => {},
    };
    const splitter = createCsvSplitter({ dialect: jsonLines, columns: 1, firstLine: 1, isUtf8, sink });
    splitter.push(Buffer.from('{"a": "x,y"}\r\n  \n"\n'));
    splitter.end();
    expect(found).toEqual(['{"a": "x,y"}', '"']);
  });
});

test('lines with anything but blanks are counted', () => {
  expect(countLines(Buffer.from('a\n \t\r\n\rb\n'))).toBe(2);
  expect(countLines(Buffer.from(''))).toBe(0);
});

describe('a row in the form of RFC 4180', () => {
  const signs = { delimiter: ',', quote: '"', escape: undefined, trim: false } as const;
  const normal = (text: string, own: object = {}, irregular = true) =>
    Buffer.from(normalRow({ ...signs, ...own })({ bytes: Buffer.from(text), irregular })).toString();
  test('is itself when it is in that form', () => {
    expect(normal('1,"a, b",', {}, false)).toBe('1,"a, b",');
  });
  test('has no escapes, no blanks beside quotes, and quotes for every empty value', () => {
    expect(normal('1,"say \\"hi\\"",\\', { escape: '\\' })).toBe('1,"say ""hi""",\\');
    expect(normal('1,"a" ,')).toBe('1,a,""');
    expect(normal('1, "a,b"', { trim: true })).toBe('1,"a,b"');
    expect(normal('1,5" nails')).toBe('1,"5"" nails"');
  });
  test('has quotes where files have none', () => {
    expect(normal('1,"a', { quote: 'none' }, false)).toBe('1,"""a"');
    expect(normal('1;"a', { quote: 'none', delimiter: '"' }, false)).toBe('1;"a');
  });
  test('has the fields that the splitter counted, whatever the text and the dialect', () => {
    const piece = fc.constantFrom(...',"\\ \t\n\r#\u00a0\ufeff\u3000é;\'1', '""', '"a,b"', ',1,', '\u0000');
    const dialect = fc.record({
      quote: fc.constantFrom('"', "'", 'none'),
      escape: fc.option(fc.constant('\\'), { nil: undefined }),
      trim: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), dialect, (pieces, { trim, ...own }) => {
        const signs = { delimiter: ',', trim, ...own };
        const normal = normalRow(signs);
        const splitter = createCsvSplitter({
          dialect: dialectOf({ ...csv, ...own }, trim),
          columns: 3,
          longest: 1000,
          firstLine: 1,
          isUtf8,
          sink: {
            row(row) {
              const written = Buffer.from(normal(row)).toString();
              const plain = { delimiter: ',', quote: canonicalQuote(signs), escape: undefined, trim: false };
              expect(parseRecord(Buffer.from(row.bytes).toString(), signs).fields).toHaveLength(3);
              expect(parseRecord(written, plain).fields).toEqual(
                row.irregular ? parseRecord(Buffer.from(row.bytes).toString(), signs).fields : expect.any(Array),
              );
              expect(parseRecord(written, plain)).toMatchObject({ end: written.length });
            },
            broken: () => undefined,
          },
        });
        splitter.push(Buffer.from(pieces.join('')));
        splitter.end();
      }),
      { numRuns: 2000 },
    );
  });
  test('is parsed into what was written', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', '\\') });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        expect(parseRecord(writeRecord(fields, ',', '"'), signs).fields).toEqual(fields);
      }),
    );
  });
});
