import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { DeploymentConfig } from '#src/sagemaker/endpoints/request';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf } from '#src/sagemaker/names';

/** Looks at the alarms of an automatic rollback; gives the name of one that is in ALARM. */
export type AlarmCheck = () => Promise<string | undefined>;

/**
 * @param roleArn the role of the model, which needs cloudwatch:DescribeAlarms (SageMaker Developer Guide, "Auto-rollback
 * configuration and monitoring").
 */
export const alarmCheck = (
  hub: Hub,
  endpoint: string,
  roleArn: string,
  deployment: DeploymentConfig | undefined,
): AlarmCheck | undefined => {
  const names = (deployment?.AutoRollbackConfiguration?.Alarms ?? []).flatMap((alarm) => alarm.AlarmName ?? []);
  if (names.length === 0) return undefined;
  return async () => {
    const client = new CloudWatchClient({
      ...hub.cloud.clientConfig(
        roleArn,
        'SageMaker',
        'sagemaker.amazonaws.com',
        arnOf(hub.cloud, 'endpoint', endpoint),
      ),
      maxAttempts: 4,
    });
    try {
      const answer = await client.send(
        new DescribeAlarmsCommand({
          AlarmNames: names,
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          StateValue: 'ALARM',
        }),
      );
      return [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])][0]?.AlarmName;
    } finally {
      client.destroy();
    }
  };
};
