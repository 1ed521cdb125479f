import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvDialect, dialectOf, jsonLines } from '#domain/data/csv-dialect';
import { createCsvSplitter } from '#domain/data/csv-splitter';
import { createPartLocator } from '#domain/data/part-locator';
import { type ByteEncoding, createTranscoder, sourceLength, transcoderOf } from '#domain/data/transcoder';

interface Given {
  readonly dialect: CsvDialect;
  readonly longest: number;
}
/** Rows and broken lines of a file, or of a part of one, and its lines. */
function read(utf8: Uint8Array, firstLine: number, { dialect, longest }: Given) {
  const found: unknown[] = [];
  const splitter = createCsvSplitter({
    dialect,
    columns: 3,
    longest,
    firstLine,
    isUtf8,
    sink: {
      row: ({ line, bytes }) => found.push([line, Buffer.from(bytes).toString()]),
      broken: ({ line, bytes, lines, reason }) => found.push([line, Buffer.from(bytes).toString(), lines, reason]),
    },
  });
  splitter.push(utf8);
  splitter.end();
  return { found, lines: splitter.lines() };
}
const transcode = (bytes: Uint8Array, encoding: ByteEncoding) => {
  const transcoder = transcoderOf(encoding);
  return Buffer.concat([Uint8Array.from(transcoder.push(bytes)), transcoder.end()]);
};

/** The starts of a file's parts, as a reader of its chunks finds them. The first `head` characters are its header. */
function locate(
  bytes: Uint8Array,
  declared: 'utf-8' | 'utf-16' | 'windows-1252',
  parts: number,
  chunk: number,
  given: Given,
) {
  const transcoder = createTranscoder(declared);
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += chunk)
    chunks.push(Uint8Array.from(transcoder.push(bytes.subarray(i, i + chunk))));
  chunks.push(transcoder.end());
  const found = transcoder.found() ?? { mark: 0, encoding: 'utf-8' };
  const locator = createPartLocator({ found, size: bytes.length, parts, head: Buffer.alloc(0), headLines: 0 });
  const splitter = createCsvSplitter({
    ...given,
    columns: 3,
    firstLine: 1,
    isUtf8: () => true,
    sink: { row() {}, broken() {} },
    starts: locator.starts,
  });
  for (const utf8 of chunks) {
    locator.next(utf8);
    splitter.push(utf8);
  }
  splitter.end();
  const { blank, comment, rows, broken } = splitter.lines();
  return { found, starts: locator.finish(blank + comment + rows + broken) };
}

const piece = fc.constantFrom(
  '1',
  ',',
  '"',
  '\n',
  '\r\n',
  '\r',
  ' ',
  '\\',
  '#',
  'é',
  '€',
  '😀',
  '\uFEFF',
  '1,2,3\n',
  '1,"2\n2",3\r\n',
);
const csv = { delimiter: ',', quote: '"', escape: undefined, comment: undefined };
const dialect = fc.oneof(
  fc.constant(jsonLines),
  fc
    .tuple(
      fc.constantFrom({}, { escape: '\\' }, { comment: '#' }, { quote: 'none' }, { quote: 'none', escape: '\\' }),
      fc.boolean(),
    )
    .map(([own, trim]) => dialectOf({ ...csv, ...own }, trim)),
);
const file = fc.oneof(
  fc
    .record({
      text: fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
      how: fc.constantFrom('utf-8' as const, 'utf-16' as const),
    })
    .chain(({ text, how }) =>
      fc.boolean().map((marked) => {
        const whole = `${marked ? '\uFEFF' : 'a'}${text}`;
        return { declared: how, bytes: how === 'utf-8' ? Buffer.from(whole) : Buffer.from(whole, 'utf16le') };
      }),
    ),
  fc.record({
    declared: fc.constantFrom('utf-8' as const, 'windows-1252' as const, 'utf-16' as const),
    bytes: fc
      .uint8Array({ maxLength: 80 })
      .map((all) => Buffer.from(all.map((b) => (b % 5 === 0 ? 10 : b % 7 === 0 ? 34 : b)))),
  }),
);

