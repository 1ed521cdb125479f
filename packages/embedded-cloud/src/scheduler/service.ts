import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepareOperation } from '#src/cloud/json-operations';
import { readJsonBody } from '#src/cloud/json-protocol';
import { AwsError, type CloudContext, type CloudService, type TemplateResource } from '#src/cloud/service';
import { openDatabase } from '#src/cloud/sqlite';
import { outbox } from '#src/eventbridge/outbox';
import { timerLoop } from '../cloud/timer-loop.ts';
import { schedulerMembers } from './members.ts';
import { groupArn, requireTrust, scheduleArn, schedulerOperations } from './operations.ts';
import { readSchedule } from './read-schedule.ts';
import { type StoredSchedule, scheduleStore } from './schedule-store.ts';

/** Query parameters are members in camel case; one has another name (service model of scheduler, 2021-06-30). */
const memberOf = (parameter: string): string =>
  parameter === 'ScheduleGroup' ? 'GroupName' : `${parameter.charAt(0).toUpperCase()}${parameter.slice(1)}`;

const json = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body ?? {}),
});

const wholeSeconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/**
 * What the target receives: the schedule's Input with its keywords filled in, or Scheduler's own event.
 * The keywords are those of the user guide, "Adding context attributes".
 */
function payloadOf(schedule: StoredSchedule, arn: string, { accountId, region }: CloudContext, due: number): string {
  const id = randomUUID();
  const time = wholeSeconds(due);
  if (schedule.target.Input === undefined) {
    const event = {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: accountId,
      time,
      region,
    };
    return JSON.stringify({ ...event, resources: [arn], detail: '{}' });
  }
  const keywords: Record<string, string> = {
    'schedule-arn': arn,
    'scheduled-time': time,
    'execution-id': id,
    'attempt-number': '1',
  };
  return schedule.target.Input.replaceAll(
    /<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>/g,
    (_, keyword: string) => keywords[keyword] ?? '',
  );
}

/**
 * Embedded EventBridge Scheduler: calls each target as the schedule's role. A time missed while the cloud was down is
 * made up for once, at the next start. State: `<stateDir>/scheduler/scheduler.db`; groups come from the template.
 */
export function createScheduler(context: CloudContext): CloudService {
  const dir = join(context.stateDir, 'scheduler');
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(join(dir, 'scheduler.db'), 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const store = scheduleStore(db);
  const groups = new Set(['default']);
  const inTemplate = new Set<string>();
  const box = outbox(context, db, {
    service: 'scheduler',
    deadLetterAttributes: ({ origin, targetArn, scheduledTime = '' }) => ({
      SCHEDULE_ARN: origin,
      TARGET_ARN: targetArn,
      SCHEDULED_TIME: scheduledTime,
    }),
  });

  const fire = (now: number): void => {
    for (const schedule of store.due(now)) {
      const { target, nextAt = now } = schedule;
      const arn = scheduleArn(context, schedule.group, schedule.name);
      const delivery = {
        occasion: `${schedule.name}-${nextAt}`,
        origin: arn,
        targetArn: target.Arn,
        roleArn: target.RoleArn,
        payload: payloadOf(schedule, arn, context, nextAt),
        maximumRetryAttempts: target.RetryPolicy?.MaximumRetryAttempts ?? 185,
        maximumAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
        ...(target.DeadLetterConfig?.Arn === undefined ? {} : { deadLetterArn: target.DeadLetterConfig.Arn }),
        scheduledTime: wholeSeconds(nextAt),
      };
      // Together, so that a process killed in between calls the target once.
      box.add([delivery], () => store.advance(schedule, now));
    }
  };
  const loop = timerLoop({
    clock: context.clock,
    next: store.nextDue,
    run: fire,
    onError: (error) => context.log('error', 'a schedule failed', { error: String(error) }),
  });
  const operations = schedulerOperations(context, { store, groups, changed: () => loop.wake() });

  const placeOf = ({ logicalId, properties }: TemplateResource) => ({
    name: typeof properties['Name'] === 'string' ? properties['Name'] : logicalId,
    group: typeof properties['GroupName'] === 'string' ? properties['GroupName'] : 'default',
  });

  const applySchedule = async (resource: TemplateResource) => {
    const { properties } = resource;
    const { name, group } = placeOf(resource);
    const schedule = readSchedule(group, name, properties, true);
    requireTrust(context, schedule);
    store.put(schedule, context.clock.now());
    inTemplate.add(`${group}/${name}`);
    loop.wake();
    return { ref: name, attributes: { Arn: scheduleArn(context, group, name) } };
  };
  const applyGroup = async ({ logicalId, properties }: TemplateResource) => {
    const name = typeof properties['Name'] === 'string' ? properties['Name'] : logicalId;
    groups.add(name);
    return { ref: name, attributes: { Arn: groupArn(context, name), State: 'ACTIVE' } };
  };

  return {
    signingNames: ['scheduler'],
    members: schedulerMembers,
    prepare: async (request) => {
      const [, collection, name, ...rest] = request.path.split('/').map(decodeURIComponent);
      const path = `/${collection}${name ? '/{Name}' : ''}`;
      const operation = operations.find((o) => rest.length === 0 && o.path === path && o.method === request.method);
      if (!operation) {
        throw new AwsError(
          'UnknownOperationException',
          `The embedded cloud does not provide ${request.method} ${request.path}`,
          404,
        );
      }
      const body = await readJsonBody(request);
      const query = [...request.query].map(([member, value]) => [memberOf(member), value] as const);
      const input = { ...Object.fromEntries(query), ...body, ...(name ? { Name: name } : {}) };
      return prepareOperation(operation.name, operation, input, (output) =>
        json(200, output, { 'x-amzn-requestid': request.id }),
      );
    },
    formatError: (error, { id }) =>
      json(
        error.status,
        { Message: error.message, ...error.fields },
        { 'x-amzn-errortype': error.code, 'x-amzn-requestid': id },
      ),
    resources: {
      'AWS::Scheduler::Schedule': {
        apply: applySchedule,
        async existing(resource) {
          const { name, group } = placeOf(resource);
          return store.get(group, name) && name;
        },
        // `Ref` gives the name alone, so the group is the one the template put it in.
        async delete({ ref }) {
          for (const { group, name, fromTemplate } of store.list()) {
            if (name !== ref || !fromTemplate) continue;
            store.remove(group, name);
            inTemplate.delete(`${group}/${name}`);
          }
        },
      },
      'AWS::Scheduler::ScheduleGroup': { apply: applyGroup },
    },
    start: async () => {
      for (const { group, name, fromTemplate } of store.list()) {
        if (fromTemplate && !inTemplate.has(`${group}/${name}`)) store.remove(group, name);
      }
      box.start();
      loop.start();
    },
    close: async () => {
      await loop.close();
      await box.close();
      db.close();
    },
  };
}
