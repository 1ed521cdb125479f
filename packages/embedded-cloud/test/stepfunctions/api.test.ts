import {
  CreateStateMachineCommand,
  type CreateStateMachineCommandInput,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeCloud } from './support/fake-cloud.ts';

/** Behaviour recorded from AWS: LocalStack's public tests that were validated against it (Apache-2.0). */
const pass = { Type: 'Pass', End: true };
const arn = (rest: string) => `arn:aws:states:eu-central-1:123456789012:${rest}`;
let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await FakeCloud.start();
});
afterEach(() => cloud.close());

describe('a malformed ARN is InvalidArn', () => {
  const calls: readonly (readonly [string, string, (given: string) => Promise<unknown>])[] = [
    [
      'DescribeStateMachine',
      'execution:m:e',
      (stateMachineArn) => cloud.client.send(new DescribeStateMachineCommand({ stateMachineArn })),
    ],
    [
      'DeleteStateMachine',
      'execution:m:e',
      (stateMachineArn) => cloud.client.send(new DeleteStateMachineCommand({ stateMachineArn })),
    ],
    [
      'StartExecution',
      'execution:m:e',
      (stateMachineArn) => cloud.client.send(new StartExecutionCommand({ stateMachineArn })),
    ],
    [
      'ListExecutions',
      'activity:a',
      (stateMachineArn) => cloud.client.send(new ListExecutionsCommand({ stateMachineArn })),
    ],
    [
      'DescribeExecution',
      'stateMachine:m',
      (executionArn) => cloud.client.send(new DescribeExecutionCommand({ executionArn })),
    ],
    [
      'GetExecutionHistory',
      'stateMachine:m',
      (executionArn) => cloud.client.send(new GetExecutionHistoryCommand({ executionArn })),
    ],
    [
      'StopExecution',
      'stateMachine:m',
      (executionArn) => cloud.client.send(new StopExecutionCommand({ executionArn })),
    ],
    ['DescribeMapRun', 'stateMachine:m', (mapRunArn) => cloud.client.send(new DescribeMapRunCommand({ mapRunArn }))],
  ];

  it.each(calls)('in %s', async (_, otherKind, call) => {
    await expect(call('not_an_arn')).rejects.toMatchObject({
      name: 'InvalidArn',
      message: "Invalid Arn: 'Invalid ARN prefix: not_an_arn'",
    });
    for (const given of ['arn:aws:states', 'arn:aws:s3:::bucket', arn(otherKind)])
      await expect(call(given)).rejects.toMatchObject({ name: 'InvalidArn' });
  });
});

