import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as stream } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';

/** A larger model is read by no function: its unpacked file is kept in memory. */
export const mostModelBytes = 1e9;

/**
 * Unpacks the model's file out of the artifact of a training job.
 *
 * @param archive path of the artifact (tar.gz)
 * @param directory where the file goes
 * @param modelFile its name in the artifact
 * @returns its path; undefined when it is larger than `mostModelBytes`
 * @throws an error of the file system when the artifact has no such file
 */
export async function unpackModel(archive: string, directory: string, modelFile: string): Promise<string | undefined> {
  if ((await stat(archive)).size > mostModelBytes) return undefined;
  const unpack = unpackTar(directory, {
    strict: true,
    filter: ({ name, type }) => type === 'file' && name === modelFile,
  });
  await stream(createReadStream(archive), createGunzip(), unpack);
  const file = join(directory, modelFile);
  return (await stat(file)).size > mostModelBytes ? undefined : file;
}
