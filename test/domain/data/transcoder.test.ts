import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTranscoder, type Encoding } from '#domain/data/transcoder';

function transcode(bytes: Uint8Array, encoding: Encoding, chunk = 1 << 20): Buffer {
  const transcoder = createTranscoder(encoding);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += chunk)
    parts.push(Uint8Array.from(transcoder.push(bytes.subarray(i, i + chunk))));
  return Buffer.concat([...parts, transcoder.end()]);
}
const utf16 = (text: string, bigEndian = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

describe('a transcoder', () => {
  test('gives UTF-8 without a mark, whatever the chunks', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((t) => !t.startsWith('\uFEFF') && !t.startsWith('\0'));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5 }), (wanted, chunk) => {
        expect(transcode(Buffer.from(wanted), 'utf-8', chunk).toString()).toBe(wanted);
        for (const encoding of ['utf-8', 'windows-1252'] as const)
          for (const bytes of [
            Buffer.from(`\uFEFF${wanted}`),
            utf16(`\uFEFF${wanted}`),
            utf16(`\uFEFF${wanted}`, true),
          ])
            expect(transcode(bytes, encoding, chunk).toString()).toBe(wanted);
        expect(transcode(utf16(`a${wanted}`), 'utf-16', chunk).toString()).toBe(`a${wanted}`);
        expect(transcode(utf16(`a${wanted}`, true), 'utf-16', chunk).toString()).toBe(`a${wanted}`);
      }),
    );
  });
  test('knows the single bytes', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(transcode(all, 'latin-1').toString()).toBe(Buffer.from(all).toString('latin1'));
    const windows = transcode(all, 'windows-1252').toString();
    expect([...windows]).toHaveLength(256);
    expect(windows.slice(0x80, 0xa0)).toBe('€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ');
  });
  test('marks what is no text in UTF-16 by a byte that is no UTF-8', () => {
    const half = transcode(Buffer.concat([utf16('\uFEFFab'), Buffer.of(0x00, 0xd8), utf16('c\n')]), 'utf-8');
    expect(isUtf8(half)).toBe(false);
    expect(half.toString('latin1')).toBe('ab\xffc\n');
    expect(transcode(Buffer.concat([utf16('\uFEFFab'), Buffer.of(0x61)]), 'utf-8').toString('latin1')).toBe('ab\xff');
    expect(transcode(Buffer.concat([utf16('\uFEFFab'), Buffer.of(0x00, 0xd8)]), 'utf-8').toString('latin1')).toBe(
      'ab\xff',
    );
  });
  test('gives nothing for nothing, and short texts', () => {
    expect(transcode(Buffer.of(), 'utf-8')).toHaveLength(0);
    expect(transcode(Buffer.from('a'), 'utf-8').toString()).toBe('a');
    expect(transcode(utf16('\uFEFF'), 'utf-8')).toHaveLength(0);
  });
});
