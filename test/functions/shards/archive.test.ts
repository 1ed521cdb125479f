import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Compression, compressionOf, readArchive } from '#functions/shards/archive';

const folder = mkdtempSync(join(tmpdir(), 'archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The bytes of an archive, or the message of its refusal. */
async function read(bytes: Uint8Array, compression: Compression, mostBytes = 1e9): Promise<string> {
  const path = join(folder, 'archive');
  writeFileSync(path, bytes);
  const parts: Uint8Array[] = [];
  try {
    for await (const chunk of readArchive({ name: 'file 1 of the drop', path, compression, mostBytes }))
      parts.push(chunk);
  } catch (error) {
    return (error as Error).message;
  }
  return Buffer.concat(parts).toString();
}

const text = Array.from({ length: 300 }, (_, i) => `${i},${(i * 7919) % 1000},x\n`).join('');
const refused =
  /^Cannot read file 1 of the drop: (it is (cut off|damaged|not (gzip|zstd))|its (gzip|zstd) data end at byte)/;

describe.each([
  ['gzip', (part: string) => gzipSync(part)],
  ['zstd', (part: string) => zstdCompressSync(part)],
] as const)('an archive of %s', (compression, pack) => {
  const parts = [text.slice(0, 1000), text.slice(1000, 1500), text.slice(1500)];
  const members = parts.map(pack);
  const ends = members.map((_, i) => members.slice(0, i + 1).reduce((sum, m) => sum + m.length, 0));
  const whole = Buffer.concat(members);

  test('of several members is read whole', async () => {
    expect(await read(whole, compression)).toBe(text);
    expect(await read(pack(text), compression)).toBe(text);
    expect(await read(pack(''), compression)).toBe('');
  });
  test('that is cut off is refused by name, wherever it is cut', async () => {
    for (let cut = 1; cut < whole.length; cut += ends.includes(cut + 10) ? 1 : 10) {
      // what is cut between two members is a whole archive
      if (!ends.includes(cut)) expect(await read(whole.subarray(0, cut), compression)).toMatch(refused);
    }
    for (const end of ends)
      for (const cut of [end - 1, end + 1].filter((at) => at < whole.length))
        expect(await read(whole.subarray(0, cut), compression)).toMatch(refused);
  });
  test('with something after its end is refused, unless it is filled up with zeros', async () => {
    for (const after of ['garbage', '\0garbage', '\x1f\x8b', '\0\0\x1f\x8b'])
      expect(await read(Buffer.concat([whole, Buffer.from(after, 'latin1')]), compression)).toMatch(refused);
    const filled = await read(Buffer.concat([whole, Buffer.alloc(2000)]), compression);
    if (compression === 'gzip') expect(filled).toBe(text);
    else expect(filled).toMatch(refused);
  });
  test('that is damaged is called damaged, however small it is', async () => {
    const broken = Buffer.from(whole);
    broken.fill(0xaa, 20, 60);
    expect(await read(broken, compression)).toMatch('it is damaged');
  });
  test('that is followed by something else is told where it ends, however small it is', async () => {
    const small = pack('y,a\n');
    for (const [before, after] of [
      [small, '1,2\n'],
      [whole, '1,2\n'],
      [small, 'x'.repeat(2_000_000)],
    ] as const)
      expect(await read(Buffer.concat([before, Buffer.from(after)]), compression)).toBe(
        `Cannot read file 1 of the drop: its ${compression} data end at byte ${before.length.toLocaleString('en')} of ` +
          `${(before.length + after.length).toLocaleString('en')}, and what follows is not ${compression}. ` +
          'Compress all of it, or leave out what follows, and drop it again.',
      );
  });
  test('whose data are damaged is not told to be followed by something else', async () => {
    const broken = Buffer.concat([whole, Buffer.from('1,2\n')]);
    broken.fill(0xaa, 20, 60);
    expect(await read(broken, compression)).toMatch('it is damaged');
  });
  test('that unpacks to more than the disk holds is refused', async () => {
    expect(await read(pack('x'.repeat(5_000_000)), compression, 4_000_000)).toBe(
      'Cannot read file 1 of the drop: it unpacks to more than 4 MB, for which the disk has no room. Drop smaller files.',
    );
  });
  test('is told from a file that only has its name, and from one without it', async () => {
    expect(await read(Buffer.from('y,a,b\n1,2,3\n'), compression)).toMatch(`it is not ${compression}, though`);
    expect(await read(whole, 'none')).toMatch(`it is ${compression}, though its name does not end in`);
  });
});

describe('a frame of zstd without a checksum', () => {
  /** The positions at which its blocks end (RFC 8878, 3.1.1). */
  const blockEnds = (frame: Buffer): number[] => {
    const ends = [9];
    for (let at = 9, last = 0; last === 0; ) {
      const head = frame.readUIntLE(at, 3);
      last = head & 1;
      at += 3 + ((head >> 1) % 4 === 1 ? 1 : head >> 3);
      ends.push(at);
    }
    return ends;
  };
  test('that is cut between two blocks is cut off, also where a chunk ends', async () => {
    let state = 1;
    const noise = Buffer.alloc(1 << 21).map(() => {
      state = (state * 48271) % 2147483647;
      return state & 0xff;
    });
    const frame = zstdCompressSync(noise);
    const ends = blockEnds(frame);
    expect(ends.at(-1)).toBe(frame.length);
    for (const cut of [...ends.slice(0, -1), 1 << 20, 1 << 21])
      expect(await read(frame.subarray(0, cut), 'zstd')).toMatch('it is cut off before its end');
  });
});

test.each([
  ['a workbook of Excel or a ZIP archive', 'PK\x03\x04…'],
  ['an old workbook of Excel', '\xd0\xcf\x11\xe0…'],
  ['Parquet', 'PAR1\x15\x04…'],
  ['bzip2', 'BZh91AY…'],
  ['xz', '\xfd7zXZ\0…'],
])('%s is not read as text', async (what, start) => {
  expect(await read(Buffer.from(start, 'latin1'), 'none')).toMatch(`it is ${what}. Write it as the pipeline's`);
});

test.each(['PAR1,x\n1,2\n', 'PK,x\n1,2\n', 'BZ,x\n'])(
  'a text that starts as another file does is a text: %j',
  async (table) => {
    expect(await read(Buffer.from(table), 'none')).toBe(table);
  },
);

test('gzip with a flipped byte is refused by name, or gives the same bytes', async () => {
  const whole = Buffer.concat([gzipSync(text.slice(0, 2000)), gzipSync(text.slice(2000))]);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ mask;
      const found = await read(bytes, 'gzip');
      // times, names and the like in a member's head are not checked, and say nothing of the data
      if (found !== text) expect(found).toMatch(refused);
    }),
    { numRuns: 150 },
  );
});

test('gzip with every part of a header is told where it ends', async () => {
  const plain = gzipSync(text);
  const header = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, 97, 0, 98, 99, 0]);
  const check = Buffer.alloc(2);
  check.writeUInt16LE(crc32(header) & 0xffff);
  const full = Buffer.concat([header, check, plain.subarray(10)]);
  expect(await read(full, 'gzip')).toBe(text);
  for (const after of ['x', '1,2\n', 'x'.repeat(300_000)])
    expect(await read(Buffer.concat([plain, full, Buffer.from(after)]), 'gzip')).toMatch(
      `end at byte ${(plain.length + full.length).toLocaleString('en')} of`,
    );
  // the first byte of a member
  expect(await read(Buffer.concat([plain, full, Buffer.from([0x1f])]), 'gzip')).toMatch('it is cut off');
});

test('the compression is known by the ending of the name', () => {
  expect(['a.csv', 'a.CSV.GZ', 'a.jsonl.zst', 'zst'].map(compressionOf)).toEqual(['none', 'gzip', 'zstd', 'none']);
});