describe('lists refuse what AWS does not know', () => {
  it('a status in another case', async () => {
    const stateMachineArn = await cloud.machine('m', { A: pass });
    await expect(
      cloud.client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'succeeded' as never })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
    });
    for (const filter of [
      { statusFilter: 'PENDING_REDRIVE' },
      { redriveFilter: 'REDRIVEN' },
      { mapRunArn: arn('mapRun:m/a:b') },
    ] as const) {
      await expect(cloud.client.send(new ListExecutionsCommand({ stateMachineArn, ...filter }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
  });

  it('more than a thousand results', async () => {
    await expect(cloud.client.send(new ListStateMachinesCommand({ maxResults: 1001 }))).rejects.toThrow(
      "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    );
  });
});

describe('an execution', () => {
  it('takes 256 KiB of input and no more', async () => {
    const stateMachineArn = await cloud.machine('m', { A: { ...pass, Output: 1 } });
    const start = (length: number) =>
      cloud.client.send(new StartExecutionCommand({ stateMachineArn, input: `"${'ü'.repeat(length / 2 - 1)}"` }));
    await cloud.end((await start(262_144)).executionArn ?? '');
    const refused = await start(262_146).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'ValidationException', message: expect.stringContaining('262144') });
    expect(String(refused)).not.toContain('ü');
  });

  it.each([
    ['', "Invalid State Machine Execution Input: 'Invalid execution input.'"],
    ['not json', "Invalid State Machine Execution Input: 'the input is not valid JSON'"],
  ])('needs JSON, not "%s"', async (input, message) => {
    const stateMachineArn = await cloud.machine('m', { A: pass });
    await expect(cloud.client.send(new StartExecutionCommand({ stateMachineArn, input }))).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
      message,
    });
  });

  it('is the same when its name and the value of its input are', async () => {
    const stateMachineArn = await cloud.machine('m', { W: { Type: 'Wait', Seconds: 1000, End: true } });
    const start = (input: string) =>
      cloud.client.send(new StartExecutionCommand({ stateMachineArn, name: 'n', input }));
    const first = await start('{"a": 1, "b": [2]}');
    expect((await start('{"b":[2],"a":1}')).executionArn).toBe(first.executionArn);
    await expect(start('{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it('that is stopped in a Wait has no event of the Wait, and no previous one at its end', async () => {
    const executionArn = await cloud.begin(await cloud.machine('m', { W: { Type: 'Wait', Seconds: 1000, End: true } }));
    await cloud.client.send(new StopExecutionCommand({ executionArn }));
    expect(
      (await cloud.history(executionArn)).map(({ id, previousEventId, type }) => [id, previousEventId, type]),
    ).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'WaitStateEntered'],
      [3, 0, 'ExecutionAborted'],
    ]);
  });

  it('is redriven once for one token', async () => {
    const executionArn = await cloud.begin(await cloud.machine('m', { F: { Type: 'Fail', Error: 'E' } }));
    await cloud.end(executionArn);
    const redrive = (clientToken: string) =>
      cloud.client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
    const first = await redrive('token');
    await cloud.end(executionArn);
    expect((await redrive('token')).redriveDate).toEqual(first.redriveDate);
    expect((await cloud.describe(executionArn)).redriveCount).toBe(1);
    await redrive('other');
    await cloud.end(executionArn);
    expect((await cloud.describe(executionArn)).redriveCount).toBe(2);
  });

  it.each([
    [{ error: 'e'.repeat(257) }, 256],
    [{ cause: 'c'.repeat(32_769) }, 32_768],
  ])('is not stopped with an error or cause that is too long', async (more, limit) => {
    const executionArn = await cloud.begin(await cloud.machine('m', { W: { Type: 'Wait', Seconds: 1000, End: true } }));
    const stop = cloud.client.send(new StopExecutionCommand({ executionArn, ...more }));
    await expect(stop).rejects.toThrow(`Member must have length less than or equal to ${limit}`);
    await expect(
      cloud.client.send(new SendTaskFailureCommand({ taskToken: 'unknown', ...more })),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
  });
});

