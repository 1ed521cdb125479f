import { jsonError, jsonResponse, optionalString, readJsonRequest } from '../cloud/json-protocol.ts';
import { physicalName } from '../cloud/physical-name.ts';
import { AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import { assertServiceMay } from '../iam/service-access.ts';
import { keyUse } from '../kms/key-use.ts';
import { logsMembers } from './members.ts';
import { type Group, logOperations } from './operations.ts';
import { readLog } from './store.ts';

/** CloudWatch Logs, reading: finds the output of functions by group, stream, time and words. */
export interface LogsService extends CloudService {
  /** A function's group exists from its first line on, as on AWS. */
  ensureGroup(name: string): void;
}

export function createLogs(context: CloudContext): LogsService {
  const { region, accountId, stateDir } = context;
  const groups = new Map<string, Group>();
  const arn = (group: string): string => `arn:aws:logs:${region}:${accountId}:log-group:${group}`;

  /**
   * CloudWatch Logs encrypts in its own name, bound to the group (CloudWatch Logs User Guide, "Encrypt log data using AWS
   * KMS").
   * @throws AwsError `InvalidParameterException` when the key's policy does not let it
   */
  function assertEncrypts(group: string, key: string): void {
    try {
      const entries = keyUse(context, {
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'],
        key,
        encryptionContext: { 'aws:logs:arn': arn(group) },
      });
      for (const entry of entries)
        assertServiceMay(context, { service: `logs.${region}.amazonaws.com`, sourceArn: arn(group) }, entry);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw new AwsError(
        'InvalidParameterException',
        `The specified KMS Key Id could not be associated with specified Log Group '${arn(group)}'. ${cause.message}`,
      );
    }
  }

  const operations = logOperations({ groups, arn, lines: (group) => readLog(stateDir, group) });

  return {
    signingNames: ['logs'],
    members: logsMembers,
    resources: {
      'AWS::Logs::LogGroup': {
        async apply({ logicalId, properties, stackName }) {
          const name =
            typeof properties['LogGroupName'] === 'string'
              ? properties['LogGroupName']
              : physicalName(stackName, logicalId, 512);
          const days = Number(properties['RetentionInDays']);
          const kmsKeyId = optionalString(properties, 'KmsKeyId');
          if (kmsKeyId !== undefined) assertEncrypts(name, kmsKeyId);
          groups.set(name, {
            name,
            ...(days > 0 && { retentionDays: days }),
            ...(kmsKeyId !== undefined && { kmsKeyId }),
          });
          return { ref: name, attributes: { Arn: `${arn(name)}:*` } };
        },
        delete: async ({ ref }) => void groups.delete(ref),
      },
    },
    ensureGroup(name) {
      if (!groups.has(name)) groups.set(name, { name });
    },
    async prepare(request) {
      const { operation, input } = await readJsonRequest(request, 'Logs_20140328');
      const handler = operations[operation];
      if (!handler)
        throw new AwsError(
          'UnknownOperationException',
          `CloudWatch Logs ${operation} is not emulated. Known: ${Object.keys(operations).join(', ')}.`,
        );
      const group = optionalString(input, 'logGroupName');
      return {
        operation,
        authorize: [{ action: `logs:${operation}`, resource: group ? `${arn(group)}:*` : '*' }],
        input,
        execute: async () => jsonResponse(handler(input), '1.1'),
      };
    },
    formatError: jsonError('1.1'),
  };
}
