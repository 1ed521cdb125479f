import { NotFoundError } from '#domain/errors';

/** What a read finds; undefined when nothing is there. */
export async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
