import { isJsonObject, type JsonObject, requireString } from '../cloud/json-protocol.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import { keyArnOf } from '../kms/key-use.ts';
import { tableName } from './authorize.ts';
import type { Engine } from './engine.ts';
import type { TableRegistry } from './table.ts';

/** An operation answered here, not by dynalite. */
type OwnOperation = (input: JsonObject) => Promise<unknown>;
type OwnOperations = Readonly<Record<string, OwnOperation>>;

/** What the operations on tables and their settings share. */
interface OwnTables {
  readonly engine: Engine;
  readonly registry: TableRegistry;
  readonly context: CloudContext;
}

/** The operations that know more of a table than dynalite does, by name. */
export const ownOperations = (tables: OwnTables): OwnOperations => ({
  ...settingsOperations(tables),
  ...tableOperations(tables),
});

/** Time to live and backups: settings that dynalite does not have. */
function settingsOperations({ engine, registry }: OwnTables): OwnOperations {
  const existing = async (input: JsonObject): Promise<string> => {
    const table = tableName(requireString(input, 'TableName'));
    await engine.run('DescribeTable', { TableName: table });
    return table;
  };
  return {
    async UpdateTimeToLive(input) {
      const table = await existing(input);
      const wanted = input['TimeToLiveSpecification'];
      if (!isJsonObject(wanted)) throw new AwsError('ValidationException', 'TimeToLiveSpecification is required.');
      const attribute = requireString(wanted, 'AttributeName');
      const { ttlAttribute, ...rest } = registry.settings(table);
      if ((wanted['Enabled'] === true) === (ttlAttribute !== undefined)) {
        throw new AwsError(
          'ValidationException',
          `TimeToLive is already ${ttlAttribute === undefined ? 'disabled' : 'enabled'}`,
        );
      }
      registry.remember(table, wanted['Enabled'] === true ? { ...rest, ttlAttribute: attribute } : rest);
      return { TimeToLiveSpecification: wanted };
    },
    async DescribeTimeToLive(input) {
      const { ttlAttribute } = registry.settings(await existing(input));
      return {
        TimeToLiveDescription:
          ttlAttribute === undefined
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute },
      };
    },
    async DescribeContinuousBackups(input) {
      const { pointInTimeRecovery } = registry.settings(await existing(input));
      const status = pointInTimeRecovery ? 'ENABLED' : 'DISABLED';
      return {
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
        },
      };
    },
  };
}

/** dynalite's operations on tables, with the settings it does not have. */
function tableOperations({ engine, registry, context }: OwnTables): OwnOperations {
  return {
    async DescribeTable(input) {
      const output = await engine.run('DescribeTable', input);
      const { deletionProtection, sse, keyId } = registry.settings(String(input['TableName']));
      const table = isJsonObject(output['Table']) ? output['Table'] : {};
      return {
        Table: {
          ...table,
          DeletionProtectionEnabled: deletionProtection === true,
          ...(sse && {
            SSEDescription: {
              Status: 'ENABLED',
              SSEType: 'KMS',
              ...(keyId !== undefined && { KMSMasterKeyArn: keyArnOf(context, keyId) }),
            },
          }),
        },
      };
    },
    async DeleteTable(input) {
      const table = String(input['TableName']);
      if (registry.settings(table).deletionProtection)
        throw new AwsError(
          'ValidationException',
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
        );
      return engine.run('DeleteTable', input);
    },
    async UpdateTable(input) {
      for (const member of ['StreamSpecification', 'ReplicaUpdates']) {
        if (input[member] !== undefined)
          throw new AwsError('ValidationException', `${member} is not emulated: DynamoDB has no streams here.`);
      }
      const updates = (input['GlobalSecondaryIndexUpdates'] ?? []) as JsonObject[];
      if (updates.some((update) => 'Create' in update || 'Delete' in update)) {
        throw new AwsError(
          'ValidationException',
          'Indexes are added and removed in the template here; the items are kept when the cloud starts with it.',
        );
      }
      return engine.run('UpdateTable', input);
    },
    async CreateTable(input) {
      const output = await engine.run('CreateTable', input);
      await registry.learn(String(input['TableName']));
      return output;
    },
  };
}
