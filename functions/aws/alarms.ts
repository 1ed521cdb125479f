import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { Alarms } from '#functions/ports/alarms';

/** The CloudWatch adapter. No name: no call. */
export function alarms(client: CloudWatchClient): Alarms {
  const remove = async (names: readonly string[]): Promise<void> => {
    if (names.length === 0) return;
    try {
      await client.send(new DeleteAlarmsCommand({ AlarmNames: [...names] }));
    } catch (error) {
      // CloudWatch deletes none of several when one is missing
      if (!(error instanceof Error && error.name.startsWith('ResourceNotFound'))) throw error;
      if (names.length === 1) return;
      for (const name of names) await remove([name]);
    }
  };
  return {
    remove,
    async replace(requests) {
      await remove(requests.map(({ AlarmName }) => AlarmName));
      for (const request of requests) {
        await client.send(new PutMetricAlarmCommand(request as unknown as PutMetricAlarmCommandInput));
      }
    },
    async ringing(names) {
      if (names.length === 0) return [];
      const found = await client.send(
        new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: ['MetricAlarm'], StateValue: 'ALARM' }),
      );
      return (found.MetricAlarms ?? []).flatMap(({ AlarmName }) => AlarmName ?? []);
    },
  };
}
