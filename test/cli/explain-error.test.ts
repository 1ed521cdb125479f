import { SageMakerServiceException } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { explainError } from '../../cli/explain-error.ts';
import { CliError } from '../../cli/output.ts';

describe('explaining errors on the command line', () => {
  it('keeps the message and exit code of an error of its own', () => {
    expect(explainError(new CliError('No run yet.', 3))).toEqual({ message: 'No run yet.', exitCode: 3 });
  });

  it('passes on the words of a service that refused', () => {
    const refused = new SageMakerServiceException({
      name: 'ValidationException',
      message: 'no such package',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });

    expect(explainError(refused)).toEqual({ message: 'ValidationException: no such package', exitCode: 1 });
  });

  it('says what to do when nobody listens any more', () => {
    const gone = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4566'), { code: 'ECONNREFUSED' });

    expect(explainError(gone)?.message).toContain('npx tidegate up');
  });

  it('leaves a defect to its stack', () => {
    expect(explainError(new TypeError('x is undefined'))).toBeUndefined();
    expect(explainError('text')).toBeUndefined();
  });
});
