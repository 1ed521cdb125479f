import { AwsError } from '../../cloud/service.ts';
import { MAX_PAYLOAD_BYTES } from '../asl.ts';

/** Checks the input of StartExecution. @throws AwsError InvalidExecutionInput, ValidationException for more than 256 KiB */
export function checkInput(input: string): void {
  // The value itself is left out: it may hold personal data.
  if (Buffer.byteLength(input) > MAX_PAYLOAD_BYTES)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${MAX_PAYLOAD_BYTES}`,
    );
  const refuse = (why: string) =>
    new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  if (input.trim() === '') throw refuse('Invalid execution input.');
  try {
    JSON.parse(input);
  } catch {
    throw refuse('the input is not valid JSON');
  }
}
