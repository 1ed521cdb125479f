import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '#src/cloud/service';
import { FakeCloud, type ForeignServices, FunctionFailure, until } from './support/fake-cloud.ts';

let cloud: FakeCloud;
afterEach(() => cloud.close());

const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:work';
const task = (Resource: string, Arguments: unknown, more: object = {}) => ({
  T: { Type: 'Task', Resource, Arguments, End: true, ...more },
});
const trainingJobArn = 'arn:aws:sagemaker:eu-central-1:123456789012:training-job/job-1';

/** SageMaker with one training job that has a status at each description, the last one for good. */
const trainingJobs = (statuses: string[], more: object = {}): ForeignServices => {
  let asked = 0;
  return ({ service, operation }) => {
    if (service === 'events' && operation === 'DescribeRule')
      throw new AwsError('ResourceNotFoundException', 'no such rule');
    if (operation === 'CreateTrainingJob') return { TrainingJobArn: trainingJobArn };
    if (operation !== 'DescribeTrainingJob') return {};
    const TrainingJobStatus = statuses[Math.min(asked, statuses.length - 1)];
    asked += 1;
    return { TrainingJobName: 'job-1', TrainingJobStatus, CreationTime: 1_700_000_000, ...more };
  };
};
const operations = () => cloud.foreignCalls.map(({ service, operation }) => `${service}:${operation}`);

describe('Lambda', () => {
  it('runs a function by its ARN and passes on its result', async () => {
    cloud = await FakeCloud.start(({ input }) => ({ got: input['Payload'] }));
    expect((await cloud.run(task(functionArn, { a: '{% $states.input.n %}' }), { n: 1 })).output).toBe(
      '{"got":{"a":1}}',
    );
  });

  it('returns the whole response of lambda:invoke', async () => {
    cloud = await FakeCloud.start(() => ({ ok: true }));
    const { output } = await cloud.run(task('arn:aws:states:::lambda:invoke', { FunctionName: 'work', Payload: {} }));
    expect(JSON.parse(output ?? '')).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { ok: true },
      StatusCode: 200,
      SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { 'x-amzn-requestid': 'request' } },
      SdkResponseMetadata: { RequestId: 'request' },
    });
  });

  it('reports what a function throws by its errorType, with the payload as cause', async () => {
    const payload = { errorType: 'TransientError', errorMessage: 'later', trace: [] };
    cloud = await FakeCloud.start(() => new FunctionFailure(payload));
    expect(await cloud.run(task(functionArn, {}))).toMatchObject({
      status: 'FAILED',
      error: 'TransientError',
      cause: JSON.stringify(payload),
    });
  });

  it.each([
    ['TooManyRequestsException', 429, 'Lambda.TooManyRequestsException'],
    ['ServiceException', 500, 'Lambda.ServiceException'],
    ['AccessDeniedException', 403, 'Lambda.AWSLambdaException'],
  ])('reports %s as %s', async (code, status, error) => {
    cloud = await FakeCloud.start(() => {
      throw new AwsError(code, 'no', status);
    });
    const ended = await cloud.run(task(functionArn, {}));
    expect(ended).toMatchObject({ error });
    expect(ended.cause).toBe(
      `no (Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: ${/Request ID: (\w+)/.exec(ended.cause ?? '')?.[1]}; Proxy: null)`,
    );
  });
});

