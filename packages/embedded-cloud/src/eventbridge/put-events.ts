import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList } from '#src/cloud/read-members';
import { AwsError, type BusEvent } from '#src/cloud/service';

/** What PutEvents answers for one entry. */
export type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** One MiB since January 2026, 256 KiB before (AWS Compute Blog, "More room to build: serverless services now support payloads up to 1 MB"). */
const maxBytes = 1_048_576;
const refuse = (ErrorCode: string, ErrorMessage: string): EntryResult => ({ ErrorCode, ErrorMessage });
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Bytes as EventBridge counts them: 14 for a time, then the UTF-8 length of the members (user guide, "PutEvents entry size"). */
const sizeOf = (entry: JsonObject): number => {
  const texts = [entry['Source'], entry['DetailType'], entry['Detail'], ...((entry['Resources'] as unknown[]) ?? [])];
  return (entry['Time'] === undefined ? 0 : 14) + texts.reduce<number>((n, t) => n + Buffer.byteLength(text(t)), 0);
};

function readEntry(entry: JsonObject): { readonly event: BusEvent; readonly time?: number } | EntryResult {
  const source = text(entry['Source']);
  const detailType = text(entry['DetailType']);
  const detail = text(entry['Detail']);
  for (const [name, value] of [
    ['Source', source],
    ['DetailType', detailType],
    ['Detail', detail],
  ] as const) {
    if (value === '') {
      return refuse('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
  }
  if (source.startsWith('aws.')) return refuse('NotAuthorizedForSourceException', 'Not authorized for the source.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(detail);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refuse('MalformedDetail', 'Detail is malformed.');
  }
  const bus = text(entry['EventBusName']) || 'default';
  if (bus !== 'default' && !bus.endsWith(':event-bus/default')) {
    return refuse('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
  }
  const resources = Array.isArray(entry['Resources']) ? entry['Resources'].map(text) : [];
  const seconds = Number(entry['Time']);
  return {
    event: { source, 'detail-type': detailType, resources, detail: parsed },
    ...(Number.isFinite(seconds) ? { time: seconds * 1000 } : {}),
  };
}

/**
 * Takes the entries of PutEvents one by one: a bad entry fails alone, the others are accepted.
 *
 * @param accept puts an event on the bus and returns its id; `time` is milliseconds since the epoch.
 * @throws AwsError `ValidationException` for the request as a whole: no entries, more than ten, or more than a MiB.
 */
export function putEvents(
  input: JsonObject,
  accept: (event: BusEvent, time: number | undefined) => string,
): { FailedEntryCount: number; Entries: EntryResult[] } {
  const entries = objectList(input, 'Entries');
  if (entries.length < 1 || entries.length > 10) {
    throw new AwsError(
      'ValidationException',
      "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10",
    );
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maxBytes) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const results = entries.map((entry): EntryResult => {
    const read = readEntry(entry);
    return 'event' in read ? { EventId: accept(read.event, read.time) } : read;
  });
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}
