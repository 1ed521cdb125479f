/**
 * Whether SageMaker reports that a resource does not exist. Describe calls return `ValidationException: Could not find …` for most
 * resources and `ResourceNotFound` for some.
 */
export function isSageMakerMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ResourceNotFound' || error.name === 'ResourceNotFoundException') return true;
  return error.name === 'ValidationException' && /could not find|does not exist|not found/i.test(error.message);
}
