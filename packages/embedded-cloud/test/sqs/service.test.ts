import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSqs } from '#src/sqs/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';

const account = '123456789012';
const url = (name: string) => `https://sqs.eu-central-1.amazonaws.com/${account}/${name}`;
const arn = (name: string) => `arn:aws:sqs:eu-central-1:${account}:${name}`;

let stateDir: string;
let context: FakeContext;
let sqs: ReturnType<typeof createSqs>;
let door: ServedService;

const open = async () => {
  sqs = createSqs(context);
  door = await serveService(sqs, { context });
};
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-sqs-'));
  context = fakeContext(stateDir);
  await open();
  await apply({ QueueName: 'dead' });
});
afterEach(async () => {
  await door.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const apply = (properties: Record<string, unknown>, logicalId = 'Queue') =>
  sqs.resources?.['AWS::SQS::Queue']?.apply({ logicalId, type: 'AWS::SQS::Queue', stackName: 'shop', properties });
/** As a role does, which these tests let do everything. */
const put = (name: string, body: string, attributes = {}) =>
  sqs.sendInternal(arn(name), body, attributes, { roleArn: 'arn:aws:iam::123456789012:role/sender', sessionName: 's' });
const call = async (operation: string, input: unknown) => {
  const reply = await fetch(door.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
  });
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Record<string, unknown> };
};
interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes?: Record<string, string>;
  readonly MessageAttributes?: Record<string, { StringValue: string }>;
}
const receive = async (name = 'dead', more: Record<string, unknown> = {}) =>
  ((await call('ReceiveMessage', { QueueUrl: url(name), ...more })).body['Messages'] ?? []) as Received[];
const bodies = async (...args: Parameters<typeof receive>) => (await receive(...args)).map(({ Body }) => Body);

describe('messages', () => {
  test('a message is received once in its visibility time-out, again after it, and never after deletion', async () => {
    const sent = await call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'hello' });
    expect(sent.body['MD5OfMessageBody']).toBe(createHash('md5').update('hello').digest('hex'));
    expect(await bodies()).toEqual(['hello']);
    expect(await bodies()).toEqual([]);
    await context.clock.advance(30_000);
    const [again] = await receive('dead', { AttributeNames: ['ApproximateReceiveCount'] });
    expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    await call('DeleteMessage', { QueueUrl: url('dead'), ReceiptHandle: again?.ReceiptHandle });
    await context.clock.advance(60_000);
    expect(await bodies()).toEqual([]);
  });

  test('messages survive a restart', async () => {
    put('dead', 'kept', { ERROR_CODE: 'NO_PERMISSIONS' });
    await door.close();
    await open();
    await apply({ QueueName: 'dead' });
    const [message] = await receive('dead', { MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({
      Body: 'kept',
      MessageAttributes: { ERROR_CODE: { StringValue: 'NO_PERMISSIONS' } },
    });
  });

  test('the checksum of attributes is the one SQS computes', async () => {
    const parts = ['a', 'String', 'x'].map((s) => Buffer.concat([Buffer.from([0, 0, 0, s.length]), Buffer.from(s)]));
    const expected = createHash('md5')
      .update(
        Buffer.concat([
          parts[0] ?? Buffer.alloc(0),
          parts[1] ?? Buffer.alloc(0),
          Buffer.from([1]),
          parts[2] ?? Buffer.alloc(0),
        ]),
      )
      .digest('hex');
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
    const sent = await call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'b', MessageAttributes });
    expect(sent.body['MD5OfMessageAttributes']).toBe(expected);
  });

  test('a long poll ends with the message it waited for', async () => {
    const polled = bodies('dead', { WaitTimeSeconds: 20 });
    await expect.poll(() => context.clock.sleepers).toBe(1);
    put('dead', 'at last');
    expect(await polled).toEqual(['at last']);
  });

  test('a long poll ends empty when its time is up', async () => {
    const polled = bodies('dead', { WaitTimeSeconds: 5 });
    await expect.poll(() => context.clock.sleepers).toBe(1);
    await context.clock.advance(5000);
    expect(await polled).toEqual([]);
  });

  test('a message received too often moves to the dead-letter queue', async () => {
    const RedrivePolicy = { deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 };
    await apply({ QueueName: 'work', RedrivePolicy, VisibilityTimeout: 1 }, 'Work');
    put('work', 'poison');
    for (let i = 0; i < 2; i++) {
      expect(await bodies('work')).toEqual(['poison']);
      await context.clock.advance(1000);
    }
    expect(await bodies('work')).toEqual([]);
    expect(await bodies('dead')).toEqual(['poison']);
  });

  test('a delayed message is invisible before its time, and an expired one is deleted', async () => {
    await call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'later', DelaySeconds: 10 });
    expect(await bodies()).toEqual([]);
    await context.clock.advance(10_000);
    expect(await bodies('dead', { VisibilityTimeout: 0 })).toEqual(['later']);
    await context.clock.advance(4 * 86_400_000);
    expect(await bodies()).toEqual([]);
  });
});

