import { type JsonObject, optionalString } from '../cloud/json-protocol.ts';
import { pageAfter } from '../cloud/paging.ts';
import { optionalNumber } from '../cloud/read-members.ts';
import { AwsError } from '../cloud/service.ts';
import { selectLines } from './filter.ts';
import type { LogLine } from './store.ts';

export interface Group {
  readonly name: string;
  readonly retentionDays?: number;
  readonly kmsKeyId?: string;
}

/** What the operations read. */
export interface LogSource {
  readonly groups: Map<string, Group>;
  arn(group: string): string;
  lines(group: string): LogLine[];
}

/** API Reference, DescribeLogGroups and DescribeLogStreams: limit. */
const MAX_DESCRIBED = 50;
/** API Reference, GetLogEvents and FilterLogEvents: limit. */
const MAX_EVENTS = 10_000;

/** API Reference, PutRetentionPolicy: retentionInDays. */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

const invalidToken = (): AwsError => invalid('The specified nextToken is invalid.');

function page<T>(input: JsonObject, all: readonly T[], keyOf: (item: T) => string) {
  const limit = optionalNumber(input, 'limit', 1, MAX_DESCRIBED) ?? MAX_DESCRIBED;
  const { items, next } = pageAfter(all, keyOf, limit, optionalString(input, 'nextToken'), invalidToken);
  return { items, ...(next !== undefined && { nextToken: next }) };
}

/** The operations of CloudWatch Logs by name. */
export function logOperations({
  groups,
  arn,
  lines,
}: LogSource): Readonly<Record<string, (input: JsonObject) => unknown>> {
  const groupOf = (input: JsonObject): string => {
    const name =
      optionalString(input, 'logGroupName') ??
      (optionalString(input, 'logGroupIdentifier') ?? '').replace(/^arn:.*:log-group:([^:]+).*$/, '$1');
    if (!groups.has(name)) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return name;
  };

  return {
    DescribeLogGroups(input) {
      const prefix = optionalString(input, 'logGroupNamePrefix');
      const pattern = optionalString(input, 'logGroupNamePattern');
      if (prefix !== undefined && pattern !== undefined)
        throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
      const found = [...groups.values()]
        .filter(({ name }) => name.startsWith(prefix ?? ''))
        .filter(({ name }) => name.toLowerCase().includes(pattern?.toLowerCase() ?? ''))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...next } = page(input, found, ({ name }) => name);
      return {
        logGroups: items.map(({ name, retentionDays, kmsKeyId }) => ({
          logGroupName: name,
          arn: `${arn(name)}:*`,
          logGroupArn: arn(name),
          ...(retentionDays && { retentionInDays: retentionDays }),
          ...(kmsKeyId !== undefined && { kmsKeyId }),
        })),
        ...next,
      };
    },
    PutRetentionPolicy(input) {
      const name = groupOf(input);
      const days = Number(input['retentionInDays']);
      if (!RETENTIONS.includes(days))
        throw invalid(
          `retentionInDays must be one of ${RETENTIONS.join(', ')}, not ${String(input['retentionInDays'])}.`,
        );
      groups.set(name, { ...groups.get(name), name, retentionDays: days });
      return {};
    },
    DescribeLogStreams(input) {
      const group = groupOf(input);
      const prefix = optionalString(input, 'logStreamNamePrefix');
      const order = optionalString(input, 'orderBy') ?? 'LogStreamName';
      if (order !== 'LogStreamName' && order !== 'LastEventTime')
        throw invalid(`orderBy must be LogStreamName or LastEventTime, not ${order}.`);
      if (order === 'LastEventTime' && prefix !== undefined)
        throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
      const sign = input['descending'] === true ? -1 : 1;
      const streams = [...Map.groupBy(lines(group), (line) => line.stream)]
        .map(([name, found]) => ({ name, first: found[0]?.time ?? 0, last: found.at(-1)?.time ?? 0 }))
        .filter(({ name }) => name.startsWith(prefix ?? ''))
        .toSorted((a, b) => sign * ((order === 'LastEventTime' && a.last - b.last) || (a.name < b.name ? -1 : 1)));
      const { items, ...next } = page(input, streams, ({ name }) => name);
      return {
        logStreams: items.map(({ name, first, last }) => ({
          logStreamName: name,
          arn: `${arn(group)}:log-stream:${name}`,
          firstEventTimestamp: first,
          lastEventTimestamp: last,
        })),
        ...next,
      };
    },
    FilterLogEvents(input) {
      const found = selectLines(input, lines(groupOf(input)));
      // API Reference, FilterLogEvents: the oldest first, unless startFromHead is false.
      const start = offsetOf(optionalString(input, 'nextToken') ?? '0');
      const end = start + limitOf(input);
      const ordered = input['startFromHead'] === false ? found.toReversed() : found;
      const events = ordered.slice(start, end).map((line, offset) => ({
        logStreamName: line.stream,
        timestamp: line.time,
        ingestionTime: line.time,
        message: line.message,
        eventId: String(start + offset).padStart(20, '0'),
      }));
      return { events, searchedLogStreams: [], ...(end < found.length && { nextToken: String(end) }) };
    },
    GetLogEvents(input) {
      const stream = optionalString(input, 'logStreamName');
      const found = selectLines({ ...input, logStreamNames: [stream] }, lines(groupOf(input)));
      const { start, end } = window(input, found.length);
      const events = found.slice(start, end).map((line) => ({
        timestamp: line.time,
        ingestionTime: line.time,
        message: line.message,
      }));
      return { events, nextForwardToken: `f/${end}`, nextBackwardToken: `b/${start}` };
    },
  };
}

const limitOf = (input: JsonObject): number => optionalNumber(input, 'limit', 1, MAX_EVENTS) ?? MAX_EVENTS;

function offsetOf(token: string): number {
  if (/^\d+$/.test(token)) return Number(token);
  throw invalidToken();
}

/**
 * Which lines of a stream an answer has: the latest, the first with startFromHead, or those before or after a token's place
 * (API Reference, GetLogEvents).
 */
function window(input: JsonObject, count: number): { readonly start: number; readonly end: number } {
  const limit = limitOf(input);
  const token = optionalString(input, 'nextToken');
  const place = token === undefined ? 0 : offsetOf(token.slice(2));
  if (token?.startsWith('f/')) return { start: Math.min(place, count), end: Math.min(place + limit, count) };
  if (token?.startsWith('b/')) return { start: Math.max(0, place - limit), end: Math.min(place, count) };
  if (token !== undefined) throw invalidToken();
  if (input['startFromHead'] === true) return { start: 0, end: Math.min(limit, count) };
  return { start: Math.max(0, count - limit), end: count };
}
