import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialectOf } from '#domain/data/csv-dialect';
import { createCsvSplitter } from '#domain/data/csv-splitter';
import { createPlainLines } from '#domain/data/plain-lines';

const csv = { delimiter: ',', quote: '"', escape: undefined, comment: undefined };
type Csv = Parameters<typeof createPlainLines>[0];

/** The rows of a file by the check, cut into chunks. */
function plainRows(text: string | Uint8Array, { own = csv as Csv, columns = 2, chunk = 1 << 20, longest = 1000 } = {}) {
  const plain = createPlainLines(own, { columns, isUtf8, longest });
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += chunk) plain.push(bytes.subarray(i, i + chunk));
  return plain.end();
}

/** The rows of a file by the splitter; undefined when a line is no row, or a row is not as it stands there. */
function splitRows(text: string, own: Csv, columns: number): number | undefined {
  let rows = 0;
  let others = 0;
  const splitter = createCsvSplitter({
    dialect: dialectOf(own, false),
    columns,
    firstLine: 1,
    isUtf8,
    sink: {
      row({ irregular, breaks }) {
        rows++;
        if (irregular || breaks > 0) others++;
      },
      broken: () => others++,
    },
  });
  splitter.push(Buffer.from(text));
  splitter.end();
  const { blank, comment } = splitter.lines();
  return others + blank + comment > 0 ? undefined : rows;
}

describe('the check of plain lines', () => {
  test('counts the rows of a file that is nothing but rows, with and without a line end at its end', () => {
    expect(plainRows('1,2\n3,4\n')).toBe(2);
    expect(plainRows('1,2\n,')).toBe(2);
    expect(plainRows('ä,日本\nö,😀\n', { chunk: 1 })).toBe(2);
    expect(plainRows('')).toBe(0);
    const long = createPlainLines(csv, { columns: 2, isUtf8 });
    expect(long.push(Buffer.from(`1,${'2'.repeat(5000)}\n`))).toBe(true);
    expect(long.end()).toBe(1);
  });

  test.each([
    ['a quote', '1,"2"\n'],
    ['a carriage return', '1,2\r\n3,4\r\n'],
    ['too few fields', '1,2\n3\n'],
    ['too many fields', '1,2\n3,4,5\n'],
    ['an empty field too many, which the engine would take', '1,2\n3,4,\n'],
    ['a blank line', '1,2\n\n3,4\n'],
    ['a line of blanks', '1,2\n  \n3,4\n'],
    ['bytes that are not UTF-8', Buffer.from([0x31, 0x2c, 0xff, 0x0a])],
    ['a line that is too long', `1,${'2'.repeat(1000)}\n`],
    ['a line that is too long and does not end', `1,${'2'.repeat(1000)}`],
    ['a last line that is no row', '1,2\n3'],
  ])('finds %s', (_, text) => {
    for (const chunk of [1, 3, 1 << 20]) expect(plainRows(text, { chunk })).toBeUndefined();
  });

  test('finds escapes and comments where the pipeline has them, and the quote of the engine where it has none', () => {
    const of = (text: string, own: Partial<Csv>) => plainRows(text, { own: { ...csv, ...own } as Csv });
    expect(of('1,2\\\n', {})).toBe(1);
    expect(of('1,2\\\n', { escape: '\\' })).toBeUndefined();
    expect(of('#1,2\n', {})).toBe(1);
    expect(of('#1,2\n', { comment: '#' })).toBeUndefined();
    expect(of('1,#2\n', { comment: '#' })).toBe(1);
    expect(of('1,"2\n', { quote: 'none' })).toBeUndefined();
  });

  test('does not take lines of one field: a blank one is a value there', () => {
    expect(plainRows('1\n2\n', { columns: 1 })).toBeUndefined();
  });

  test('agrees with the splitter, however the file is cut', () => {
    const piece = fc.constantFrom('1', 'é', ',', ',', '\n', '\n', ' ', '\r', '"', '\\', '#', 'ab,c\n', 'x,y\n');
    const own = fc.constantFrom<Csv>(
      csv,
      { ...csv, escape: '\\' },
      { ...csv, comment: '#' },
      { ...csv, delimiter: ' ' },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), own, fc.integer({ min: 1, max: 9 }), (pieces, dialect, chunk) => {
        const text = pieces.join('');
        const found = plainRows(text, { own: dialect, chunk });
        // a plain file is rows to the splitter too; one of quoted values may be, but the check leaves it to the splitter
        if (found !== undefined) expect(splitRows(text, dialect, 2)).toBe(found);
        else if (!/["\\\r]/.test(text)) expect(splitRows(text, dialect, 2)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});
