import type { CsvSettings } from '#domain/data/csv-settings';
import { unreachable } from '#domain/unreachable';

export type Encoding = CsvSettings['encoding'];

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

/** The transcoder of a file that starts with these bytes, and the length of its byte-order mark. */
function choose(start: Uint8Array, encoding: Encoding): { readonly mark: number; readonly transcoder: Transcoder } {
  const [first, second, third] = start;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { mark: 3, transcoder: asItIs };
  if (first === 0xff && second === 0xfe) return { mark: 2, transcoder: utf16(false) };
  if (first === 0xfe && second === 0xff) return { mark: 2, transcoder: utf16(true) };
  switch (encoding) {
    case 'utf-8':
      return { mark: 0, transcoder: asItIs };
    // without a mark: the first character is nearly always ASCII, whose high byte is zero
    case 'utf-16':
      return { mark: 0, transcoder: utf16(first === 0) };
    case 'latin-1':
      return { mark: 0, transcoder: singleBytes() };
    case 'windows-1252':
      return { mark: 0, transcoder: singleBytes(windows1252) };
    default:
      return unreachable(encoding, 'encoding');
  }
}

/**
 * A transcoder for a file. A byte-order mark decides; the declared encoding counts where there is none. What is no text in UTF-16
 * becomes a byte that is no UTF-8.
 */
export function createTranscoder(encoding: Encoding): Transcoder {
  let start: Buffer | undefined = Buffer.alloc(0);
  let transcoder = asItIs;
  const begin = (bytes: Buffer): Uint8Array => {
    start = undefined;
    const chosen = choose(bytes, encoding);
    transcoder = chosen.transcoder;
    return transcoder.push(bytes.subarray(chosen.mark));
  };
  return {
    push(chunk) {
      if (start === undefined) return transcoder.push(chunk);
      start = Buffer.concat([start, chunk]);
      return start.length < 3 ? Buffer.alloc(0) : begin(start);
    },
    end() {
      const first = start === undefined ? Buffer.alloc(0) : begin(start);
      return Buffer.concat([first, transcoder.end()]);
    },
  };
}
