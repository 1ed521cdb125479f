import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineFinder } from '#domain/data/line-finder';

const code = (c: string) => c.charCodeAt(0);
/** Lines of all records of a text, as the finder sees them, fed in chunks of a given size. */
function linesOf(
  text: string,
  { header = false, chunk = 1 << 16, rejected = [] as number[], quote = '"' as string | undefined } = {},
) {
  const finder = createLineFinder({
    quote: quote === undefined ? undefined : code(quote),
    delimiter: code(','),
    header,
    rejectedAt: rejected,
    wanted: new Set(Array.from({ length: 200 }, (_, i) => i)),
  });
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += chunk) finder.push(bytes.subarray(i, i + chunk));
  finder.end();
  const lines: number[] = [];
  for (let i = 0; ; i++) {
    const line = finder.lineOf(i);
    if (line === undefined) return { lines, finder };
    lines.push(line);
  }
}

describe('the line finder', () => {
  test('counts as an editor does: blank lines and quoted line breaks count', () => {
    const text = 'a,b\r\n1,x\r\n\r\n2,"two\r\nlines"\r\n3,y\r\n';
    expect(linesOf(text, { header: true }).lines).toEqual([2, 4, 6]);
  });
  test('skips a byte-order mark and takes a last line without a line end', () => {
    expect(linesOf('\uFEFFa\n1\n2', { header: true }).lines).toEqual([2, 3]);
  });
  test('does not mistake a quote inside a field for an opening one', () => {
    expect(linesOf('5" nails,1\n6" nails,2\n').lines).toEqual([1, 2]);
  });
  test('reads doubled quotes as part of the field', () => {
    expect(linesOf('"say ""hi""\nto all",1\nx,2\n').lines).toEqual([1, 3]);
  });
  test('takes records that the reader rejected out of the count and finds their lines', () => {
    for (const at of [4, 5]) {
      const { lines, finder } = linesOf('1,a\n2\n3,c\n', { rejected: [at] });
      expect(lines).toEqual([1, 3]);
      expect(finder.lineOfRejected(at)).toBe(2);
    }
  });
  test('passes over rejected positions that belong to no record it counts', () => {
    const { lines, finder } = linesOf('a,b\n\n1,2\n3,4\n5,6\n', { header: true, rejected: [1, 4, 9] });
    expect(lines).toEqual([3, 5]);
    expect([1, 4, 9].map(finder.lineOfRejected)).toEqual([undefined, undefined, 4]);
  });
  test('names the record whose quote is open at the end', () => {
    expect(linesOf('1,a\n2,"b\n3,c\n').finder.lineOfOpenQuote()).toBe(2);
    expect(linesOf('1,a\n2,"b\n3,c"\n').finder.lineOfOpenQuote()).toBeUndefined();
  });
  test('knows no quotes in JSON lines', () => {
    expect(linesOf('{"a":"x\n{"b":1}\n', { quote: undefined }).lines).toEqual([1, 2]);
  });
  test('finds every record of any well-formed file, however it is cut into chunks', () => {
    const plain = fc.stringMatching(/^[a-z]{1,4}$/);
    const quoted = fc
      .array(fc.constantFrom('a', '""', ',', '\n', '\r\n'), { maxLength: 5 })
      .map((parts) => `"${parts.join('')}"`);
    const record = fc.array(fc.oneof(plain, quoted), { minLength: 2, maxLength: 3 }).map((fields) => fields.join(','));
    const entry = fc.tuple(record, fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n'));
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        (entries, chunk) => {
          const expected: number[] = [];
          let line = 1;
          for (const [text, end] of entries) {
            expected.push(line);
            line += (text + end).split('\n').length - 1;
          }
          expect(linesOf(entries.map((e) => e.join('')).join(''), { chunk }).lines).toEqual(expected);
        },
      ),
    );
  });
});
