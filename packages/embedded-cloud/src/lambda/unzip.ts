import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';

const again = 'Package the service again.';

async function contentOf(zip: ZipFile, entry: Entry, path: string): Promise<Buffer> {
  try {
    const content = await buffer(await zip.openReadStreamPromise(entry));
    // yauzl leaves the checksum to its caller.
    if (crc32(content) !== entry.crc32) throw new Error('the checksum differs');
    return content;
  } catch (cause) {
    throw new Error(`${path}: ${entry.fileName} is damaged. ${again}`, { cause });
  }
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
  const archive = await fromBufferPromise(zip, { lazyEntries: true }).catch((cause: unknown) => {
    throw new Error(`${path} is not a zip file. ${again}`, { cause });
  });
  // yauzl refuses names that are absolute or lead upwards.
  for await (const entry of archive.eachEntry()) {
    const file = join(temporary, entry.fileName);
    if (entry.fileName.endsWith('/')) {
      await mkdir(file, { recursive: true });
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    const mode = (entry.externalFileAttributes >>> 16) & 0o777;
    await using handle = await open(file, 'w', mode === 0 ? 0o644 : mode | 0o400);
    await handle.writeFile(await contentOf(archive, entry, path));
  }
  await rename(temporary, target);
}
