import { DescribeTrainingJobCommand, DescribeTransformJobCommand } from '@aws-sdk/client-sagemaker';
import * as z from 'zod';
import { JobFailedError, StillRunningError } from '#domain/errors';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { withMiddleware } from '#functions/runtime/middleware';

const awaitJobSchema = z.object({ kind: z.enum(['training', 'transform']), name: z.string().min(1) });

interface JobState {
  readonly status: string | undefined;
  readonly reason: string | undefined;
}

/** The Describe call of each kind of job. */
const readers: Readonly<Record<z.output<typeof awaitJobSchema>['kind'], (name: string) => Promise<JobState>>> = {
  async training(TrainingJobName) {
    const job = await sageMakerClient().send(new DescribeTrainingJobCommand({ TrainingJobName }));
    return { status: job.TrainingJobStatus, reason: job.FailureReason };
  },
  async transform(TransformJobName) {
    const job = await sageMakerClient().send(new DescribeTransformJobCommand({ TransformJobName }));
    return { status: job.TransformJobStatus, reason: job.FailureReason };
  },
};

/**
 * Checks whether a SageMaker job has completed. The machine waits by retrying this function.
 *
 * @throws StillRunningError while the job runs; JobFailedError with SageMaker's reason when it failed or was stopped
 */
export const handler = withMiddleware(awaitJobSchema, async ({ kind, name }) => {
  const { status, reason } = await readers[kind](name);
  if (status === 'Completed') return { name };
  if (status === 'InProgress' || status === 'Stopping') {
    throw new StillRunningError(`The ${kind} job ${name} is ${status}.`);
  }
  throw new JobFailedError(`The ${kind} job ${name} ended as ${status}${reason ? `: ${reason}` : '.'}`);
});
