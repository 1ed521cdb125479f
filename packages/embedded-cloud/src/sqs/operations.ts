import type { Operation } from '#src/cloud/json-operations';
import type { JsonObject } from '#src/cloud/json-protocol';
import { pageAfter } from '#src/cloud/paging';
import { optionalNumber, optionalText, requiredText, textList } from '#src/cloud/read-members';
import { AwsError, type CloudContext } from '#src/cloud/service';
import { queueKeyUse } from './access.ts';
import { type BatchEntry, checkBatchSize, runBatch } from './batch.ts';
import { md5, md5OfAttributes } from './checksums.ts';
import { type Draft, readDraft } from './message.ts';
import { checkAttributeNames, shownAttributes } from './queue-attributes.ts';
import type { Message, Queue, QueueStore } from './queue-store.ts';

/** @returns the error of a queue that does not exist, under the code SQS puts on the wire. */
export const noSuchQueue = (): AwsError =>
  new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');

/** API Reference, ListQueues: at most so many queues an answer, and a NextToken only where MaxResults is set. */
const MAX_QUEUES = 1000;

const systemAttributes = (message: Message): Record<string, string> => ({
  SenderId: 'embedded-cloud',
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
});

const pick = <T>(all: Readonly<Record<string, T>>, wanted: readonly string[]): Record<string, T> =>
  Object.fromEntries(
    Object.entries(all).filter(([name]) =>
      wanted.some(
        (w) => w === 'All' || w === '.*' || w === name || (w.endsWith('.*') && name.startsWith(w.slice(0, -2))),
      ),
    ),
  );

const unlessEmpty = <T extends object>(name: string, value: T): Record<string, T> =>
  Object.keys(value).length > 0 ? { [name]: value } : {};

function toWire(message: Message, input: JsonObject): unknown {
  const attributes = pick(message.attributes, textList(input, 'MessageAttributeNames'));
  const system = [...textList(input, 'AttributeNames'), ...textList(input, 'MessageSystemAttributeNames')];
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...unlessEmpty('Attributes', pick(systemAttributes(message), system)),
    ...unlessEmpty('MessageAttributes', attributes),
    ...(digest === undefined ? {} : { MD5OfMessageAttributes: digest }),
  };
}

/** Host of the queue URLs given out: the one the client already reaches the service by. */
export type UrlOf = (queueName: string) => string;

