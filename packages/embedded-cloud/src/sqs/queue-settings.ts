import { parsePolicy } from '../iam/policy.ts';

/** Attributes of a queue as SetQueueAttributes names them, all texts. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** Bounds of the attributes that are numbers (API Reference, SetQueueAttributes). */
const BOUNDS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  DelaySeconds: [0, 900],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};

/** The largest message and the largest batch a queue takes, in bytes: 1 MiB since August 2025. */
export const maxMessageBytes = 1_048_576;

const wrong = (name: string, reason: string): Error =>
  new Error(`Value for parameter ${name} is invalid. Reason: ${reason}`);

/** Where a queue sends what was received too often. */
export interface Redrive {
  readonly queueArn: string;
  readonly limit: number;
}

/** The dead-letter queue of a queue, if it has one. */
export function redriveOf(attributes: QueueAttributes): Redrive | undefined {
  const policy = attributes['RedrivePolicy'];
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  return { queueArn: String(deadLetterTargetArn), limit: Number(maxReceiveCount) };
}

/**
 * Refuses attributes SQS would refuse.
 * @param attributesOf those of another queue, by ARN: the dead-letter queue
 * @throws Error naming the attribute and the reason
 */
export function checkAttributes(
  queueArn: string,
  attributes: QueueAttributes,
  attributesOf: (queueArn: string) => QueueAttributes | undefined,
): void {
  for (const [name, [min, max]] of Object.entries(BOUNDS)) {
    const value = attributes[name];
    if (value !== undefined && !(/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max))
      throw wrong(name, `Must be an integer from ${min} to ${max}, not ${value}.`);
  }
  if (attributes['SqsManagedSseEnabled'] === 'true' && attributes['KmsMasterKeyId'] !== undefined)
    throw wrong(
      'KmsMasterKeyId',
      'You can use one type of server-side encryption at a time: drop SqsManagedSseEnabled.',
    );
  const redrive = redriveOf(attributes);
  if (!redrive) return;
  if (!(Number.isInteger(redrive.limit) && redrive.limit >= 1 && redrive.limit <= 1000))
    throw wrong('RedrivePolicy', `maxReceiveCount must be an integer from 1 to 1000, not ${redrive.limit}.`);
  const target = attributesOf(redrive.queueArn);
  if (!target) throw wrong('RedrivePolicy', `Dead letter target ${redrive.queueArn} does not exist.`);
  if (!letsRedrive(target, queueArn))
    throw wrong('RedrivePolicy', `The RedriveAllowPolicy of ${redrive.queueArn} does not allow ${queueArn}.`);
}

/** Whether a dead-letter queue takes what another queue moves there; without a RedriveAllowPolicy it does. */
function letsRedrive(target: QueueAttributes, sourceArn: string): boolean {
  const { redrivePermission = 'allowAll', sourceQueueArns = [] } = JSON.parse(target['RedriveAllowPolicy'] ?? '{}') as {
    redrivePermission?: string;
    sourceQueueArns?: readonly string[];
  };
  if (redrivePermission === 'byQueue') return sourceQueueArns.includes(sourceArn);
  return redrivePermission === 'allowAll';
}

/**
 * Refuses a queue policy SQS would refuse: malformed, or about another queue.
 * @throws Error
 */
export function checkQueuePolicy(document: unknown, queueArn: string): void {
  const { statements } = parsePolicy(document, `policy of queue ${queueArn}`, 'resource');
  for (const { actions = [] } of statements) {
    const foreign = actions.find((action) => action !== '*' && !/^sqs:/i.test(action));
    if (foreign !== undefined) throw wrong('Policy', `${foreign} is no action of SQS.`);
  }
}
