import type { Operation } from '#src/cloud/json-operations';
import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalObject, optionalText } from '#src/cloud/read-members';
import { sameValue } from '#src/cloud/same-value';
import { type AuthorizationRequest, AwsError, type CloudContext } from '#src/cloud/service';
import { paged } from './paged.ts';
import { readSchedule } from './read-schedule.ts';
import type { ScheduleRecord, ScheduleStore, StoredSchedule } from './schedule-store.ts';

/** An operation with its place in the REST API; `{Name}` is the name. */
export interface RestOperation extends Operation {
  readonly name: string;
  readonly method: string;
  readonly path: '/schedules' | '/schedules/{Name}' | '/schedule-groups' | '/schedule-groups/{Name}';
}

export const scheduleArn = ({ region, accountId }: CloudContext, group: string, name: string): string =>
  `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;
export const groupArn = ({ region, accountId }: CloudContext, name: string): string =>
  `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;

/**
 * Scheduler takes a role only that it may assume, in the name of the schedule's group.
 * @throws AwsError `ValidationException`
 */
export function requireTrust(context: CloudContext, { group, target }: Pick<StoredSchedule, 'group' | 'target'>): void {
  try {
    context.clientConfig(target.RoleArn, 'scheduler', 'scheduler.amazonaws.com', groupArn(context, group));
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'ValidationException',
      `The execution role you provide must allow AWS EventBridge Scheduler to assume the role. ${cause.message}`,
    );
  }
}

