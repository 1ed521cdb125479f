import { getAtt, type Resource } from './cloudformation.ts';
import { capitalize } from './function-roles.ts';
import { machineSlug } from './machine-roles.ts';

/**
 * Log groups, encrypted with the stage's key. The framework creates those of functions, so they only get the key here. Those of
 * machines are below `/aws/vendedlogs/`, which keeps the account's log resource policy within its size limit.
 *
 * @param retentionInDays retention of the machines' logs; the framework sets it for functions
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