describe('a state machine', () => {
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: pass } });
  const roleArn = 'arn:aws:iam::123456789012:role/machine';
  const create = (more: Partial<CreateStateMachineCommandInput> = {}) =>
    cloud.client.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn, ...more }));
  const destination = {
    cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:eu-central-1:123456789012:log-group:g:*' },
  };

  it('is the same with another role, and another one with another definition text, type or logging', async () => {
    const { stateMachineArn } = await create();
    expect(await create({ roleArn: `${roleArn}2` })).toMatchObject({ stateMachineArn });
    expect((await cloud.client.send(new DescribeStateMachineCommand({ stateMachineArn }))).roleArn).toBe(roleArn);
    for (const more of [
      { definition: `${definition} ` },
      { type: 'EXPRESS' as const },
      { loggingConfiguration: { level: 'ALL' as const, destinations: [destination] } },
      { tracingConfiguration: { enabled: true } },
    ]) {
      await expect(create(more)).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
    }
  });

  it.each([
    [{ loggingConfiguration: { level: 'ALL' as const } }, 'InvalidLoggingConfiguration'],
    [{ encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY' as const } }, 'InvalidEncryptionConfiguration'],
    [{ type: 'standard' as never }, 'ValidationException'],
  ])('is refused with %j', async (more, name) => {
    await expect(create(more)).rejects.toMatchObject({ name });
  });

  it('is described without its definition on request', async () => {
    const { stateMachineArn } = await create();
    const command = new DescribeStateMachineCommand({ stateMachineArn, includedData: 'METADATA_ONLY' });
    expect(await cloud.client.send(command)).toMatchObject({ name: 'm', roleArn });
    expect((await cloud.client.send(command)).definition).toBeUndefined();
  });

  it('is changed by a request that changes something', async () => {
    const { stateMachineArn } = await create();
    await expect(cloud.client.send(new UpdateStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'MissingRequiredParameter',
      message:
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    });
  });

  it('of type EXPRESS waits for no job and no token', async () => {
    const task = (Resource: string) => ({ Type: 'Task', Resource, Arguments: {}, End: true });
    const states = {
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'T', States: { T: task('arn:aws:states:::sqs:sendMessage.waitForTaskToken') } }],
        Next: 'M',
      },
      M: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'J', States: { J: task('arn:aws:states:::sagemaker:createTrainingJob.sync') } },
        End: true,
      },
    };
    const given = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'P', States: states });
    const validate = (type: 'EXPRESS' | 'STANDARD', maxResults = 0) =>
      cloud.client.send(new ValidateStateMachineDefinitionCommand({ definition: given, type, maxResults }));
    const { diagnostics, result } = await validate('EXPRESS');
    expect(result).toBe('FAIL');
    expect(diagnostics?.map(({ message, location }) => [message, location])).toEqual([
      [
        "Express state machine does not support '.waitForTaskToken' service integration ",
        '/States/P/Branches[0]/States/T/Resource',
      ],
      [
        "Express state machine does not support '.sync' service integration ",
        '/States/M/ItemProcessor/States/J/Resource',
      ],
    ]);
    expect(await validate('EXPRESS', 1)).toMatchObject({ truncated: true, diagnostics: { length: 1 } });
    expect((await validate('STANDARD')).diagnostics).toEqual([]);
    await expect(validate('STANDARD', 101)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('tags', () => {
  it('are at most 50, of a machine that exists', async () => {
    const resourceArn = await cloud.machine('m', { A: pass });
    const tags = Array.from({ length: 51 }, (_, n) => ({ key: `k${n}`, value: 'v' }));
    await cloud.client.send(new TagResourceCommand({ resourceArn, tags: tags.slice(1) }));
    await expect(cloud.client.send(new TagResourceCommand({ resourceArn, tags }))).rejects.toMatchObject({
      name: 'TooManyTags',
    });
    const nobody = arn('stateMachine:nobody');
    await expect(cloud.client.send(new ListTagsForResourceCommand({ resourceArn: nobody }))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
  });
});

describe('an inline Map', () => {
  const map = (more: object) => ({
    M: { Type: 'Map', Items: [1, 2], ItemProcessor: { StartAt: 'A', States: { A: pass } }, ...more, End: true },
  });

  it('accepts tolerated failures, and checks them', async () => {
    const ended = await cloud.end(
      await cloud.begin(
        await cloud.machine('m', map({ ToleratedFailureCount: '{% 1 %}', ToleratedFailurePercentage: 50 })),
      ),
    );
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '[1,2]' });
    const wrong = await cloud.end(
      await cloud.begin(await cloud.machine('n', map({ ToleratedFailureCount: '{% -1 %}' }))),
    );
    expect(wrong).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('ToleratedFailureCount') });
  });

  it('fails with its first iteration all the same', async () => {
    const failing = {
      ItemProcessor: { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E' } } },
      ToleratedFailurePercentage: 100,
    };
    expect(await cloud.end(await cloud.begin(await cloud.machine('m', map(failing))))).toMatchObject({ error: 'E' });
  });
});