describe('the parts of a text file', () => {
  test('have together the rows, broken lines and numbers of lines of the whole, whatever is in it', () => {
    fc.assert(
      fc.property(
        file,
        fc.record({ dialect, longest: fc.constantFrom(12, 1000) }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 50 }),
        ({ bytes, declared }, given, parts, chunk) => {
          const { found, starts } = locate(bytes, declared, parts, chunk, given);
          const whole = read(transcode(bytes.subarray(found.mark), found.encoding), 1, given);
          const each = starts.map(({ start, line }, i) =>
            read(transcode(bytes.subarray(start, starts[i + 1]?.start ?? bytes.length), found.encoding), line, given),
          );
          expect(starts).toHaveLength(parts);
          expect(each.flatMap((part) => part.found)).toEqual(whole.found);
          for (const kind of ['blank', 'comment', 'rows', 'broken'] as const)
            expect(each.reduce((sum, part) => sum + part.lines[kind], 0)).toBe(whole.lines[kind]);
        },
      ),
      { numRuns: 1000 },
    );
  });
  test('start with the first row at or after equal pieces of the file', () => {
    const bytes = Buffer.from('1,2,3\n'.repeat(10));
    const given = { dialect: dialectOf(csv, false), longest: 1000 };
    const { starts } = locate(bytes, 'utf-8', 4, 7, given);
    expect(starts).toEqual([
      { start: 0, line: 1 },
      { start: 18, line: 4 },
      { start: 30, line: 6 },
      { start: 48, line: 9 },
    ]);
  });
  test('are empty where a row is longer than a part', () => {
    const bytes = Buffer.from(`1,2,"${'\n'.repeat(50)}"\n1,2,3`);
    const given = { dialect: dialectOf(csv, false), longest: 1000 };
    const { starts } = locate(bytes, 'utf-8', 6, 7, given);
    expect(starts.map(({ start }) => start)).toEqual([0, 57, 57, 57, 57, 57]);
    expect(locate(bytes.subarray(0, 56), 'utf-8', 3, 7, given).starts.map(({ start, line }) => [start, line])).toEqual([
      [0, 1],
      [56, 52],
      [56, 52],
    ]);
  });
  test('start after the header', () => {
    const bytes = Buffer.from('\uFEFFé,"b\n\n",c\n1,2,3\n1,2,3\n', 'utf16le');
    const transcoder = createTranscoder('utf-8');
    const utf8 = transcoder.push(bytes);
    const head = utf8.subarray(0, Buffer.byteLength('é,"b\n\n",c\n'));
    const locator = createPartLocator({
      found: { mark: 2, encoding: 'utf-16le' },
      size: bytes.length,
      parts: 2,
      head,
      headLines: 3,
    });
    const splitter = createCsvSplitter({
      dialect: dialectOf(csv, false),
      columns: 3,
      firstLine: 4,
      isUtf8,
      sink: { row() {}, broken() {} },
      starts: locator.starts,
    });
    locator.next(utf8.subarray(head.length));
    splitter.push(utf8.subarray(head.length));
    splitter.end();
    expect(locator.finish(5)).toEqual([
      { start: 2 + 2 * 10, line: 4 },
      { start: 2 + 2 * 16, line: 5 },
    ]);
  });
});

test('the length of UTF-8 in a file is that of its characters', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, (own) => {
      expect(sourceLength('utf-8', Buffer.from(own))).toBe(Buffer.byteLength(own));
      expect(sourceLength('utf-16le', Buffer.from(own))).toBe(Buffer.from(own, 'utf16le').length);
      expect(sourceLength('utf-16be', Buffer.from(own))).toBe(Buffer.from(own, 'utf16le').length);
      for (const encoding of ['latin-1', 'windows-1252'] as const) {
        const bytes = Buffer.from(own, 'latin1');
        expect(sourceLength(encoding, transcode(bytes, encoding))).toBe(bytes.length);
      }
    }),
  );
});