describe('queues', () => {
  test('attributes count what is visible and what is in flight', async () => {
    for (const body of ['a', 'b', 'c']) put('dead', body);
    await receive();
    const { body } = await call('GetQueueAttributes', { QueueUrl: url('dead'), AttributeNames: ['All'] });
    expect(body['Attributes']).toMatchObject({
      QueueArn: arn('dead'),
      ApproximateNumberOfMessages: '2',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await call('PurgeQueue', { QueueUrl: url('dead') });
    const { body: after } = await call('GetQueueAttributes', {
      QueueUrl: url('dead'),
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    expect(after['Attributes']).toEqual({ ApproximateNumberOfMessages: '0' });
  });

  test('a URL given out leads back to this service', async () => {
    const { body } = await call('GetQueueUrl', { QueueName: 'dead' });
    expect(body['QueueUrl']).toBe(`${door.endpoint}/${account}/dead`);
    expect((await call('ListQueues', {})).body['QueueUrls']).toEqual([body['QueueUrl']]);
    expect(door.calls.at(-1)?.authorize).toEqual([{ action: 'sqs:ListQueues', resource: '*' }]);
  });

  test('a queue that does not exist is reported in both of the ways clients read', async () => {
    const missing = await call('ReceiveMessage', { QueueUrl: url('none') });
    expect(missing.status).toBe(400);
    expect(missing.body['__type']).toBe('com.amazonaws.sqs#QueueDoesNotExist');
    expect(missing.headers.get('x-amzn-query-error')).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(() => put('none', 'x')).toThrow(/does not exist/);
  });

  test('the template resource gives URL and ARN, and FIFO is refused by name', async () => {
    expect(await apply({ QueueName: 'q' })).toEqual({
      ref: url('q'),
      attributes: { Arn: arn('q'), QueueName: 'q', QueueUrl: url('q') },
    });
    await expect(apply({ FifoQueue: true }, 'Strict')).rejects.toThrow(/Strict.*FifoQueue/);
  });
});

describe('batches', () => {
  const entry = (Id: string, MessageBody: string, more = {}) => ({ Id, MessageBody, ...more });
  const send = (Entries: readonly object[]) => call('SendMessageBatch', { QueueUrl: url('dead'), Entries });
  const ids = (list: unknown) => ((list ?? []) as { Id: string }[]).map(({ Id }) => Id);

  test('each entry succeeds or fails for itself', async () => {
    const { body } = await send([
      entry('good', 'a'),
      entry('unreadable', 'a\u0001'),
      entry('untyped', 'b', { MessageAttributes: { n: { DataType: 'Number', StringValue: 'x' } } }),
    ]);
    expect(ids(body['Successful'])).toEqual(['good']);
    expect(body['Failed']).toMatchObject([
      { Id: 'unreadable', Code: 'InvalidMessageContents', SenderFault: true },
      { Id: 'untyped', Code: 'InvalidParameterValue', SenderFault: true },
    ]);
    expect(door.calls.at(-1)?.authorize).toEqual([{ action: 'sqs:SendMessage', resource: arn('dead') }]);
    expect(await bodies()).toEqual(['a']);
  });

  test('are deleted and hidden together', async () => {
    await send([entry('1', 'a'), entry('2', 'b')]);
    const received = await receive('dead', { MaxNumberOfMessages: 10 });
    const hide = received.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle, VisibilityTimeout: 0 }));
    await call('ChangeMessageVisibilityBatch', { QueueUrl: url('dead'), Entries: hide });
    const again = await receive('dead', { MaxNumberOfMessages: 10 });
    expect(again.map(({ Body }) => Body).toSorted()).toEqual(['a', 'b']);
    const [first, second] = again;
    const { body } = await call('DeleteMessageBatch', {
      QueueUrl: url('dead'),
      Entries: [
        { Id: 'first', ReceiptHandle: first?.ReceiptHandle },
        { Id: 'second', ReceiptHandle: second?.ReceiptHandle },
        { Id: 'none', ReceiptHandle: 'no receipt' },
      ],
    });
    expect(ids(body['Successful'])).toEqual(['first', 'second']);
    expect(body['Failed']).toMatchObject([{ Id: 'none', Code: 'ReceiptHandleIsInvalid' }]);
    await context.clock.advance(60_000);
    expect(await bodies()).toEqual([]);
  });

  test.each([
    ['none', [], 'EmptyBatchRequest'],
    ['more than ten', Array.from({ length: 11 }, (_, i) => entry(`e${i}`, 'x')), 'TooManyEntriesInBatchRequest'],
    ['two of one Id', [entry('a', 'x'), entry('a', 'y')], 'BatchEntryIdsNotDistinct'],
    ['an Id with a blank', [entry('a b', 'x')], 'InvalidBatchEntryId'],
    [
      'more than a MiB together',
      [entry('a', 'x'.repeat(600_000)), entry('b', 'x'.repeat(600_000))],
      'BatchRequestTooLong',
    ],
  ])('with %s are refused whole', async (_what, entries, code) => {
    const { status, body } = await send(entries);
    expect([status, body['__type']]).toEqual([400, expect.stringContaining(code)]);
    expect(await bodies()).toEqual([]);
  });
});

describe('limits', () => {
  test('the size of a message includes its attributes', async () => {
    await apply({ QueueName: 'small', MaximumMessageSize: 1024 }, 'Small');
    const send = (body: string, MessageAttributes = {}) =>
      call('SendMessage', { QueueUrl: url('small'), MessageBody: body, MessageAttributes });
    expect((await send('x'.repeat(1024))).status).toBe(200);
    expect((await send('ä'.repeat(513))).body['message']).toContain('shorter than 1024 bytes');
    const attributes = { name: { DataType: 'String', StringValue: 'value' } };
    expect((await send('x'.repeat(1020), attributes)).status).toBe(400);
  });

  test('a message not in flight cannot be hidden longer', async () => {
    put('dead', 'm');
    const [message] = await receive();
    await context.clock.advance(30_000);
    const change = { QueueUrl: url('dead'), ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 60 };
    expect((await call('ChangeMessageVisibility', change)).body['__type']).toContain('MessageNotInflight');
  });

  test('a queue is purged once a minute', async () => {
    expect((await call('PurgeQueue', { QueueUrl: url('dead') })).status).toBe(200);
    expect((await call('PurgeQueue', { QueueUrl: url('dead') })).body['__type']).toContain('PurgeQueueInProgress');
    await context.clock.advance(60_000);
    expect((await call('PurgeQueue', { QueueUrl: url('dead') })).status).toBe(200);
  });

  test('a dead-letter queue may turn other queues away', async () => {
    await apply({
      QueueName: 'choosy',
      RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [arn('known')] },
    });
    const RedrivePolicy = { deadLetterTargetArn: arn('choosy'), maxReceiveCount: 3 };
    await expect(apply({ QueueName: 'unknown', RedrivePolicy })).rejects.toThrow(/RedriveAllowPolicy of .*choosy/);
    await expect(apply({ QueueName: 'known', RedrivePolicy })).resolves.toBeDefined();
  });

  test('a service cannot send to a queue without a policy for it, nor to one with an AWS managed key', async () => {
    const by = { service: 'events.amazonaws.com', sourceArn: `arn:aws:events:eu-central-1:${account}:rule/r` };
    expect(() => sqs.sendInternal(arn('dead'), 'x', {}, by)).toThrow(
      /events\.amazonaws\.com is not authorized to perform: sqs:SendMessage on resource: .*:dead for .*rule\/r because .*The policy of .*:dead needs/,
    );
    await apply({ QueueName: 'managed', KmsMasterKeyId: 'alias/aws/sqs' });
    expect(() => sqs.sendInternal(arn('managed'), 'x', {}, by)).toThrow(
      /nobody can change the policy of a key AWS manages/,
    );
  });
});

