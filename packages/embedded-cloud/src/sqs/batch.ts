import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, optionalObject } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import { messageBytes } from './message.ts';
import { maxMessageBytes } from './queue-settings.ts';
import type { MessageAttributes } from './queue-store.ts';

export type BatchEntry = JsonObject;

const refuse = (name: string, message: string): AwsError => new AwsError(`AWS.SimpleQueueService.${name}`, message);

/** @throws AwsError when the batch as a whole is malformed */
function entriesOf(input: JsonObject): readonly BatchEntry[] {
  const entries = objectList(input, 'Entries');
  if (entries.length === 0) throw refuse('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10)
    throw refuse(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  const ids = entries.map((entry) => String(entry['Id'] ?? ''));
  const invalid = ids.find((id) => !/^[\w-]{1,80}$/.test(id));
  if (invalid !== undefined)
    throw refuse(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw refuse('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`);
  return entries;
}

/** The messages of a batch together are no larger than one may be. @throws AwsError `BatchRequestTooLong` */
export function checkBatchSize(input: JsonObject): void {
  const bytes = entriesOf(input).reduce(
    (sum, entry) =>
      sum +
      messageBytes(
        String(entry['MessageBody'] ?? ''),
        (optionalObject(entry, 'MessageAttributes') ?? {}) as MessageAttributes,
      ),
    0,
  );
  if (bytes > maxMessageBytes)
    throw refuse(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${bytes} bytes.`,
    );
}

/** Runs an operation on each entry; those that fail are reported beside those that did not. */
export function runBatch(input: JsonObject, one: (entry: BatchEntry) => object): object {
  const outcomes = entriesOf(input).map((entry) => {
    const Id = String(entry['Id']);
    try {
      return { ok: { Id, ...one(entry) } };
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      return { failed: { Id, Code: cause.code, Message: cause.message, SenderFault: cause.status < 500 } };
    }
  });
  return {
    Successful: outcomes.flatMap(({ ok }) => (ok ? [ok] : [])),
    Failed: outcomes.flatMap(({ failed }) => (failed ? [failed] : [])),
  };
}
