import { LEFT_OUT_DOCUMENT } from '#src/cloud/left-out';
import { type AuthorizationRequest, AwsError, type CloudContext } from '#src/cloud/service';
import { assertServiceMay, type ServiceCaller } from '#src/iam/service-access';
import { isAwsManaged, keyUse } from '#src/kms/key-use';
import type { Queue } from './queue-store.ts';

/** Another service that puts a message into a queue: in its own name, or with a role it was given. */
export type QueueClient = ServiceCaller | { readonly roleArn: string; readonly sessionName: string };

/** What a caller must be allowed beyond the queue itself where a customer's key encrypts it. */
export function queueKeyUse(
  context: CloudContext,
  queue: Queue,
  queueArn: string,
  action: string,
  via: 'sqs' | undefined = 'sqs',
): AuthorizationRequest[] {
  const key = queue.attributes['KmsMasterKeyId'];
  if (key === undefined) return [];
  const actions = {
    SendMessage: ['kms:GenerateDataKey', 'kms:Decrypt'] as const,
    ReceiveMessage: ['kms:Decrypt'] as const,
  }[action];
  if (!actions) return [];
  const encryptionContext = { 'aws:sqs:arn': queueArn };
  return keyUse(context, { actions, key, encryptionContext, ...(via && { via }) });
}

/**
 * Checks a message of another service against the policy of the queue, or of the role it comes with
 * (EventBridge User Guide, "Using dead-letter queues"; SQS Developer Guide, "Key management").
 * @throws AwsError `AccessDenied` with the statement that is missing
 */
export function assertMaySend(context: CloudContext, queue: Queue, queueArn: string, by: QueueClient): void {
  const send = { action: 'sqs:SendMessage', resource: queueArn };
  if ('roleArn' in by) {
    const authorize = [send, ...queueKeyUse(context, queue, queueArn, 'SendMessage')];
    const { region, accountId } = context;
    const QueueUrl = `https://sqs.${region}.amazonaws.com/${accountId}/${queue.name}`;
    const input = { QueueUrl, MessageBody: LEFT_OUT_DOCUMENT };
    const refusal = context.actAs({ ...by, service: 'sqs', operation: 'SendMessage', authorize, input });
    if (refusal !== undefined) throw new AwsError('AccessDenied', refusal, 403);
    return;
  }
  const key = queue.attributes['KmsMasterKeyId'];
  if (key !== undefined && isAwsManaged(key)) {
    throw new AwsError(
      'KMS.AccessDeniedException',
      `${by.service} may not use ${key}, which encrypts ${queueArn}: nobody can change the policy of a key AWS manages. Encrypt the queue with SqsManagedSseEnabled, or with a key of your own whose policy allows ${by.service}.`,
    );
  }
  for (const entry of [send, ...queueKeyUse(context, queue, queueArn, 'SendMessage', undefined)])
    assertServiceMay(context, by, entry);
}