describe('what a queue says of itself', () => {
  test('messages that wait for their delay are counted as delayed, not as in flight', async () => {
    await call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'later', DelaySeconds: 60 });
    await call('SendMessage', { QueueUrl: url('dead'), MessageBody: 'now' });
    const counts = async () => {
      const { body } = await call('GetQueueAttributes', { QueueUrl: url('dead'), AttributeNames: ['All'] });
      const all = body['Attributes'] as Record<string, string>;
      return ['', 'NotVisible', 'Delayed'].map((kind) => all[`ApproximateNumberOfMessages${kind}`]);
    };
    expect(await counts()).toEqual(['1', '0', '1']);
    await receive();
    expect(await counts()).toEqual(['0', '1', '1']);
    await context.clock.advance(60_000);
    expect(await counts()).toEqual(['2', '0', '0']);
  });

  test('its encryption and policy are shown, an unknown attribute is refused', async () => {
    const ask = (...AttributeNames: string[]) => call('GetQueueAttributes', { QueueUrl: url('dead'), AttributeNames });
    const { Attributes } = (await ask('SqsManagedSseEnabled', 'Policy', 'LastModifiedTimestamp')).body;
    expect(Attributes).toEqual({ SqsManagedSseEnabled: 'true', LastModifiedTimestamp: expect.any(String) });
    expect((await ask('Colour')).body).toMatchObject({ message: 'Unknown Attribute Colour.' });
  });

  test.each(['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'])(
    'the property %s is refused by name',
    async (property) => {
      await expect(apply({ [property]: property.startsWith('D') ? 'queue' : true })).rejects.toThrow(property);
      await expect(apply({ [property]: 'false' })).resolves.toBeDefined();
    },
  );

  test('queues are listed in pages when MaxResults is given', async () => {
    for (const QueueName of ['a1', 'a2', 'a3']) await apply({ QueueName });
    const list = async (input: object) => (await call('ListQueues', input)).body;
    const first = await list({ QueueNamePrefix: 'a', MaxResults: 2 });
    expect(first['QueueUrls']).toHaveLength(2);
    const rest = await list({ QueueNamePrefix: 'a', MaxResults: 2, NextToken: first['NextToken'] });
    expect(rest).toEqual({ QueueUrls: [expect.stringMatching(/\/a3$/)] });
    expect(await list({ QueueNamePrefix: 'a' })).toEqual({ QueueUrls: expect.objectContaining({ length: 3 }) });
    expect((await call('ListQueues', { MaxResults: 1001 })).status).toBe(400);
    expect((await call('ListQueues', { NextToken: 'oops' })).status).toBe(400);
  });

  test('a queue of another account does not exist', async () => {
    const of = (QueueOwnerAWSAccountId: string) => call('GetQueueUrl', { QueueName: 'dead', QueueOwnerAWSAccountId });
    expect((await of(account)).status).toBe(200);
    expect((await of('999999999999')).body['__type']).toContain('QueueDoesNotExist');
  });
});