/** The operations of EventBridge Scheduler. @param changed called when a schedule may have a new next time. */
export function schedulerOperations(
  context: CloudContext,
  { store, groups, changed }: { readonly store: ScheduleStore; readonly groups: Set<string>; changed(): void },
): readonly RestOperation[] {
  /** Client token of a deletion → the ARN it deleted. */
  const deletions = new Map<string, string>();
  const nameOf = (input: JsonObject) => optionalText(input, 'Name') ?? '';
  const groupOf = (input: JsonObject) => optionalText(input, 'GroupName') ?? 'default';
  const arnOf = (input: JsonObject) => scheduleArn(context, groupOf(input), nameOf(input));
  const on =
    (action: string) =>
    (input: JsonObject): AuthorizationRequest[] => [{ action: `scheduler:${action}`, resource: arnOf(input) }];
  const onWithRole =
    (action: string) =>
    (input: JsonObject): AuthorizationRequest[] => {
      const target = optionalObject(input, 'Target');
      const roleArn = target && optionalText(target, 'RoleArn');
      const pass = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
      return [
        ...on(action)(input),
        ...(roleArn === undefined ? [] : [{ action: 'iam:PassRole', resource: roleArn, context: pass }]),
      ];
    };
  const existing = (input: JsonObject): StoredSchedule => {
    const schedule = store.get(groupOf(input), nameOf(input));
    if (!schedule) throw new AwsError('ResourceNotFoundException', `Schedule ${nameOf(input)} does not exist.`, 404);
    return schedule;
  };
  const requireGroup = (name: string): void => {
    if (!groups.has(name))
      throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
  };
  const summary = (schedule: StoredSchedule) => ({
    Arn: scheduleArn(context, schedule.group, schedule.name),
    CreationDate: schedule.createdAt / 1000,
    GroupName: schedule.group,
    LastModificationDate: schedule.modifiedAt / 1000,
    Name: schedule.name,
    State: schedule.enabled ? 'ENABLED' : 'DISABLED',
  });
  const describe = (schedule: StoredSchedule) => ({
    ...summary(schedule),
    ActionAfterCompletion: schedule.deleteAfterCompletion ? 'DELETE' : 'NONE',
    ...(schedule.description === undefined ? {} : { Description: schedule.description }),
    ...(schedule.startDate === undefined ? {} : { StartDate: schedule.startDate / 1000 }),
    ...(schedule.endDate === undefined ? {} : { EndDate: schedule.endDate / 1000 }),
    FlexibleTimeWindow: schedule.flexibleTimeWindow,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    Target: schedule.target,
  });
  const read = (input: JsonObject): ScheduleRecord => {
    requireGroup(groupOf(input));
    const fromTemplate = store.get(groupOf(input), nameOf(input))?.fromTemplate ?? false;
    return readSchedule(groupOf(input), nameOf(input), input, fromTemplate);
  };
  /** A request sent again with its token is answered as the first time. */
  const isRepeated = (known: StoredSchedule, input: JsonObject): boolean => {
    const { createdAt: _, modifiedAt: __, nextAt: ___, clientToken, ...record } = known;
    return clientToken !== undefined && clientToken === input['ClientToken'] && sameValue(record, read(input));
  };
  const write = (input: JsonObject, clientToken: string | undefined) => {
    const schedule = read(input);
    requireTrust(context, schedule);
    store.put({ ...schedule, ...(clientToken !== undefined && { clientToken }) }, context.clock.now());
    changed();
    return { ScheduleArn: arnOf(input) };
  };
  const onGroup =
    (action: string) =>
    (input: JsonObject): AuthorizationRequest[] => [
      { action: `scheduler:${action}`, resource: groupArn(context, nameOf(input)) },
    ];

  return [
    {
      name: 'CreateSchedule',
      method: 'POST',
      path: '/schedules/{Name}',
      authorize: onWithRole('CreateSchedule'),
      run: (input) => {
        const known = store.get(groupOf(input), nameOf(input));
        if (known && isRepeated(known, input)) return { ScheduleArn: arnOf(input) };
        if (known) throw new AwsError('ConflictException', `Schedule ${nameOf(input)} already exists.`, 409);
        return write(input, optionalText(input, 'ClientToken'));
      },
    },
    {
      name: 'UpdateSchedule',
      method: 'PUT',
      path: '/schedules/{Name}',
      authorize: onWithRole('UpdateSchedule'),
      run: (input) => {
        return write(input, existing(input).clientToken);
      },
    },
    {
      name: 'GetSchedule',
      method: 'GET',
      path: '/schedules/{Name}',
      authorize: on('GetSchedule'),
      run: (input) => describe(existing(input)),
    },
    {
      name: 'DeleteSchedule',
      method: 'DELETE',
      path: '/schedules/{Name}',
      authorize: on('DeleteSchedule'),
      run: (input) => {
        const token = optionalText(input, 'ClientToken');
        if (token !== undefined && deletions.get(token) === arnOf(input) && !store.get(groupOf(input), nameOf(input)))
          return;
        const { group, name } = existing(input);
        store.remove(group, name);
        if (token !== undefined) deletions.set(token, arnOf(input));
        changed();
      },
    },
    {
      name: 'ListSchedules',
      method: 'GET',
      path: '/schedules',
      authorize: () => [{ action: 'scheduler:ListSchedules', resource: '*' }],
      run: (input) => {
        const group = optionalText(input, 'GroupName');
        const prefix = optionalText(input, 'NamePrefix') ?? '';
        const state = optionalText(input, 'State');
        const wanted = store
          .list()
          .filter((s) => (group === undefined || s.group === group) && s.name.startsWith(prefix))
          .filter((s) => state === undefined || summary(s).State === state);
        const { items, ...next } = paged(input, wanted, (s) => `${s.group}/${s.name}`);
        return { Schedules: items.map((s) => ({ ...summary(s), Target: { Arn: s.target.Arn } })), ...next };
      },
    },
    {
      name: 'GetScheduleGroup',
      method: 'GET',
      path: '/schedule-groups/{Name}',
      authorize: onGroup('GetScheduleGroup'),
      run: (input) => {
        requireGroup(nameOf(input));
        return { Arn: groupArn(context, nameOf(input)), Name: nameOf(input), State: 'ACTIVE' };
      },
    },
    {
      name: 'ListScheduleGroups',
      method: 'GET',
      path: '/schedule-groups',
      authorize: () => [{ action: 'scheduler:ListScheduleGroups', resource: '*' }],
      run: (input) => {
        const prefix = optionalText(input, 'NamePrefix') ?? '';
        const wanted = [...groups].filter((name) => name.startsWith(prefix));
        const { items, ...next } = paged(input, wanted, (name) => name);
        return {
          ScheduleGroups: items.map((Name) => ({ Name, Arn: groupArn(context, Name), State: 'ACTIVE' })),
          ...next,
        };
      },
    },
  ];
}