/** The operations of SQS by name. @param sent resolves after the next message was sent to a queue. */
export function sqsOperations(
  context: CloudContext,
  options: {
    readonly store: QueueStore;
    readonly urlOf: UrlOf;
    /** The policy document of a queue. */
    policyOf(name: string): unknown;
    /** Queue → when it was last purged. */
    readonly purgedAt: Map<string, number>;
    announce(): void;
    sent(ms: number): Promise<void>;
  },
): Readonly<Record<string, Operation>> {
  const { store, urlOf, purgedAt } = options;
  const { accountId, region, clock } = context;
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const nameOf = (input: JsonObject): string => requiredText(input, 'QueueUrl').split('/').at(-1) ?? '';
  const queueOf = (name: string): Queue => {
    const queue = store.get(name);
    if (!queue) throw noSuchQueue();
    return queue;
  };
  const onQueue = (
    action: string,
    run: (queue: Queue, input: JsonObject) => unknown,
    permission = action,
  ): Operation => ({
    authorize: (input) => {
      const name = nameOf(input);
      const queue = store.get(name);
      return [
        { action: `sqs:${permission}`, resource: arnOf(name) },
        ...(queue ? queueKeyUse(context, queue, arnOf(name), permission) : []),
      ];
    },
    run: (input) => run(queueOf(nameOf(input)), input),
  });
  /** Ten entries at most; each succeeds or fails for itself. */
  const onBatch = (action: string, one: (queue: Queue, entry: BatchEntry) => object): Operation =>
    onQueue(`${action}Batch`, (queue, input) => runBatch(input, (entry) => one(queue, entry)), action);

  const send = (queue: Queue, { body, attributes, delaySeconds }: Draft): object => {
    const delay = delaySeconds ?? Number(queue.attributes['DelaySeconds'] ?? 0);
    const id = store.send(queue.name, body, attributes, clock.now(), delay);
    options.announce();
    const digest = md5OfAttributes(attributes);
    return {
      MessageId: id,
      MD5OfMessageBody: md5(body),
      ...(digest === undefined ? {} : { MD5OfMessageAttributes: digest }),
    };
  };
  /** @throws AwsError `ReceiptHandleIsInvalid` for what was never given out */
  const receiptOf = (input: JsonObject): string => {
    const receipt = requiredText(input, 'ReceiptHandle');
    if (/^[0-9a-f-]{36}$/.test(receipt)) return receipt;
    throw new AwsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${receipt}" is not a valid receipt handle.`,
    );
  };
  const remove = (queue: Queue, input: JsonObject): object => {
    store.remove(queue.name, receiptOf(input));
    return {};
  };
  const changeVisibility = (queue: Queue, input: JsonObject): object => {
    const seconds = optionalNumber(input, 'VisibilityTimeout', 0, 43_200);
    if (seconds === undefined)
      throw new AwsError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
    const now = clock.now();
    if (!store.hideUntil(queue.name, receiptOf(input), now + seconds * 1000, now)) {
      throw new AwsError(
        'MessageNotInflight',
        'The specified message is not in flight: it was deleted, or its visibility timeout ended.',
      );
    }
    if (seconds === 0) options.announce();
    return {};
  };

  return {
    SendMessage: onQueue('SendMessage', (queue, input) => send(queue, readDraft(queue, input))),
    SendMessageBatch: onQueue(
      'SendMessageBatch',
      (queue, input) => {
        checkBatchSize(input);
        return runBatch(input, (entry) => send(queue, readDraft(queue, entry)));
      },
      'SendMessage',
    ),
    ReceiveMessage: onQueue('ReceiveMessage', async (queue, input) => {
      const limit = optionalNumber(input, 'MaxNumberOfMessages', 1, 10) ?? 1;
      const hide =
        optionalNumber(input, 'VisibilityTimeout', 0, 43_200) ?? Number(queue.attributes['VisibilityTimeout'] ?? 30);
      const wait =
        optionalNumber(input, 'WaitTimeSeconds', 0, 20) ??
        Number(queue.attributes['ReceiveMessageWaitTimeSeconds'] ?? 0);
      const until = clock.now() + wait * 1000;
      let messages = store.receive(queue, limit, hide, clock.now());
      while (messages.length === 0 && clock.now() < until) {
        await options.sent(until - clock.now());
        messages = store.receive(queue, limit, hide, clock.now());
      }
      return messages.length === 0 ? {} : { Messages: messages.map((message) => toWire(message, input)) };
    }),
    DeleteMessage: onQueue('DeleteMessage', remove),
    DeleteMessageBatch: onBatch('DeleteMessage', remove),
    ChangeMessageVisibility: onQueue('ChangeMessageVisibility', changeVisibility),
    ChangeMessageVisibilityBatch: onBatch('ChangeMessageVisibility', changeVisibility),
    PurgeQueue: onQueue('PurgeQueue', (queue) => {
      const last = purgedAt.get(queue.name);
      // API Reference, PurgeQueue: one every 60 seconds.
      if (last !== undefined && clock.now() < last + 60_000) {
        throw new AwsError(
          'AWS.SimpleQueueService.PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          403,
        );
      }
      purgedAt.set(queue.name, clock.now());
      store.purge(queue.name);
    }),
    GetQueueAttributes: onQueue('GetQueueAttributes', (queue, input) => {
      const wanted = textList(input, 'AttributeNames');
      checkAttributeNames(wanted);
      const counts = store.counts(queue.name, clock.now());
      const all = shownAttributes(queue, arnOf(queue.name), options.policyOf(queue.name), counts);
      return { Attributes: pick(all, wanted) };
    }),
    GetQueueUrl: {
      authorize: (input) => [{ action: 'sqs:GetQueueUrl', resource: arnOf(requiredText(input, 'QueueName')) }],
      run: (input) => {
        const owner = optionalText(input, 'QueueOwnerAWSAccountId');
        if (owner !== undefined && owner !== accountId) throw noSuchQueue();
        return { QueueUrl: urlOf(queueOf(requiredText(input, 'QueueName')).name) };
      },
    },
    ListQueues: {
      authorize: () => [{ action: 'sqs:ListQueues', resource: '*' }],
      run: (input) => {
        const limit = optionalNumber(input, 'MaxResults', 1, MAX_QUEUES);
        const { items, next } = pageAfter(
          store.list(optionalText(input, 'QueueNamePrefix') ?? ''),
          ({ name }) => name,
          limit ?? MAX_QUEUES,
          optionalText(input, 'NextToken'),
          () => new AwsError('InvalidParameterValue', 'Invalid or expired next token.'),
        );
        const shown = limit !== undefined && next !== undefined;
        return { QueueUrls: items.map(({ name }) => urlOf(name)), ...(shown && { NextToken: next }) };
      },
    },
  };
}
