import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { eventOutbox, eventOutboxSchema } from '#src/cloud/event-outbox';
import { prepareOperation } from '#src/cloud/json-operations';
import { type JsonObject, jsonError, jsonResponse } from '#src/cloud/json-protocol';
import {
  AwsError,
  type CloudContext,
  type CloudService,
  type RemovedResource,
  type ServiceRequest,
  type TemplateResource,
} from '#src/cloud/service';
import { openDatabase, statementsOf } from '#src/cloud/sqlite';
import type { AlarmState } from './alarm-evaluation.ts';
import { parseAlarmRule } from './alarm-rule-expression.ts';
import { alarmStore } from './alarm-store.ts';
import { cloudWatchMembers } from './members.ts';
import { metricStore } from './metric-store.ts';
import { monitor } from './monitor.ts';
import { cloudWatchOperations } from './operations.ts';
import { readAlarmRule } from './read-input.ts';
import { errorXml, parseForm, toJson, toXml } from './wire.ts';

/** The embedded CloudWatch, and what other services use of it inside the cloud. */
export interface CloudWatch extends CloudService {
  /** Records one value of a metric, now. */
  putMetric(
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
    unit?: string,
  ): void;
  /** The state of an alarm, evaluated again; undefined when there is no such alarm. */
  alarmState(name: string): AlarmState | undefined;
}

const targetPrefix = 'GraniteServiceVersion20100801.';
const isForm = (headers: Readonly<Record<string, string>>): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;

/** The most that a gzipped body may unpack to: one of 1 MB is far smaller in practice. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 20;

/** @throws AwsError `RequestEntityTooLargeException`, `SerializationException` */
function unpack(raw: Buffer): Buffer {
  try {
    return gunzipSync(raw, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
      ? new AwsError(
          'RequestEntityTooLargeException',
          `The request body unpacks to more than ${MAX_UNPACKED_BYTES} bytes.`,
        )
      : new AwsError('SerializationException', 'The request body is not valid gzip.');
  }
}

/** Reads a call in AWS JSON 1.0 (SDK v3, boto3, CLI) or the older query protocol; large bodies may be gzipped. */
async function readCall(request: ServiceRequest): Promise<{ readonly operation: string; readonly input: JsonObject }> {
  const raw = await buffer(request.body);
  const body = (request.headers['content-encoding'] === 'gzip' ? unpack(raw) : raw).toString('utf8');
  if (isForm(request.headers)) return parseForm(body);
  const target = request.headers['x-amz-target'] ?? '';
  const operation = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : target;
  try {
    const input: unknown = JSON.parse(body === '' ? '{}' : body);
    if (typeof input === 'object' && input !== null && !Array.isArray(input))
      return { operation, input: input as JsonObject };
  } catch {
    // Reported below, like any other body that is not a JSON object.
  }
  throw new AwsError('SerializationException', 'The request body must be a JSON object');
}

/** State: `<stateDir>/cloudwatch/cloudwatch.db`. */
export function createCloudWatch(context: CloudContext): CloudWatch {
  const dir = join(context.stateDir, 'cloudwatch');
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(join(dir, 'cloudwatch.db'), 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const { clock } = context;
  const metrics = metricStore(db, clock.now);
  const alarms = alarmStore(db);
  db.exec(eventOutboxSchema);
  const outbox = eventOutbox(statementsOf(db), context);
  const watch = monitor(context, db, metrics, alarms, outbox);
  const operations = cloudWatchOperations(context, { metrics, alarms, watch });
  const inTemplate = new Set<string>();
  const nameOf = ({ logicalId, properties }: TemplateResource, member: 'AlarmName' | 'DashboardName'): string =>
    typeof properties[member] === 'string' ? properties[member] : logicalId;
  const alarmLife = {
    existing: async (resource: TemplateResource) => alarms.get(nameOf(resource, 'AlarmName'))?.name,
    delete: async ({ ref }: RemovedResource) => {
      alarms.remove(ref);
      inTemplate.delete(ref);
    },
  };
  const dashboardLife = {
    async existing(resource: TemplateResource) {
      const name = nameOf(resource, 'DashboardName');
      return alarms.dashboard(name) === undefined ? undefined : name;
    },
    delete: async ({ ref }: RemovedResource) => alarms.removeDashboard(ref),
  };

  const applyAlarm = async (resource: TemplateResource) => {
    const { properties } = resource;
    const name = nameOf(resource, 'AlarmName');
    readAlarmRule(properties);
    alarms.put(name, { ...properties, AlarmName: name }, true, clock.now());
    inTemplate.add(name);
    return { ref: name, attributes: { Arn: watch.alarmArn(name) } };
  };
  const applyComposite = async (resource: TemplateResource) => {
    const { properties } = resource;
    const name = nameOf(resource, 'AlarmName');
    parseAlarmRule(String(properties['AlarmRule'] ?? ''));
    alarms.put(name, { ...properties, AlarmName: name }, true, clock.now());
    inTemplate.add(name);
    return { ref: name, attributes: { Arn: watch.alarmArn(name) } };
  };
  const applyDashboard = async (resource: TemplateResource) => {
    const { properties } = resource;
    const name = nameOf(resource, 'DashboardName');
    const body = properties['DashboardBody'];
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    try {
      JSON.parse(text);
    } catch {
      throw new AwsError('InvalidParameterInput', `The body of dashboard ${name} is not valid JSON`);
    }
    alarms.putDashboard(name, text);
    return { ref: name, attributes: {} };
  };

  return {
    signingNames: ['monitoring'],
    members: cloudWatchMembers,
    prepare: async (request) => {
      const { operation: name, input } = await readCall(request);
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation)
        throw new AwsError('UnknownOperationException', `The embedded cloud does not provide CloudWatch ${name}`);
      return prepareOperation(name, operation, input, (output) =>
        isForm(request.headers)
          ? { status: 200, headers: { 'content-type': 'text/xml' }, body: toXml(name, output, request.id) }
          : jsonResponse(toJson(output), '1.0'),
      );
    },
    formatError: (error, request) => {
      const { id, headers } = request;
      if (isForm(headers)) {
        const body = errorXml(error.code, error.message, error.status, id);
        return { status: error.status, headers: { 'content-type': 'text/xml' }, body };
      }
      const response = jsonError('1.0')(error, request);
      // Clients that knew the query protocol read the old name of the error here.
      return { ...response, headers: { ...response.headers, 'x-amzn-query-error': `${error.code};Sender` } };
    },
    resources: {
      'AWS::CloudWatch::Alarm': { apply: applyAlarm, ...alarmLife },
      'AWS::CloudWatch::CompositeAlarm': { apply: applyComposite, ...alarmLife },
      'AWS::CloudWatch::Dashboard': { apply: applyDashboard, ...dashboardLife },
    },
    putMetric: (namespace, name, dimensions, value, unit = 'None') => {
      const datum = { timestamp: clock.now(), count: 1, sum: value, min: value, max: value, unit };
      watch.put({ namespace, name, dimensions }, [datum]);
    },
    alarmState: (name) => {
      const alarm = alarms.get(name);
      return alarm && watch.judge(alarm).state;
    },
    start: async () => {
      for (const name of alarms.templateNames()) if (!inTemplate.has(name)) alarms.remove(name);
      outbox.start();
    },
    close: async () => db.close(),
  };
}
