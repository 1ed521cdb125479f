import { AwsError } from '#src/cloud/service';
import { maxMessageBytes } from './queue-settings.ts';
import type { Queue, QueueStore } from './queue-store.ts';

/** What a queue may be asked for (API Reference, GetQueueAttributes). */
const ATTRIBUTES = new Set([
  ...['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesDelayed', 'ApproximateNumberOfMessagesNotVisible'],
  ...['ContentBasedDeduplication', 'CreatedTimestamp', 'DeduplicationScope', 'DelaySeconds', 'FifoQueue'],
  ...['FifoThroughputLimit', 'KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'LastModifiedTimestamp'],
  ...['MaximumMessageSize', 'MessageRetentionPeriod', 'Policy', 'QueueArn', 'ReceiveMessageWaitTimeSeconds'],
  ...['RedriveAllowPolicy', 'RedrivePolicy', 'SqsManagedSseEnabled', 'VisibilityTimeout'],
]);

/** @throws AwsError `InvalidAttributeName` */
export function checkAttributeNames(wanted: readonly string[]): void {
  const unknown = wanted.find((name) => name !== 'All' && !ATTRIBUTES.has(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
}

/** The attributes of a queue as GetQueueAttributes shows them. @param policy its policy document, where it has one */
export function shownAttributes(
  { attributes, createdAt }: Queue,
  queueArn: string,
  policy: unknown,
  { visible, hidden, delayed }: ReturnType<QueueStore['counts']>,
): Readonly<Record<string, string>> {
  const created = String(Math.floor(createdAt / 1000));
  return {
    VisibilityTimeout: '30',
    MessageRetentionPeriod: '345600',
    DelaySeconds: '0',
    MaximumMessageSize: String(maxMessageBytes),
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: String(attributes['KmsMasterKeyId'] === undefined),
    ...(policy !== undefined && { Policy: JSON.stringify(policy) }),
    ...attributes,
    QueueArn: queueArn,
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}
