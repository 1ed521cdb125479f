import type { JsonObject } from '#src/cloud/json-protocol';
import { pageAfter } from '#src/cloud/paging';
import { optionalNumber, optionalText, textList } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { Alarm } from './alarm-store.ts';
import { compositeRule } from './monitor.ts';

/** API Reference, DescribeAlarms: MaxRecords. */
const MAX_RECORDS = 100;
const DEFAULT_RECORDS = 50;
const MAX_NAMES = 100;

const TYPES = ['MetricAlarm', 'CompositeAlarm'] as const;
type AlarmType = (typeof TYPES)[number];
const ACTIONS = ['AlarmActions', 'OKActions', 'InsufficientDataActions'];

/** Whether an alarm has an action that begins so. */
const acts = ({ settings }: Alarm, prefix: string): boolean =>
  ACTIONS.flatMap((name) => settings[name] ?? []).some((action) => String(action).startsWith(prefix));

const typeOf = (alarm: Alarm): AlarmType => (compositeRule(alarm) === undefined ? 'MetricAlarm' : 'CompositeAlarm');

/**
 * A page of the alarms that DescribeAlarms asks for, by name.
 * @param judge gives an alarm in its current state
 * @throws AwsError `InvalidParameterCombination`, `InvalidParameterValue`, `InvalidNextToken`
 */
export function describedAlarms(
  input: JsonObject,
  all: readonly Alarm[],
  judge: (alarm: Alarm) => Alarm,
): { readonly alarms: Readonly<Record<AlarmType, readonly Alarm[]>>; readonly next?: string } {
  const names = textList(input, 'AlarmNames');
  const prefix = optionalText(input, 'AlarmNamePrefix');
  if (names.length > 0 && prefix !== undefined)
    throw new AwsError('InvalidParameterCombination', 'AlarmNamePrefix cannot be given together with AlarmNames.');
  if (names.length > MAX_NAMES)
    throw new AwsError('InvalidParameterValue', `AlarmNames has at most ${MAX_NAMES} names, not ${names.length}.`);
  const state = optionalText(input, 'StateValue');
  const action = optionalText(input, 'ActionPrefix');
  const given = textList(input, 'AlarmTypes');
  // Composite alarms are returned only on request (API Reference, DescribeAlarms: AlarmTypes).
  const types: readonly string[] = given.length === 0 ? ['MetricAlarm'] : given;
  const found = all
    .filter(({ name }) => (names.length === 0 || names.includes(name)) && name.startsWith(prefix ?? ''))
    .filter((alarm) => types.includes(typeOf(alarm)))
    .filter((alarm) => action === undefined || acts(alarm, action))
    .map(judge)
    .filter((alarm) => state === undefined || alarm.state === state);
  const { items, next } = pageAfter(
    found,
    ({ name }) => name,
    optionalNumber(input, 'MaxRecords', 1, MAX_RECORDS) ?? DEFAULT_RECORDS,
    optionalText(input, 'NextToken'),
    () => new AwsError('InvalidNextToken', 'The next token specified is invalid.'),
  );
  const ofType = (type: AlarmType) => items.filter((alarm) => typeOf(alarm) === type);
  return {
    alarms: { MetricAlarm: ofType('MetricAlarm'), CompositeAlarm: ofType('CompositeAlarm') },
    ...(next !== undefined && { next }),
  };
}
