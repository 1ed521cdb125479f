import type { CsvSettings } from '#domain/data/csv-settings';
import { unreachable } from '#domain/unreachable';

/** A declared encoding. */
export type Encoding = CsvSettings['encoding'];

/** How the characters of a file are written, with the order of the bytes. */
export type ByteEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1' | 'windows-1252';

/** Turns the bytes of a text file, chunk by chunk, into UTF-8 without a byte-order mark. */
export interface Transcoder {
  push(chunk: Uint8Array): Uint8Array;
  /** What is left after the last chunk. */
  end(): Uint8Array;
}

/** A byte that UTF-8 does not have. It stands for what is no text, so that the line in which it is can be found. */
const noText = 0xff;

/** The characters 0x80 to 0x9f of windows-1252; a hole stands for itself (WHATWG Encoding Standard, "index windows-1252"). */
const windows1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/** @param c1 the characters of the bytes 0x80 to 0x9f; without it they are the controls of ISO 8859-1 */
function singleBytes(c1?: string): Transcoder {
  const push = (chunk: Uint8Array): Uint8Array => {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    return Buffer.from(
      c1 === undefined ? text : text.replace(/[\x80-\x9f]/g, (c) => c1[c.charCodeAt(0) - 0x80] as string),
    );
  };
  return { push, end: () => Buffer.alloc(0) };
}

/** UTF-8 of a text; half a pair of surrogates becomes a byte that is no UTF-8. */
function utf8(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text);
  const parts = text.split(/(\p{Surrogate})/u);
  return Buffer.concat(parts.map((part) => (part.isWellFormed() ? Buffer.from(part) : Buffer.of(noText))));
}

function utf16(bigEndian: boolean): Transcoder {
  let rest = Buffer.alloc(0);
  const decode = (bytes: Buffer): Uint8Array => {
    const copy = Buffer.from(bytes);
    return utf8((bigEndian ? copy.swap16() : copy).toString('utf16le'));
  };
  return {
    push(chunk) {
      const bytes = Buffer.concat([rest, chunk]);
      let whole = bytes.length - (bytes.length % 2);
      // the first half of a pair of surrogates waits for the second
      const high = whole === 0 ? 0 : (bytes[whole - (bigEndian ? 2 : 1)] as number);
      if (high >= 0xd8 && high <= 0xdb) whole -= 2;
      rest = Buffer.from(bytes.subarray(whole));
      return decode(bytes.subarray(0, whole));
    },
    end() {
      const odd = rest.length % 2;
      const left = decode(rest.subarray(0, rest.length - odd));
      return odd === 0 ? left : Buffer.concat([left, Buffer.of(noText)]);
    },
  };
}

const asItIs: Transcoder = { push: (chunk) => chunk, end: () => Buffer.alloc(0) };

/** A transcoder of bytes that begin with a character. It knows no byte-order mark. */
export function transcoderOf(encoding: ByteEncoding): Transcoder {
  switch (encoding) {
    case 'utf-8':
      return asItIs;
    case 'utf-16le':
      return utf16(false);
    case 'utf-16be':
      return utf16(true);
    case 'latin-1':
      return singleBytes();
    case 'windows-1252':
      return singleBytes(windows1252);
    default:
      return unreachable(encoding, 'encoding');
  }
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
/** A character of four bytes in UTF-8 is a pair of surrogates in UTF-16. */
const utf16Length = (byte: number): number => (isContinuation(byte) ? 0 : byte >= 0xf0 && byte !== noText ? 4 : 2);

/** Number of bytes of a file that its transcoder made into these, which are whole characters before the end of the file. */
export function sourceLength(encoding: ByteEncoding, utf8: Uint8Array): number {
  let length = 0;
  switch (encoding) {
    case 'utf-8':
      return utf8.length;
    case 'utf-16le':
    case 'utf-16be':
      for (const byte of utf8) length += utf16Length(byte);
      return length;
    case 'latin-1':
    case 'windows-1252':
      for (const byte of utf8) length += isContinuation(byte) ? 0 : 1;
      return length;
    default:
      return unreachable(encoding, 'encoding');
  }
}

/** The encoding of a file, and the length of its byte-order mark. */
export interface FoundEncoding {
  readonly mark: number;
  readonly encoding: ByteEncoding;
}

/** The encoding of a file that starts with these bytes. */
function findEncoding(start: Uint8Array, encoding: Encoding): FoundEncoding {
  const [first, second, third] = start;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { mark: 3, encoding: 'utf-8' };
  if (first === 0xff && second === 0xfe) return { mark: 2, encoding: 'utf-16le' };
  if (first === 0xfe && second === 0xff) return { mark: 2, encoding: 'utf-16be' };
  // without a mark: the first character is nearly always ASCII, whose high byte is zero
  if (encoding === 'utf-16') return { mark: 0, encoding: first === 0 ? 'utf-16be' : 'utf-16le' };
  return { mark: 0, encoding };
}

/** A transcoder that finds out the encoding of a file. */
export interface FileTranscoder extends Transcoder {
  /** The encoding; undefined until it is known, which it is once a byte of UTF-8 or the end was given. */
  found(): FoundEncoding | undefined;
}

/**
 * A transcoder for a file. A byte-order mark decides; the declared encoding counts where there is none. What is no text in UTF-16
 * becomes a byte that is no UTF-8.
 */
export function createTranscoder(encoding: Encoding): FileTranscoder {
  let start = Buffer.alloc(0);
  let found: FoundEncoding | undefined;
  let transcoder = asItIs;
  const begin = (): Uint8Array => {
    found = findEncoding(start, encoding);
    transcoder = transcoderOf(found.encoding);
    return transcoder.push(start.subarray(found.mark));
  };
  return {
    push(chunk) {
      if (found !== undefined) return transcoder.push(chunk);
      start = Buffer.concat([start, chunk]);
      return start.length < 3 ? Buffer.alloc(0) : begin();
    },
    end() {
      const first = found === undefined ? begin() : Buffer.alloc(0);
      return Buffer.concat([first, transcoder.end()]);
    },
    found: () => found,
  };
}
