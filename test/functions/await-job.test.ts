import { DescribeTrainingJobCommand, DescribeTransformJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from './support/sagemaker.ts';
import { context, setStage } from './support/stage.ts';

const freshMock = () => mockClient(SageMakerClient);
let mock: ReturnType<typeof freshMock>;
let look: (kind: 'training' | 'transform') => Promise<unknown>;

beforeAll(async () => {
  setStage();
  const { handler } = await import('#functions/await-job');
  look = (kind) => handler({ kind, name: 'job-1' }, context);
});
beforeEach(() => {
  mock = freshMock();
});

type Status = 'Completed' | 'InProgress' | 'Stopping' | 'Failed' | 'Stopped';
const answers = {
  training: (status: Status, reason = {}) =>
    mock
      .on(DescribeTrainingJobCommand, { TrainingJobName: 'job-1' })
      .resolves({ TrainingJobStatus: status, ...reason }),
  transform: (status: Status, reason = {}) =>
    mock
      .on(DescribeTransformJobCommand, { TransformJobName: 'job-1' })
      .resolves({ TransformJobStatus: status, ...reason }),
};

describe.each(['training', 'transform'] as const)('a %s job', (kind) => {
  it('that has completed is done', async () => {
    answers[kind]('Completed');

    expect(await look(kind)).toEqual({ name: 'job-1' });
  });

  it.each(['InProgress', 'Stopping'] as const)('that is %s is looked at again', async (status) => {
    answers[kind](status);

    await expect(look(kind)).rejects.toMatchObject({
      name: 'StillRunningError',
      message: `The ${kind} job job-1 is ${status}.`,
    });
  });

  it('that failed gives the reason', async () => {
    answers[kind]('Failed', { FailureReason: 'AlgorithmError: no label' });

    await expect(look(kind)).rejects.toMatchObject({
      name: 'JobFailedError',
      message: `The ${kind} job job-1 ended as Failed: AlgorithmError: no label`,
    });
  });

  it('that was stopped has failed too', async () => {
    answers[kind]('Stopped');

    await expect(look(kind)).rejects.toMatchObject({
      name: 'JobFailedError',
      message: `The ${kind} job job-1 ended as Stopped.`,
    });
  });

  it('is looked at again when SageMaker throttles', async () => {
    mock.rejects(refusal('Rate exceeded', 'ThrottlingException'));

    await expect(look(kind)).rejects.toMatchObject({ name: 'TransientError' });
  });
});