describe('SageMaker jobs', () => {
  const train = task('arn:aws:states:::sagemaker:createTrainingJob.sync', { TrainingJobName: 'job-1' });

  it('are submitted once, waited for, and give their description', async () => {
    cloud = await FakeCloud.start(trainingJobs(['InProgress', 'Completed']));
    const ended = await cloud.run(train);
    expect(JSON.parse(ended.output ?? '')).toMatchObject({
      TrainingJobStatus: 'Completed',
      CreationTime: 1_700_000_000_000,
    });
    expect(operations()).toEqual([
      'events:DescribeRule',
      'events:PutRule',
      'events:PutTargets',
      'sagemaker:CreateTrainingJob',
      'sagemaker:DescribeTrainingJob',
      'sagemaker:DescribeTrainingJob',
    ]);
    expect(cloud.foreignCalls[1]?.input).toMatchObject({ Name: 'StepFunctionsGetEventsForSageMakerTrainingJobsRule' });
    const submitted = (await cloud.history(ended.executionArn ?? '')).find(({ type }) => type === 'TaskSubmitted');
    expect(JSON.parse(submitted?.taskSubmittedEventDetails?.output ?? '')).toMatchObject({
      TrainingJobArn: trainingJobArn,
    });
  });

  it('fail the task with States.TaskFailed and their description', async () => {
    cloud = await FakeCloud.start(trainingJobs(['Failed'], { FailureReason: 'AlgorithmError: bad labels' }));
    const ended = await cloud.run(train);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(ended.cause ?? '')).toMatchObject({ FailureReason: 'AlgorithmError: bad labels' });
  });

  it('are stopped when the execution is', async () => {
    cloud = await FakeCloud.start(trainingJobs(['InProgress']));
    const executionArn = await cloud.begin(await cloud.machine('m', train));
    await until(() => operations().includes('sagemaker:DescribeTrainingJob') || undefined);
    await cloud.client.send(new StopExecutionCommand({ executionArn }));
    const stop = await until(() => cloud.foreignCalls.find(({ operation }) => operation === 'StopTrainingJob'));
    expect(stop.input).toEqual({ TrainingJobName: 'job-1' });
  });

  it('are stopped when the task times out', async () => {
    cloud = await FakeCloud.start(trainingJobs(['InProgress']));
    const ended = await cloud.run(
      task('arn:aws:states:::sagemaker:createTrainingJob.sync', { TrainingJobName: 'job-1' }, { TimeoutSeconds: 1 }),
    );
    expect(ended).toMatchObject({ error: 'States.Timeout' });
    await until(() => operations().includes('sagemaker:StopTrainingJob') || undefined);
  });

  it.each(['PutRule', 'PutTargets', 'DescribeRule'])(
    'are not submitted when the role may not %s',
    async (operation) => {
      const allow = (wanted: { action: string }) => wanted.action !== `events:${operation}`;
      cloud = await FakeCloud.start(trainingJobs(['Completed']), { allow });
      expect(await cloud.run(train)).toMatchObject({
        status: 'FAILED',
        error: 'EventBridge.AmazonEventBridgeException',
      });
      expect(operations()).not.toContain('sagemaker:CreateTrainingJob');
    },
  );

  it.each([
    ['ResourceInUse', 'SageMaker.ResourceInUseException'],
    ['ResourceLimitExceeded', 'SageMaker.ResourceLimitExceededException'],
    ['ThrottlingException', 'SageMaker.ThrottlingException'],
    ['ValidationException', 'SageMaker.AmazonSageMakerException'],
  ])('report %s at submission as %s', async (code, error) => {
    cloud = await FakeCloud.start(({ operation }) => {
      if (operation === 'CreateTrainingJob') throw new AwsError(code, 'no');
    });
    expect(await cloud.run(train)).toMatchObject({ error });
  });

  it('are described again after a throttled call', async () => {
    let asked = 0;
    const jobs = trainingJobs(['Completed']);
    cloud = await FakeCloud.start((call) => {
      if (call.operation === 'DescribeTrainingJob' && asked++ === 0)
        throw new AwsError('ThrottlingException', 'slow down');
      return jobs(call);
    });
    expect(await cloud.run(train)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('nested executions', () => {
  const call = (pattern: string, StateMachineArn: string) =>
    task(`arn:aws:states:::states:startExecution${pattern}`, { StateMachineArn, Name: 'child', Input: { n: 2 } });

  it.each([
    ['.sync:2', { double: 4 }],
    ['.sync', '{"double":4}'],
  ])('with %s give the output as %j', async (pattern, output) => {
    cloud = await FakeCloud.start();
    const child = await cloud.machine('child', {
      P: { Type: 'Pass', Output: { double: '{% $states.input.n * 2 %}' }, End: true },
    });
    const ended = await cloud.run(call(pattern, child));
    expect(JSON.parse(ended.output ?? '')).toMatchObject({ Name: 'child', Status: 'SUCCEEDED', Output: output });
  });

  it('hand the failure of the child on', async () => {
    cloud = await FakeCloud.start();
    const child = await cloud.machine('child', { F: { Type: 'Fail', Error: 'Inner', Cause: 'reason' } });
    const ended = await cloud.run(call('.sync:2', child));
    expect(ended.error).toBe('States.TaskFailed');
    expect(JSON.parse(ended.cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'Inner', Cause: 'reason' });
  });

  it('report a machine that does not exist', async () => {
    cloud = await FakeCloud.start();
    const ended = await cloud.run(call('', 'arn:aws:states:eu-central-1:123456789012:stateMachine:none'));
    expect(ended).toMatchObject({ error: 'StepFunctions.StateMachineDoesNotExistException' });
  });
});

describe('aws-sdk integrations', () => {
  it.each([
    ['ResourceNotFound', 'SageMaker.ResourceNotFoundException'],
    ['ValidationException', 'SageMaker.SageMakerException'],
  ])('name the error %s %s', async (code, error) => {
    cloud = await FakeCloud.start(() => {
      throw new AwsError(code, 'Could not find it');
    });
    const ended = await cloud.run(task('arn:aws:states:::aws-sdk:sagemaker:describeEndpoint', { EndpointName: 'e' }));
    expect(ended).toMatchObject({
      error,
      cause: expect.stringMatching(/^Could not find it \(Service: SageMaker, Status Code: 400, Request ID: \w+\)$/),
    });
  });

  it('show times as ISO 8601 and members in PascalCase', async () => {
    cloud = await FakeCloud.start();
    const stateMachineArn = await cloud.machine('other', { P: { Type: 'Pass', End: true } });
    const { output } = await cloud.run(
      task('arn:aws:states:::aws-sdk:sfn:describeStateMachine', { StateMachineArn: stateMachineArn }),
    );
    expect(JSON.parse(output ?? '')).toMatchObject({
      Name: 'other',
      CreationDate: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('end the execution for a service the interpreter does not know', async () => {
    cloud = await FakeCloud.start();
    expect(await cloud.run(task('arn:aws:states:::aws-sdk:glue:startJobRun', {}))).toMatchObject({
      error: 'States.Runtime',
      cause: expect.stringContaining('does not know the service glue'),
    });
  });
});

describe('the role of the machine', () => {
  it('fails every task when Step Functions may not assume it', async () => {
    cloud = await FakeCloud.start();
    cloud.refusal = 'the trust policy names no states.amazonaws.com';
    expect(await cloud.run(task(functionArn, {}))).toMatchObject({
      error: 'States.Permissions',
      cause: 'the trust policy names no states.amazonaws.com',
    });
  });

  it('is assumed by Step Functions in the name of the execution', async () => {
    cloud = await FakeCloud.start();
    await cloud.end(await cloud.begin(await cloud.machine('m', task(functionArn, {})), {}, 'run-ü'));
    const machineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:m';
    expect(cloud.assumed).toEqual([
      ['arn:aws:iam::123456789012:role/machine', 'run--', 'states.amazonaws.com', machineArn],
    ]);
  });
});
