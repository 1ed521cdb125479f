import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalNumber, optionalObject, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import { maxMessageBytes } from './queue-settings.ts';
import type { MessageAttribute, MessageAttributes, Queue } from './queue-store.ts';

/** A message to be sent. */
export interface Draft {
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Absent: as the queue has it. */
  readonly delaySeconds?: number;
}

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

/** What SQS accepts in a body: the characters of XML 1.0 (API Reference, SendMessage). */
const FOREIGN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const MAX_ATTRIBUTES = 10;
const ATTRIBUTE_NAME = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;

/** Bytes of a message as SQS counts them: body, and name, type and value of each attribute. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  const parts = Object.entries(attributes).flatMap(([name, { DataType, StringValue, BinaryValue }]) => [
    Buffer.byteLength(name),
    Buffer.byteLength(DataType),
    StringValue === undefined ? Buffer.byteLength(BinaryValue ?? '', 'base64') : Buffer.byteLength(StringValue),
  ]);
  return parts.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(body));
}

/**
 * Reads and checks what is to be sent.
 * @throws AwsError `InvalidMessageContents`, `InvalidParameterValue`
 */
export function readDraft(queue: Queue, input: JsonObject): Draft {
  const body = requiredText(input, 'MessageBody');
  if (FOREIGN.test(body))
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  const attributes = (optionalObject(input, 'MessageAttributes') ?? {}) as MessageAttributes;
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES)
    throw invalid(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`);
  for (const [name, attribute] of entries) checkAttribute(name, attribute);
  const limit = Number(queue.attributes['MaximumMessageSize'] ?? maxMessageBytes);
  if (messageBytes(body, attributes) > limit)
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  const delaySeconds = optionalNumber(input, 'DelaySeconds', 0, 900);
  return { body, attributes, ...(delaySeconds !== undefined && { delaySeconds }) };
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  if (!ATTRIBUTE_NAME.test(name))
    throw invalid(
      `Message attribute name '${name}' is invalid: letters, digits, _ - and single dots, not starting with AWS.`,
    );
  const [kind = ''] = String(DataType).split('.');
  if (!['String', 'Number', 'Binary'].includes(kind))
    throw invalid(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  if ((kind === 'Binary' ? BinaryValue : StringValue) === undefined || (kind !== 'Binary' && StringValue === ''))
    throw invalid(`The message (user) attribute '${name}' must contain a non-empty message attribute value.`);
  if (kind === 'Number' && Number.isNaN(Number(StringValue)))
    throw invalid(`Can't cast the value of message (user) attribute '${name}' to a number.`);
}
