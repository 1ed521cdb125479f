import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `work` in a new directory and always removes it afterwards: raw rows must not outlive a call. */
export async function withScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A Lambda function has at most 10 GB of disk (AWS Lambda Developer Guide, "Lambda quotas"). */
const mostDisk = 10 * 1024 ** 3;

/** The most bytes that one file may unpack to, so that its rows, and what is made of them, find room on the disk. */
export async function roomFor(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return Math.floor(Math.min(mostDisk, bavail * bsize) * 0.8);
}
