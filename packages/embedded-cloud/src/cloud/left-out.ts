/**
 * The placeholder in the audit log for a value that must not be logged: personal values may be in objects, items, events
 * and messages. Kind and size remain, so that a request can still be checked against AWS's service model.
 */
export const leftOutText = (value: string): string => `<left out: ${value.length} characters>`;
export const leftOutBytes = (bytes: number): string => `<left out: ${bytes} bytes>`;
const leftOutUnit = (unit: 'number' | 'boolean' | 'document'): string => `<left out: ${unit}>`;
/** For a body that is not read before the request is logged. */
export const LEFT_OUT_DOCUMENT = leftOutUnit('document');

/** Recognises the placeholder of a value that was left out; `length` in characters or bytes, where it is known. */
export function readLeftOut(value: unknown): { readonly length?: number } | undefined {
  const found =
    typeof value === 'string' ? /^<left out: (?:(\d+) (?:characters|bytes)|[a-z]+)>$/.exec(value) : undefined;
  if (!found) return undefined;
  return found[1] === undefined ? {} : { length: Number(found[1]) };
}

/**
 * Members that may hold anything, by signing name of the service: AWS's own models mark most of them as sensitive, and
 * CloudTrail leaves them out too. All plain values below such a member are left out.
 */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  dynamodb: [
    'AttributeUpdates',
    'AttributeValueList',
    'Expected',
    'ExpressionAttributeValues',
    'Item',
    'KeyConditions',
    'Parameters',
    'QueryFilter',
    'ScanFilter',
  ],
  events: ['Detail', 'Event', 'Input'],
  kms: ['CiphertextBlob', 'Plaintext'],
  logs: ['message'],
  s3: ['CopySourceSSECustomerKey', 'Metadata', 'SSECustomerKey', 'SSEKMSEncryptionContext', 'SSEKMSKeyId', 'Tagging'],
  sagemaker: ['ModelCardContent'],
  scheduler: ['Input'],
  secretsmanager: ['SecretBinary', 'SecretString'],
  sqs: ['BinaryValue', 'MessageBody', 'StringValue'],
  states: ['cause', 'context', 'definition', 'error', 'input', 'output', 'taskToken', 'variables'],
};

/** A request's input as the audit log keeps it. @param signingName of the service it was sent to */
export function auditedInput(signingName: string, input: unknown): unknown {
  const names = new Set(Object.hasOwn(LEFT_OUT, signingName) ? LEFT_OUT[signingName] : []);
  if (names.size === 0) return input;
  const copy = (value: unknown, hide: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => copy(item, hide));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([member, inner]) => [member, copy(inner, hide || names.has(member))]),
      );
    }
    return hide ? leftOut(value) : value;
  };
  return copy(input, false);
}

const LONG_TEXT = 512;

/** An input with its long texts left out: policies, definitions, tokens. */
export function withoutLongTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.length > LONG_TEXT ? leftOutText(value) : value;
  if (Array.isArray(value)) return value.map(withoutLongTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, withoutLongTexts(inner)]));
}

function leftOut(value: unknown): unknown {
  if (typeof value === 'string') return readLeftOut(value) ? value : leftOutText(value);
  if (typeof value === 'number') return leftOutUnit('number');
  return typeof value === 'boolean' ? leftOutUnit('boolean') : value;
}
