import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError, type CloudService, type TemplateResource } from '#src/cloud/service';
import { createEventBridge, type EventBridge } from '#src/eventbridge/service';
import { createSqs } from '#src/sqs/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';
import { clientConfigFor, recordingLambda, recordingStepFunctions } from '../support/event-targets.ts';

const account = '123456789012';
const functionArn = `arn:aws:lambda:eu-central-1:${account}:function:notify`;
const machineArn = `arn:aws:states:eu-central-1:${account}:stateMachine:retrain`;
const queueArn = `arn:aws:sqs:eu-central-1:${account}:dead`;
const roleArn = `arn:aws:iam::${account}:role/StartRetrain`;
const dropped = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'raw' }, object: { key: 'a/_SUCCESS' } },
};

let stateDir: string;
let context: FakeContext;
let lambda: ReturnType<typeof recordingLambda>;
let states: ReturnType<typeof recordingStepFunctions>;
let sqs: ReturnType<typeof createSqs>;
let bridge: EventBridge;
let statesDoor: ServedService;
let door: ServedService;
let client: EventBridgeClient;

const open = async () => {
  bridge = createEventBridge(context);
  door = await serveService(bridge, { context });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new EventBridgeClient({ endpoint: door.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
};
const close = async () => {
  client.destroy();
  await door.close();
};

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-events-'));
  lambda = recordingLambda();
  states = recordingStepFunctions();
  statesDoor = await serveService(states);
  const services: Record<string, () => CloudService> = { lambda: () => lambda, sqs: () => sqs };
  context = fakeContext(stateDir, {
    clientConfig: clientConfigFor(statesDoor.endpoint),
    service: <T extends CloudService>(name: string) => services[name]?.() as T,
  });
  sqs = createSqs(context);
  await sqs.resources?.['AWS::SQS::Queue']?.apply({
    logicalId: 'Dead',
    type: 'AWS::SQS::Queue',
    stackName: 'shop',
    properties: { QueueName: 'dead' },
  });
  await sqs.resources?.['AWS::SQS::QueuePolicy']?.apply({
    logicalId: 'DeadPolicy',
    type: 'AWS::SQS::QueuePolicy',
    stackName: 'shop',
    properties: {
      Queues: [`https://sqs.eu-central-1.amazonaws.com/${account}/dead`],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: `arn:aws:sqs:eu-central-1:${account}:dead`,
            Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:events:eu-central-1:${account}:rule/*` } },
          },
        ],
      },
    },
  });
  await open();
});
afterEach(async () => {
  await close();
  await statesDoor.close();
  await sqs.close?.();
  rmSync(stateDir, { recursive: true, force: true });
});

const template = (properties: Record<string, unknown>, logicalId = 'Rule'): TemplateResource => ({
  logicalId,
  type: 'AWS::Events::Rule',
  stackName: 'shop',
  properties,
});
const apply = (properties: Record<string, unknown>, logicalId?: string) =>
  bridge.resources?.['AWS::Events::Rule']?.apply(template(properties, logicalId));
const onDrop = (target: Record<string, unknown>) =>
  apply({ Name: 'on-drop', EventPattern: { source: ['aws.s3'] }, Targets: [{ Id: 't', ...target }] });
const received = async () => {
  const reply = await fetch(`${(await queueDoor()).endpoint}/`, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
    body: JSON.stringify({ QueueUrl: `x/${account}/dead`, MessageAttributeNames: ['All'] }),
  });
  const { Messages = [] } = (await reply.json()) as {
    Messages?: { Body: string; MessageAttributes?: Record<string, { StringValue: string }> }[];
  };
  return Messages.map(({ Body, MessageAttributes = {} }) => ({
    body: JSON.parse(Body) as unknown,
    attributes: Object.fromEntries(Object.entries(MessageAttributes).map(([k, v]) => [k, v.StringValue])),
  }));
};
let openQueueDoor: ServedService | undefined;
const queueDoor = async () => {
  openQueueDoor ??= await serveService({ ...sqs, close: async () => {} });
  return openQueueDoor;
};
afterEach(async () => {
  await openQueueDoor?.close();
  openQueueDoor = undefined;
});

describe('delivery', () => {
  test('a function gets the event in its envelope', async () => {
    await onDrop({ Arn: functionArn });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(() => lambda.invocations).toHaveLength(1);
    expect(lambda.invocations[0]).toEqual({
      arn: functionArn,
      by: { service: 'events.amazonaws.com', sourceArn: `arn:aws:events:eu-central-1:${account}:rule/on-drop` },
      payload: {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        time: '2026-01-01T00:00:00Z',
        account,
        region: 'eu-central-1',
        resources: [],
        ...dropped,
      },
    });
  });

  test('a state machine is started as the role of the target', async () => {
    await onDrop({ Arn: machineArn, RoleArn: roleArn, InputPath: '$.detail.object' });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(() => states.executions).toHaveLength(1);
    expect(states.executions[0]).toMatchObject({
      stateMachineArn: machineArn,
      input: '{"key":"a/_SUCCESS"}',
      accessKeyId: 'StartRetrain',
    });
  });

  test('a queue gets the payload as its message', async () => {
    await onDrop({ Arn: queueArn, Input: '{"hello":1}' });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(async () => (await received()).map(({ body }) => body)).toEqual([{ hello: 1 }]);
  });

  test('an event accepted before a restart is delivered after it, once for each rule', async () => {
    await onDrop({ Arn: functionArn });
    bridge.deliver(dropped);
    expect(lambda.invocations).toEqual([]);
    await close();
    await open();
    await onDrop({ Arn: functionArn });
    await bridge.start?.();
    await expect.poll(() => lambda.invocations).toHaveLength(1);
    bridge.deliver({ ...dropped, source: 'other' });
    bridge.deliver({ ...dropped, detail: { second: true } });
    await expect.poll(() => lambda.invocations).toHaveLength(2);
  });

  test('an event during shutdown is refused, so that its sender keeps it', async () => {
    await bridge.start?.();
    await close();
    expect(() => bridge.deliver(dropped)).toThrow('The event bus is closed.');
    await open();
  });

  test('a target that fails is called again, later and later, until it succeeds', async () => {
    lambda.failWith = new AwsError('TooManyRequestsException', 'Rate exceeded', 429);
    await onDrop({ Arn: functionArn });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(() => context.clock.sleepers).toBe(1);
    expect(lambda.attempts).toBe(1);
    await context.clock.advance(999);
    expect(lambda.attempts).toBe(1);
    await context.clock.advance(1);
    await expect.poll(() => [lambda.attempts, context.clock.sleepers]).toEqual([2, 1]);
    lambda.failWith = undefined;
    await context.clock.advance(1999);
    expect(lambda.attempts).toBe(2);
    await context.clock.advance(1);
    await expect.poll(() => lambda.invocations).toHaveLength(1);
  });

  test('a target whose retries are used up is dead-lettered with the reason', async () => {
    lambda.failWith = new AwsError('ServiceException', 'broken', 500);
    await onDrop({ Arn: functionArn, RetryPolicy: { MaximumRetryAttempts: 1 }, DeadLetterConfig: { Arn: queueArn } });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(() => context.clock.sleepers).toBe(1);
    await context.clock.advance(1000);
    await expect.poll(() => context.logs.some(({ message }) => message.includes('dead-letter'))).toBe(true);
    expect(await received()).toEqual([
      {
        body: expect.objectContaining(dropped),
        attributes: {
          RULE_ARN: `arn:aws:events:eu-central-1:${account}:rule/on-drop`,
          TARGET_ARN: functionArn,
          ERROR_CODE: 'ERROR_FROM_TARGET',
          ERROR_MESSAGE: 'broken',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          RETRY_ATTEMPTS: '1',
        },
      },
    ]);
  });

  test('missing permission is final', async () => {
    lambda.failWith = new AwsError('AccessDeniedException', 'no', 403);
    await onDrop({ Arn: functionArn, DeadLetterConfig: { Arn: queueArn } });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(() => context.logs.some(({ message }) => message.includes('dead-letter'))).toBe(true);
    expect((await received())[0]?.attributes['ERROR_CODE']).toBe('NO_PERMISSIONS');
    expect(lambda.attempts).toBe(1);
  });

  test('without a dead-letter queue the loss is logged as an error', async () => {
    lambda.failWith = new AwsError('ResourceNotFoundException', 'Function not found', 404);
    await onDrop({ Arn: functionArn });
    await bridge.start?.();
    bridge.deliver(dropped);
    await expect.poll(() => context.logs.map(({ level }) => level)).toContain('error');
    expect(context.logs.at(-1)?.fields).toMatchObject({ target: functionArn, code: 'NO_RESOURCE' });
  });
});

describe('scheduled rules', () => {
  test('fire on time, and once for the time the machine was off', async () => {
    await apply({ Name: 'hourly', ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 't', Arn: functionArn }] });
    await bridge.start?.();
    await context.clock.advance(3_599_999);
    expect(lambda.invocations).toEqual([]);
    await context.clock.advance(1);
    await expect.poll(() => lambda.invocations).toHaveLength(1);
    expect(lambda.invocations[0]?.payload).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      time: '2026-01-01T01:00:00Z',
      resources: [`arn:aws:events:eu-central-1:${account}:rule/hourly`],
      detail: {},
    });
    await close();
    await context.clock.advance(10 * 3_600_000);
    await open();
    await apply({ Name: 'hourly', ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 't', Arn: functionArn }] });
    await bridge.start?.();
    await expect.poll(() => lambda.invocations).toHaveLength(2);
    await context.clock.advance(3_600_000);
    await expect.poll(() => lambda.invocations).toHaveLength(3);
  });

  test('a disabled rule is silent', async () => {
    await apply({ Name: 'hourly', ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 't', Arn: functionArn }] });
    await bridge.start?.();
    await client.send(new DisableRuleCommand({ Name: 'hourly' }));
    await context.clock.advance(5 * 3_600_000);
    expect(context.clock.sleepers).toBe(0);
    expect(lambda.invocations).toEqual([]);
  });
});

describe('the API', () => {
  test('accepts up to 1 MiB of events in one call', async () => {
    const put = (bytes: number) => {
      const Detail = JSON.stringify({ text: 'x'.repeat(bytes - 1000) });
      return client.send(new PutEventsCommand({ Entries: [{ Source: 'app', DetailType: 'large', Detail }] }));
    };
    expect((await put(1_048_576)).FailedEntryCount).toBe(0);
    await expect(put(1_050_000)).rejects.toThrow('Total size of the entries in the request is over the limit.');
  });

  test('a rule lives from PutRule to DeleteRule', async () => {
    const EventPattern = JSON.stringify({ source: ['shop'] });
    const { RuleArn } = await client.send(new PutRuleCommand({ Name: 'shop', EventPattern }));
    expect(RuleArn).toBe(`arn:aws:events:eu-central-1:${account}:rule/shop`);
    await client.send(new PutTargetsCommand({ Rule: 'shop', Targets: [{ Id: 'a', Arn: functionArn, Input: '{}' }] }));
    expect(await client.send(new DescribeRuleCommand({ Name: 'shop' }))).toMatchObject({
      State: 'ENABLED',
      EventPattern,
    });
    const { Rules = [] } = await client.send(new ListRulesCommand({ NamePrefix: 'sh' }));
    expect(Rules.map(({ Name }) => Name)).toEqual(['shop']);
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'shop' }));
    expect(Targets).toEqual([{ Id: 'a', Arn: functionArn, Input: '{}' }]);
    await expect(client.send(new DeleteRuleCommand({ Name: 'shop' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await client.send(new RemoveTargetsCommand({ Rule: 'shop', Ids: ['a'] }));
    await client.send(new DeleteRuleCommand({ Name: 'shop' }));
    await expect(client.send(new DescribeRuleCommand({ Name: 'shop' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('PutEvents accepts entries one by one and refuses the sources of AWS', async () => {
    await apply({ Name: 'shop', EventPattern: { source: [{ prefix: '' }] }, Targets: [{ Id: 't', Arn: functionArn }] });
    await bridge.start?.();
    const entry = { Source: 'shop', DetailType: 'Sold', Detail: '{"n":1}', Time: new Date('2025-05-05T05:05:05Z') };
    const { FailedEntryCount, Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: [
          entry,
          { ...entry, Source: 'aws.s3' },
          { ...entry, Detail: '[1]' },
          { DetailType: 'Sold', Detail: '{}' },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(3);
    expect(Entries.map((e) => e.ErrorCode ?? typeof e.EventId)).toEqual([
      'string',
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'InvalidArgument',
    ]);
    await expect.poll(() => lambda.invocations).toHaveLength(1);
    expect(lambda.invocations[0]?.payload).toMatchObject({
      id: Entries[0]?.EventId,
      time: '2025-05-05T05:05:05Z',
      detail: { n: 1 },
    });
    expect(door.calls.at(-1)?.authorize[0]).toEqual({
      action: 'events:PutEvents',
      resource: `arn:aws:events:eu-central-1:${account}:event-bus/default`,
      context: { 'events:source': 'shop', 'events:detail-type': 'Sold' },
    });
  });

  test('the rules of Step Functions for jobs are accepted and described, and call nothing', async () => {
    const Name = 'StepFunctionsGetEventsForSageMakerTrainingJobsRule';
    const EventPattern = JSON.stringify({ source: ['aws.sagemaker'] });
    await client.send(new PutRuleCommand({ Name, EventPattern }));
    await client.send(
      new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'sfn', Arn: 'arn:aws:states:::internal' }] }),
    );
    expect(await client.send(new DescribeRuleCommand({ Name }))).toMatchObject({ ManagedBy: 'states.amazonaws.com' });
    await bridge.start?.();
    bridge.deliver({ ...dropped, source: 'aws.sagemaker' });
    await apply({ Name: 'last', EventPattern: { source: ['last'] }, Targets: [{ Id: 't', Arn: functionArn }] });
    bridge.deliver({ ...dropped, source: 'last' });
    await expect.poll(() => lambda.invocations).toHaveLength(1);
    expect(context.logs).toEqual([]);
  });

  test('handing a role to a target needs PassRole', async () => {
    await client.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["x"]}' }));
    await client.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 'm', Arn: machineArn, RoleArn: roleArn }] }));
    expect(door.calls.at(-1)?.authorize).toEqual([
      { action: 'events:PutTargets', resource: `arn:aws:events:eu-central-1:${account}:rule/r` },
      { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'events.amazonaws.com' } },
    ]);
  });

  test.each([
    ['a target no one here can call', { Arn: 'arn:aws:sns:eu-central-1:1:t' }, /cannot call/],
    ['a state machine without a role', { Arn: machineArn }, /RoleArn is required/],
    ['two shapes of input', { Arn: functionArn, Input: '{}', InputPath: '$.detail' }, /Only one of/],
    ['a constant that is not JSON', { Arn: functionArn, Input: '{oops' }, /JSON syntax error/],
    ['a path EventBridge does not read', { Arn: functionArn, InputPath: '$..a' }, /InputPath/],
    [
      'a reserved variable',
      { Arn: functionArn, InputTransformer: { InputPathsMap: { 'AWS.x': '$' }, InputTemplate: '1' } },
      /InputPathsMap/,
    ],
    ['too many retries', { Arn: functionArn, RetryPolicy: { MaximumRetryAttempts: 186 } }, /between 0 and 185/],
  ])('refuses %s', async (_name, target, message) => {
    await client.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["x"]}' }));
    const put = new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 't', ...target }] });
    await expect(client.send(put)).rejects.toThrow(message);
  });

  test('TestEventPattern works, and needs the mandatory fields', async () => {
    const event = { id: '1', account, source: 's', time: '2026-01-01T00:00:00Z', region: 'r', 'detail-type': 'd' };
    const ask = (e: unknown, pattern: unknown) =>
      client.send(new TestEventPatternCommand({ Event: JSON.stringify(e), EventPattern: JSON.stringify(pattern) }));
    expect((await ask(event, { source: ['s'] })).Result).toBe(true);
    expect((await ask(event, { source: ['t'] })).Result).toBe(false);
    await expect(ask({ source: 's' }, { source: ['s'] })).rejects.toThrow(/id is missing/);
    await expect(ask(event, { source: 's' })).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });
});

describe('what AWS refuses, with its own words', () => {
  const target = (Id: string) => ({ Id, Arn: functionArn });
  beforeEach(() => client.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["x"]}' })));

  test.each([
    ['an id with foreign characters', [target('fine'), target('!@')], "Value '!@' at 'targets.2.member.id'"],
    ['an id that is too long', [target('a'.repeat(65))], 'Member must have length less than or equal to 64'],
    [
      'no target',
      [],
      "Value at 'targets' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ])('PutTargets with %s', async (_, Targets, message) => {
    const put = client.send(new PutTargetsCommand({ Rule: 'r', Targets }));
    await expect(put).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining(message) });
  });

  test('a name of a rule with foreign characters', async () => {
    await expect(client.send(new PutRuleCommand({ Name: 'a b', EventPattern: '{"source":["x"]}' }))).rejects.toThrow(
      "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern",
    );
  });

  test('deleting a rule that a service manages, without Force', async () => {
    const Name = 'StepFunctionsGetEventsForSageMakerTrainingJobsRule';
    await client.send(new PutRuleCommand({ Name, EventPattern: '{"source":["aws.sagemaker"]}' }));
    await client.send(
      new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'sfn', Arn: 'arn:aws:states:::internal' }] }),
    );
    const managed = { name: 'ManagedRuleException' };
    await expect(client.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['sfn'] }))).rejects.toMatchObject(managed);
    await client.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['sfn'], Force: true }));
    await expect(client.send(new DeleteRuleCommand({ Name }))).rejects.toMatchObject(managed);
    await client.send(new DeleteRuleCommand({ Name, Force: true }));
  });
});

test('rules and targets are listed in pages', async () => {
  for (const Name of ['a', 'b', 'c'])
    await client.send(new PutRuleCommand({ Name, ScheduleExpression: 'rate(1 day)' }));
  const first = await client.send(new ListRulesCommand({ Limit: 2 }));
  const rest = await client.send(new ListRulesCommand({ Limit: 2, NextToken: first.NextToken }));
  expect([first, rest].map(({ Rules = [] }) => Rules.map(({ Name }) => Name))).toEqual([['a', 'b'], ['c']]);
  expect(rest.NextToken).toBeUndefined();
  await expect(client.send(new ListRulesCommand({ NextToken: 'oops' }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  await expect(client.send(new ListRulesCommand({ EventBusName: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  const Targets = ['x', 'y'].map((Id) => ({ Id, Arn: functionArn }));
  await client.send(new PutTargetsCommand({ Rule: 'a', Targets }));
  const one = await client.send(new ListTargetsByRuleCommand({ Rule: 'a', Limit: 1 }));
  const two = await client.send(new ListTargetsByRuleCommand({ Rule: 'a', Limit: 1, NextToken: one.NextToken }));
  expect([one, two].map(({ Targets: shown }) => shown?.map(({ Id }) => Id))).toEqual([['x'], ['y']]);
});

describe('the template', () => {
  test('a rule that left the template is removed at the next start, one made by hand stays', async () => {
    await apply({ EventPattern: { source: ['a'] }, Targets: [{ Id: 't', Arn: functionArn }] }, 'Leaving');
    await client.send(new PutRuleCommand({ Name: 'by-hand', EventPattern: '{"source":["x"]}' }));
    await bridge.start?.();
    await close();
    await open();
    const applied = await apply({ EventPattern: { source: ['b'] } }, 'Staying');
    // Named as CloudFormation names what the template does not: policies are written against that.
    const name = applied?.ref ?? '';
    expect(name).toMatch(/^shop-Staying-[0-9A-Z]{12}$/);
    expect(applied?.attributes).toEqual({ Arn: `arn:aws:events:eu-central-1:${account}:rule/${name}` });
    await bridge.start?.();
    const { Rules = [] } = await client.send(new ListRulesCommand({}));
    expect(Rules.map(({ Name }) => Name)).toEqual(['by-hand', name]);
  });
});
