import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';

/** Bits of a member's flags (RFC 1952, 2.3.1). */
const flags = { headerCheck: 2, extra: 4, name: 8, comment: 16 };
/** The longest extra field, name and comment that are looked for. */
const longestHeader = 1 << 17;
const trailerBytes = 8;

/** Number of bytes of a member's header; undefined where none begins (RFC 1952, 2.3). */
function headerBytes(bytes: Uint8Array): number | undefined {
  const [first, second, method, own = 0] = bytes;
  if (first !== 0x1f || second !== 0x8b || method !== 8) return undefined;
  let length = 10;
  if (own & flags.extra) length += 2 + (bytes[length] ?? 0) + 256 * (bytes[length + 1] ?? 0);
  for (const text of [flags.name, flags.comment]) {
    if ((own & text) === 0) continue;
    const end = bytes.indexOf(0, length);
    if (end < 0) return undefined;
    length = end + 1;
  }
  return own & flags.headerCheck ? length + 2 : length;
}

async function readAt(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Number of bytes of deflated data from a position on. @throws zlib's error when they are damaged or cut off */
async function deflatedBytes(path: string, start: number): Promise<number> {
  const file = createReadStream(path, { start });
  const inflate = createInflateRaw();
  file.once('error', (error) => inflate.destroy(error));
  try {
    for await (const _ of file.pipe(inflate)) {
      // only where they end is wanted
    }
    return inflate.bytesWritten;
  } finally {
    file.destroy();
  }
}

/**
 * Where the whole members of a gzip file end: the position of the first byte that begins no member. zlib does not tell it when
 * something else follows.
 *
 * @throws zlib's error when a member is damaged or cut off
 */
export async function gzipEnd(path: string): Promise<number> {
  let position = 0;
  for (;;) {
    const header = headerBytes(await readAt(path, position, longestHeader));
    if (header === undefined) return position;
    position += header + (await deflatedBytes(path, position + header)) + trailerBytes;
  }
}
