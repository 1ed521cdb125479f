import { expect, it } from 'vitest';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';

const refusal = (name: string, message: string) => Object.assign(new Error(message), { name });

it.each([
  ['ValidationException', 'Could not find endpoint "arn:aws:sagemaker:…".', true],
  ['ValidationException', 'ModelPackageGroup loan does not exist.', true],
  ['ValidationException', 'Requested resource not found.', true],
  ['ResourceNotFound', 'anything', true],
  ['ResourceNotFoundException', 'anything', true],
  ['ValidationException', '1 validation error detected', false],
  ['AccessDeniedException', 'Could not find a policy that allows it', false],
  ['ThrottlingException', 'Rate exceeded', false],
])('%s "%s" means missing: %s', (name, message, missing) => {
  expect(isSageMakerMissing(refusal(name, message))).toBe(missing);
});

it('takes nothing for missing that is no error', () => {
  expect(isSageMakerMissing('ResourceNotFound')).toBe(false);
});
