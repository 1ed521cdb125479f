import {
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeCloud, until } from './support/fake-cloud.ts';

const pass = { Type: 'Pass', End: true };
const waitForToken = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
  End: true,
};

let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await FakeCloud.start();
});
afterEach(() => cloud.close());

/** The token that the last call of the function `ask` was given. */
const lastToken = () =>
  until(() => (cloud.foreignCalls.at(-1)?.input['Payload'] as { token?: string } | undefined)?.token);

describe('executions', () => {
  it('run, end, and send an event for both', async () => {
    const arn = await cloud.machine('m', { A: { ...pass, Output: '{% $states.input.n + 1 %}' } });
    const ended = await cloud.end(await cloud.begin(arn, { n: 1 }, 'run-1'));
    expect(ended).toMatchObject({
      name: 'run-1',
      status: 'SUCCEEDED',
      input: '{"n":1}',
      output: '2',
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const events = cloud.context.events.filter(({ source }) => source === 'aws.states');
    expect(events.map(({ detail }) => detail)).toMatchObject([
      { status: 'RUNNING', name: 'run-1', stateMachineArn: arn, output: null },
      { status: 'SUCCEEDED', name: 'run-1', input: '{"n":1}', output: '2', stopDate: expect.any(Number) },
    ]);
    expect(events[0]).toMatchObject({
      'detail-type': 'Step Functions Execution Status Change',
      resources: [ended.executionArn],
    });
  });

  it('start once for the same name and input while running, and never again for the name', async () => {
    const arn = await cloud.machine('m', { W: waitForToken });
    const first = await cloud.begin(arn, { a: 1 }, 'same');
    expect(await cloud.begin(arn, { a: 1 }, 'same')).toBe(first);
    await expect(cloud.begin(arn, { a: 2 }, 'same')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await cloud.client.send(new StopExecutionCommand({ executionArn: first }));
    await expect(cloud.begin(arn, { a: 1 }, 'same')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it.each([
    ['a name with blanks', { name: 'a b' }, 'InvalidName'],
    ['an input that is no JSON', { input: 'oops' }, 'InvalidExecutionInput'],
  ])('are refused for %s', async (_, more, error) => {
    const stateMachineArn = await cloud.machine('m', { A: pass });
    const { StartExecutionCommand } = await import('@aws-sdk/client-sfn');
    await expect(cloud.client.send(new StartExecutionCommand({ stateMachineArn, ...more }))).rejects.toMatchObject({
      name: error,
    });
  });

  it('keep the definition they started with when the machine changes', async () => {
    const stateMachineArn = await cloud.machine('m', {
      W: { ...waitForToken, End: undefined, Next: 'Old' },
      Old: pass,
    });
    const executionArn = await cloud.begin(stateMachineArn);
    const taskToken = await lastToken();
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'New', States: { New: pass } });
    await cloud.client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '1' });
    expect((await cloud.history(executionArn)).map((event) => event.stateEnteredEventDetails?.name)).toContain('Old');
    const used = await cloud.client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(used.definition).toContain('Old');
  });

  it('are stopped with their tasks, with the reason', async () => {
    const executionArn = await cloud.begin(await cloud.machine('m', { W: waitForToken }));
    await lastToken();
    const stop = new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'by hand' });
    expect((await cloud.client.send(stop)).stopDate).toBeInstanceOf(Date);
    expect(await cloud.describe(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' });
    expect((await cloud.history(executionArn)).slice(-2).map(({ type }) => type)).toEqual([
      'TaskStateAborted',
      'ExecutionAborted',
    ]);
  });

  it('are listed newest first, by status and in pages', async () => {
    const stateMachineArn = await cloud.machine('m', {
      A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.ok %}', Next: 'B' }], Default: 'F' },
      B: pass,
      F: { Type: 'Fail' },
    });
    for (const [name, ok] of [
      ['one', true],
      ['two', false],
      ['three', true],
    ] as const) {
      await cloud.end(await cloud.begin(stateMachineArn, { ok }, name));
    }
    const first = await cloud.client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2 }));
    const rest = await cloud.client.send(new ListExecutionsCommand({ stateMachineArn, nextToken: first.nextToken }));
    expect([...(first.executions ?? []), ...(rest.executions ?? [])].map(({ name }) => name)).toEqual([
      'three',
      'two',
      'one',
    ]);
    const failed = await cloud.client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }));
    expect(failed.executions?.map(({ name }) => name)).toEqual(['two']);
  });

  it('show their history in pages, in reverse, and without data', async () => {
    const executionArn = await cloud.begin(await cloud.machine('m', { A: { Type: 'Pass', Next: 'B' }, B: pass }), {
      secret: 1,
    });
    await cloud.end(executionArn);
    const page = await cloud.client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 4 }));
    const next = await cloud.client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 4, nextToken: page.nextToken }),
    );
    expect([...(page.events ?? []), ...(next.events ?? [])].map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(next.nextToken).toBeUndefined();
    const last = await cloud.client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false }),
    );
    expect(last.events?.[0]).toMatchObject({ id: 6, type: 'ExecutionSucceeded' });
    expect(last.events?.[0]?.executionSucceededEventDetails?.output).toBeUndefined();
  });

  it('are redriven from the state that failed', async () => {
    const executionArn = await cloud.begin(
      await cloud.machine('m', { A: { Type: 'Pass', Output: 7, Next: 'W' }, W: waitForToken }),
    );
    const taskToken = await lastToken();
    await cloud.client.send(new SendTaskFailureCommand({ taskToken, error: 'Wrong', cause: 'first' }));
    expect(await cloud.end(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Wrong',
      redriveStatus: 'REDRIVABLE',
    });
    await cloud.client.send(new RedriveExecutionCommand({ executionArn }));
    const second = await until(async () => {
      const token = await lastToken();
      return token === taskToken ? undefined : token;
    });
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken: second, output: '"fixed"' }));
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"fixed"', redriveCount: 1 });
    const entered = (await cloud.history(executionArn)).flatMap(({ stateEnteredEventDetails: s }) =>
      s ? [s.name] : [],
    );
    expect(entered).toEqual(['A', 'W']);
  });
});

describe('task tokens', () => {
  it('take one answer and then none', async () => {
    const executionArn = await cloud.begin(await cloud.machine('m', { W: waitForToken }));
    const taskToken = await lastToken();
    await cloud.client.send(new SendTaskHeartbeatCommand({ taskToken }));
    await expect(cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '{' }))).rejects.toMatchObject({
      name: 'InvalidOutput',
    });
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
    expect(await cloud.end(executionArn)).toMatchObject({ output: '{"ok":true}' });
    await expect(cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    expect((await cloud.history(executionArn)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('are authorised by the machine that waits', async () => {
    const arn = await cloud.machine('m', { W: waitForToken });
    await cloud.begin(arn);
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken: await lastToken(), output: '1' }));
    expect(cloud.served.calls.at(-1)?.authorize).toEqual([{ action: 'states:SendTaskSuccess', resource: arn }]);
  });

  it('must be real', async () => {
    const send = cloud.client.send(new SendTaskSuccessCommand({ taskToken: 'made-up', output: '1' }));
    await expect(send).rejects.toMatchObject({ name: 'InvalidToken' });
  });
});
