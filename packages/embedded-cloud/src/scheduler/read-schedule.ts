import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalNumber, optionalObject, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import { readRedelivery } from '#src/eventbridge/read-redelivery';
import { targetKind } from '#src/eventbridge/target-call';
import { parseSchedule } from '../schedules/schedule.ts';
import type { ScheduleRecord, ScheduleTarget } from './schedule-store.ts';

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** The API sends seconds since the epoch, a template ISO 8601. @returns milliseconds since the epoch. */
function readDate(input: JsonObject, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const time = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  if (Number.isNaN(time)) throw invalid(`${name} is not a time: ${String(value)}`);
  return time;
}

function readTarget(input: JsonObject): ScheduleTarget {
  const target = optionalObject(input, 'Target');
  if (!target) throw invalid('Target is required');
  const arn = requiredText(target, 'Arn');
  const roleArn = requiredText(target, 'RoleArn');
  if (targetKind(arn) === undefined) {
    throw invalid(`The embedded cloud cannot call ${arn}; schedules here call functions, state machines and queues`);
  }
  const payload = optionalText(target, 'Input');
  if (payload !== undefined && targetKind(arn) !== 'sqs') {
    try {
      JSON.parse(payload);
    } catch {
      throw invalid(`Invalid Input of the target ${arn}: it must be JSON`);
    }
  }
  const { RetryPolicy, ...deadLetter } = readRedelivery(target);
  return {
    Arn: arn,
    RoleArn: roleArn,
    ...(payload === undefined ? {} : { Input: payload }),
    RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400, ...RetryPolicy },
    ...deadLetter,
  };
}

function readWindow(input: JsonObject): ScheduleRecord['flexibleTimeWindow'] {
  const window = optionalObject(input, 'FlexibleTimeWindow');
  const mode = window && optionalText(window, 'Mode');
  if (!window || (mode !== 'OFF' && mode !== 'FLEXIBLE'))
    throw invalid('FlexibleTimeWindow.Mode must be OFF or FLEXIBLE');
  const minutes = optionalNumber(window, 'MaximumWindowInMinutes', 1, 1440);
  if ((mode === 'FLEXIBLE') !== (minutes !== undefined)) {
    throw invalid('MaximumWindowInMinutes goes with FlexibleTimeWindow.Mode FLEXIBLE, and only with it');
  }
  return { Mode: mode, ...(minutes === undefined ? {} : { MaximumWindowInMinutes: minutes }) };
}

/**
 * Reads what CreateSchedule, UpdateSchedule and `AWS::Scheduler::Schedule` share. A flexible window is accepted and
 * its target called at its beginning, which is within it.
 *
 * @throws AwsError `ValidationException`
 */
export function readSchedule(group: string, name: string, input: JsonObject, fromTemplate: boolean): ScheduleRecord {
  if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name))
    throw invalid(`Schedule name "${name}" is not valid: at most 64 letters, digits and . - _`);
  const expression = requiredText(input, 'ScheduleExpression');
  const timeZone = optionalText(input, 'ScheduleExpressionTimezone') ?? 'UTC';
  parseSchedule(expression, { timeZone, once: true });
  const state = optionalText(input, 'State') ?? 'ENABLED';
  if (state !== 'ENABLED' && state !== 'DISABLED') throw invalid(`State must be ENABLED or DISABLED, not ${state}`);
  const startDate = readDate(input, 'StartDate');
  const endDate = readDate(input, 'EndDate');
  if (startDate !== undefined && endDate !== undefined && endDate <= startDate)
    throw invalid('EndDate must be after StartDate');
  const description = optionalText(input, 'Description');
  return {
    group,
    name,
    expression,
    timeZone,
    enabled: state === 'ENABLED',
    ...(description === undefined ? {} : { description }),
    ...(startDate === undefined ? {} : { startDate }),
    ...(endDate === undefined ? {} : { endDate }),
    flexibleTimeWindow: readWindow(input),
    deleteAfterCompletion: optionalText(input, 'ActionAfterCompletion') === 'DELETE',
    target: readTarget(input),
    fromTemplate,
  };
}
