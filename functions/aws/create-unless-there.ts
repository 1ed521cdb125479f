import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';

const isThere = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /already exist/i.test(error.message);

/**
 * Makes a SageMaker resource whose name settles what it is, unless an earlier attempt or another execution made it already.
 * Creating is tried only after describing said that it is missing, and losing a race to create is no failure.
 */
export async function createUnlessThere(
  describe: () => Promise<unknown>,
  create: () => Promise<unknown>,
): Promise<void> {
  try {
    await describe();
    return;
  } catch (error) {
    if (!isSageMakerMissing(error)) throw error;
  }
  try {
    await create();
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}
