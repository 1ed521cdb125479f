import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '#src/cloud/service';
import { FakeCloud, type ForeignServices, until } from './support/fake-cloud.ts';

let cloud: FakeCloud;
afterEach(() => cloud.close());

/** The jobs beside training jobs (see `integrations.test.ts`): by the noun in its API's names; the kind in its ARN; the end of the managed rule's name. */
const kinds = [
  ['TransformJob', 'transform-job', 'TransformJobs'],
  ['ProcessingJob', 'processing-job', 'ProcessingJobs'],
  ['HyperParameterTuningJob', 'hyper-parameter-tuning-job', 'TuningJobs'],
] as const;

/** SageMaker with one job that has a status at each description, the last one for good. */
const jobOf = (noun: string, kind: string, statuses: string[]): ForeignServices => {
  let asked = 0;
  return ({ service, operation }) => {
    if (service === 'events' && operation === 'DescribeRule')
      throw new AwsError('ResourceNotFoundException', 'no such rule');
    if (operation === `Create${noun}`)
      return { [`${noun}Arn`]: `arn:aws:sagemaker:eu-central-1:123456789012:${kind}/job-1` };
    if (operation !== `Describe${noun}`) return {};
    const status = statuses[Math.min(asked, statuses.length - 1)];
    asked += 1;
    return { [`${noun}Name`]: 'job-1', [`${noun}Status`]: status, CreationTime: 1_700_000_000 };
  };
};
const machine = (noun: string) => ({
  T: {
    Type: 'Task',
    Resource: `arn:aws:states:::sagemaker:create${noun}.sync`,
    Arguments: { [`${noun}Name`]: 'job-1' },
    End: true,
  },
});
const calls = () => cloud.foreignCalls.map(({ service, operation }) => `${service}:${operation}`);

describe.each(kinds)('waiting for a %s', (noun, kind, rule) => {
  it('creates it, describes it until it has ended, and gives its description', async () => {
    cloud = await FakeCloud.start(jobOf(noun, kind, ['InProgress', 'Completed']));
    const { status, output } = await cloud.run(machine(noun));

    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output ?? '')).toMatchObject({ [`${noun}Name`]: 'job-1', [`${noun}Status`]: 'Completed' });
    expect(calls().slice(-3)).toEqual([
      `sagemaker:Create${noun}`,
      `sagemaker:Describe${noun}`,
      `sagemaker:Describe${noun}`,
    ]);
    const put = cloud.foreignCalls.find(({ operation }) => operation === 'PutRule');
    expect(put?.input['Name']).toBe(`StepFunctionsGetEventsForSageMaker${rule}Rule`);
  });

  it('fails with its description when it failed', async () => {
    cloud = await FakeCloud.start(jobOf(noun, kind, ['Failed']));
    const { error, cause } = await cloud.run(machine(noun));

    expect(error).toBe('States.TaskFailed');
    expect(JSON.parse(cause ?? '')).toMatchObject({ [`${noun}Status`]: 'Failed' });
  });

  it('stops it when the execution is aborted', async () => {
    cloud = await FakeCloud.start(jobOf(noun, kind, ['InProgress']));
    const executionArn = await cloud.begin(await cloud.machine('m', machine(noun)));
    await until(() => calls().includes(`sagemaker:Describe${noun}`) || undefined);
    await cloud.client.send(new StopExecutionCommand({ executionArn }));

    const stop = await until(() => cloud.foreignCalls.find(({ operation }) => operation === `Stop${noun}`));
    expect(stop.input).toEqual({ [`${noun}Name`]: 'job-1' });
  });
});
