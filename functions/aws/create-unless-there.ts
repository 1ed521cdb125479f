import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';

const isThere = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /already exist/i.test(error.message);

/**
 * Creates a SageMaker resource unless an earlier attempt or another execution already did. The name identifies the resource.
 * It calls Create only after Describe reports it missing. Losing a race to create is not a failure.
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
