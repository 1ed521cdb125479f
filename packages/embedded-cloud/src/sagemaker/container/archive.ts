import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelServer, type ServedProgram, StartError, serveProgram } from '#src/sagemaker/container/server';
import { unpackFile } from '#src/sagemaker/storage/tar';

/**
 * Serves the model of a `model.tar.gz` by a program on this machine, without a cloud: for whoever wants its answers to rows of their own.
 *
 * @param archive the file; it is left where it is
 * @throws StartError when the archive cannot be unpacked or the program does not start to answer
 */
export const serveArchive = async ({
  archive,
  ...served
}: ServedProgram & { readonly archive: string }): Promise<ModelServer> => {
  const model = join(served.directory, 'model');
  await mkdir(model, { recursive: true });
  try {
    await unpackFile(archive, model).catch((error: unknown) => {
      throw new StartError('model-data', `not a tar.gz: ${error instanceof Error ? error.message : String(error)}`);
    });
    return await serveProgram(served);
  } catch (error) {
    await rm(served.directory, { recursive: true, force: true });
    throw error;
  }
};
