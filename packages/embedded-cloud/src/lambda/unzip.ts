import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly offset: number;
  /** Unix permission bits; 0 where the archive has none. */
  readonly mode: number;
}

/** Reads the central directory (PKWARE APPNOTE.TXT 4.3.12); zip64 is not needed below Lambda's 250 MB. */
function readDirectory(zip: Buffer, path: string): Entry[] {
  let end = zip.length - END_BYTES;
  while (end >= 0 && end >= zip.length - END_BYTES - MAX_COMMENT_BYTES && zip.readUInt32LE(end) !== END_OF_DIRECTORY)
    end--;
  if (end < 0 || zip.readUInt32LE(end) !== END_OF_DIRECTORY)
    throw new Error(`${path} is not a zip file. Package the service again.`);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw new Error(`${path} has a broken central directory. Package the service again.`);
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      method: zip.readUInt16LE(at + 10),
      crc: zip.readUInt32LE(at + 16),
      compressedSize: zip.readUInt32LE(at + 20),
      offset: zip.readUInt32LE(at + 42),
      mode: (zip.readUInt32LE(at + 38) >>> 16) & 0o777,
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

async function contentOf(zip: Buffer, entry: Entry, path: string): Promise<Buffer> {
  const start = entry.offset + 30 + zip.readUInt16LE(entry.offset + 26) + zip.readUInt16LE(entry.offset + 28);
  const packed = zip.subarray(start, start + entry.compressedSize);
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw new Error(`${path}: ${entry.name} is compressed by method ${entry.method}; only deflate is known.`);
  const content = entry.method === STORED ? packed : await inflate(packed);
  if (crc32(content) !== entry.crc) throw new Error(`${path}: ${entry.name} is damaged. Package the service again.`);
  return content;
}

/**
 * Unpacks a zip into a folder that appears in one step, whole or not at all.
 * @param zip the archive's bytes
 * @param path where it came from, for messages
 * @throws Error when the archive is damaged or an entry would lie outside the folder
 */
export async function unzip(zip: Buffer, path: string, target: string): Promise<void> {
  const temporary = `${target}.${process.pid}.part`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  for (const entry of readDirectory(zip, path)) {
    const name = normalize(entry.name);
    if (name.startsWith('..') || name.startsWith(sep) || /^[a-z]:/i.test(name))
      throw new Error(`${path}: entry "${entry.name}" lies outside the package.`);
    const file = join(temporary, name);
    if (entry.name.endsWith('/')) {
      await mkdir(file, { recursive: true });
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    await using handle = await open(file, 'w', entry.mode === 0 ? 0o644 : entry.mode | 0o400);
    await handle.writeFile(await contentOf(zip, entry, path));
  }
  await rename(temporary, target);
}
