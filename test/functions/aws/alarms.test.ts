import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { alarms } from '#functions/aws/alarms';

const cloudWatch = mockClient(CloudWatchClient);
const adapter = alarms(new CloudWatchClient({}));
const request = (AlarmName: string) => ({ AlarmName }) as Parameters<typeof adapter.replace>[0][number];
const missing = Object.assign(new Error('no such alarm'), { name: 'ResourceNotFound' });

beforeEach(() => cloudWatch.reset());

it('deletes an alarm before it puts it, so that its state starts anew', async () => {
  await adapter.replace([request('a'), request('b')]);

  expect(cloudWatch.calls().map(({ args }) => args[0].input)).toEqual([
    { AlarmNames: ['a', 'b'] },
    { AlarmName: 'a' },
    { AlarmName: 'b' },
  ]);
  expect(cloudWatch.commandCalls(PutMetricAlarmCommand)).toHaveLength(2);
});

it('calls nothing for no alarms', async () => {
  await adapter.replace([]);
  await adapter.remove([]);

  expect(await adapter.ringing([])).toEqual([]);
  expect(cloudWatch.calls()).toHaveLength(0);
});

it('deletes those that are there when another is missing', async () => {
  cloudWatch.on(DeleteAlarmsCommand).callsFake(({ AlarmNames }: { AlarmNames: string[] }) => {
    if (AlarmNames.includes('gone')) throw missing;
    return {};
  });

  await adapter.remove(['gone', 'there']);

  expect(cloudWatch.commandCalls(DeleteAlarmsCommand, { AlarmNames: ['there'] })).toHaveLength(1);
});

it('passes other errors on', async () => {
  cloudWatch.on(DeleteAlarmsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));

  await expect(adapter.remove(['a'])).rejects.toMatchObject({ name: 'AccessDenied' });
});

it('names the alarms that have gone off', async () => {
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'b' }] });

  expect(await adapter.ringing(['a', 'b'])).toEqual(['b']);
  expect(cloudWatch.calls()[0]?.args[0].input).toEqual({
    AlarmNames: ['a', 'b'],
    AlarmTypes: ['MetricAlarm'],
    StateValue: 'ALARM',
  });
});
