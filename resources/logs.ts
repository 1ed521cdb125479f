import { getAtt, type Resource } from './cloudformation.ts';
import { capitalize } from './function-roles.ts';
import { machineSlug } from './machine-roles.ts';

/**
 * Log groups, encrypted with the stage's own key. Those of functions are made by the framework and only get the key here;
 * those of machines lie below `/aws/vendedlogs/`, which keeps the account's log resource policy from growing past its limit.
 *
 * @param retentionInDays how long machine logs are kept; the framework sets that of the functions
 */
export function logGroups(
  stage: string,
  functions: readonly string[],
  machines: readonly string[],
  retentionInDays: number,
): Record<string, Resource> {
  const KmsKeyId = getAtt('LogsKey', 'Arn');
  return Object.fromEntries([
    ...functions.map((name): [string, Resource] => [
      `${capitalize(name)}LogGroup`,
      { Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId } },
    ]),
    ...machines.map((name): [string, Resource] => [
      `${name}MachineLogGroup`,
      {
        Type: 'AWS::Logs::LogGroup',
        Properties: {
          LogGroupName: `/aws/vendedlogs/states/tidegate-${stage}-${machineSlug(name)}`,
          RetentionInDays: retentionInDays,
          KmsKeyId,
        },
      },
    ]),
  ]);
}
