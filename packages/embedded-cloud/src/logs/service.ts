import { type JsonObject, jsonError, jsonResponse, optionalString, readJsonRequest } from '../cloud/json-protocol.ts';
import { physicalName } from '../cloud/physical-name.ts';
import { AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import { assertServiceMay } from '../iam/service-access.ts';
import { keyUse } from '../kms/key-use.ts';
import { type LogLine, readLog } from './store.ts';

interface Group {
  readonly name: string;
  readonly retentionDays?: number;
  readonly kmsKeyId?: string;
}

/** CloudWatch Logs, reading: finds the output of functions by group, stream, time and words. */
export interface LogsService extends CloudService {
  /** A function's group exists from its first line on, as on AWS. */
  ensureGroup(name: string): void;
}

const DEFAULT_LIMIT = 10_000;

export function createLogs(context: CloudContext): LogsService {
  const { region, accountId, stateDir } = context;
  const groups = new Map<string, Group>();
  const arn = (group: string): string => `arn:aws:logs:${region}:${accountId}:log-group:${group}`;

  /**
   * CloudWatch Logs encrypts in its own name, bound to the group (CloudWatch Logs User Guide, "Encrypt log data using AWS
   * KMS").
   * @throws AwsError `InvalidParameterException` when the key's policy does not let it
   */
  function assertEncrypts(group: string, key: string): void {
    try {
      const entries = keyUse(context, {
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'],
        key,
        encryptionContext: { 'aws:logs:arn': arn(group) },
      });
      for (const entry of entries)
        assertServiceMay(context, { service: `logs.${region}.amazonaws.com`, sourceArn: arn(group) }, entry);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw new AwsError(
        'InvalidParameterException',
        `The specified KMS Key Id could not be associated with specified Log Group '${arn(group)}'. ${cause.message}`,
      );
    }
  }

  const groupOf = (input: JsonObject): string => {
    const name =
      optionalString(input, 'logGroupName') ??
      (optionalString(input, 'logGroupIdentifier') ?? '').replace(/^arn:.*:log-group:([^:]+).*$/, '$1');
    if (!groups.has(name)) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return name;
  };

  const operations: Readonly<Record<string, (input: JsonObject) => unknown>> = {
    DescribeLogGroups(input) {
      const prefix = optionalString(input, 'logGroupNamePrefix') ?? '';
      const found = [...groups.values()].filter(({ name }) => name.startsWith(prefix));
      return {
        logGroups: found.map(({ name, retentionDays, kmsKeyId }) => ({
          logGroupName: name,
          arn: `${arn(name)}:*`,
          logGroupArn: arn(name),
          ...(retentionDays && { retentionInDays: retentionDays }),
          ...(kmsKeyId !== undefined && { kmsKeyId }),
        })),
      };
    },
    DescribeLogStreams(input) {
      const group = groupOf(input);
      const streams = Map.groupBy(readLog(stateDir, group), (line) => line.stream);
      return {
        logStreams: [...streams].map(([name, lines]) => ({
          logStreamName: name,
          arn: `${arn(group)}:log-stream:${name}`,
          firstEventTimestamp: lines[0]?.time,
          lastEventTimestamp: lines.at(-1)?.time,
        })),
      };
    },
    FilterLogEvents(input) {
      const { lines, next } = page(input, select(input, readLog(stateDir, groupOf(input))));
      const events = lines.map(({ line, index }) => ({
        logStreamName: line.stream,
        timestamp: line.time,
        ingestionTime: line.time,
        message: line.message,
        eventId: String(index).padStart(20, '0'),
      }));
      return { events, searchedLogStreams: [], ...(next !== undefined && { nextToken: next }) };
    },
    GetLogEvents(input) {
      const stream = optionalString(input, 'logStreamName');
      const { lines, next } = page(
        input,
        select({ ...input, logStreamNames: [stream] }, readLog(stateDir, groupOf(input))),
      );
      const at = String(input['nextToken'] ?? '0');
      const events = lines.map(({ line }) => ({
        timestamp: line.time,
        ingestionTime: line.time,
        message: line.message,
      }));
      return { events, nextForwardToken: next ?? String(Number(at) + lines.length), nextBackwardToken: at };
    },
  };

  return {
    signingNames: ['logs'],
    resources: {
      'AWS::Logs::LogGroup': {
        async apply({ logicalId, properties, stackName }) {
          const name =
            typeof properties['LogGroupName'] === 'string'
              ? properties['LogGroupName']
              : physicalName(stackName, logicalId, 512);
          const days = Number(properties['RetentionInDays']);
          const kmsKeyId = optionalString(properties, 'KmsKeyId');
          if (kmsKeyId !== undefined) assertEncrypts(name, kmsKeyId);
          groups.set(name, {
            name,
            ...(days > 0 && { retentionDays: days }),
            ...(kmsKeyId !== undefined && { kmsKeyId }),
          });
          return { ref: name, attributes: { Arn: `${arn(name)}:*` } };
        },
        delete: async ({ ref }) => void groups.delete(ref),
      },
    },
    ensureGroup(name) {
      if (!groups.has(name)) groups.set(name, { name });
    },
    async prepare(request) {
      const { operation, input } = await readJsonRequest(request, 'Logs_20140328');
      const handler = operations[operation];
      if (!handler)
        throw new AwsError(
          'UnknownOperationException',
          `CloudWatch Logs ${operation} is not emulated. Known: ${Object.keys(operations).join(', ')}.`,
        );
      const group = optionalString(input, 'logGroupName');
      return {
        operation,
        authorize: [{ action: `logs:${operation}`, resource: group ? `${arn(group)}:*` : '*' }],
        input,
        execute: async () => jsonResponse(handler(input), '1.1'),
      };
    },
    formatError: jsonError('1.1'),
  };
}

/** Lines of the requested streams, time span and words. */
function select(input: JsonObject, lines: readonly LogLine[]): LogLine[] {
  const names = Array.isArray(input['logStreamNames']) ? input['logStreamNames'] : undefined;
  const prefix = optionalString(input, 'logStreamNamePrefix') ?? '';
  const from = Number(input['startTime'] ?? 0);
  const to = Number(input['endTime'] ?? Number.POSITIVE_INFINITY);
  const matches = filterPattern(optionalString(input, 'filterPattern') ?? '');
  return lines.filter(
    (line) =>
      (names?.includes(line.stream) ?? true) &&
      line.stream.startsWith(prefix) &&
      line.time >= from &&
      line.time <= to &&
      matches(line.message),
  );
}

function page(
  input: JsonObject,
  lines: readonly LogLine[],
): { lines: { line: LogLine; index: number }[]; next?: string } {
  const start = Number(input['nextToken'] ?? 0);
  const limit = Math.min(Number(input['limit'] ?? DEFAULT_LIMIT), DEFAULT_LIMIT);
  const chosen = lines.slice(start, start + limit).map((line, offset) => ({ line, index: start + offset }));
  return { lines: chosen, ...(start + limit < lines.length && { next: String(start + limit) }) };
}

/**
 * The part of the filter syntax that text needs: words and "quoted phrases" that must all occur, `-word` that must
 * not, `?word` of which one must.
 * @throws AwsError `InvalidParameterException` for the JSON and space-delimited forms
 */
function filterPattern(pattern: string): (message: string) => boolean {
  if (/^\s*[{[]/.test(pattern))
    throw new AwsError(
      'InvalidParameterException',
      'Only text filter patterns are emulated: words, "phrases", -not and ?or.',
    );
  const terms = [...pattern.matchAll(/([?-]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign, quoted, bare]) => ({
    sign,
    text: quoted ?? bare ?? '',
  }));
  const optional = terms.filter(({ sign }) => sign === '?');
  return (message) =>
    terms.every(({ sign, text }) => sign === '?' || message.includes(text) !== (sign === '-')) &&
    (optional.length === 0 || optional.some(({ text }) => message.includes(text)));
}
