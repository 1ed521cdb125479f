/** A model file that cannot be explained. The message says why, with no text of the file. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}
