import { join } from 'node:path';
import {
  isJsonObject,
  type JsonObject,
  jsonError,
  jsonResponse,
  readJsonRequest,
  requireString,
} from '../cloud/json-protocol.ts';
import { AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import { readState, writeState } from '../cloud/state-file.ts';
import { authorizeDynamo, tableName } from './authorize.ts';
import { openEngine } from './engine.ts';
import { type TableRegistry, type TableSettings, tableProvider } from './table.ts';

const SHAPES = 'com.amazonaws.dynamodb.v20120810';

/** Operations answered here, not by dynalite. */
type Own = (input: JsonObject) => Promise<unknown>;

/** DynamoDB by dynalite, in this process, its LevelDB below the state folder. */
export async function createDynamoDb(context: CloudContext): Promise<CloudService> {
  const { stateDir, log } = context;
  const folder = join(stateDir, 'dynamodb');
  const engine = await openEngine(join(folder, 'level'), context);
  const settingsPath = join(folder, 'settings.json');
  const settings = readState<Record<string, TableSettings>>(settingsPath, {});
  /** Table, or `table/index` → name of the partition key. */
  const hashKeys = new Map<string, string>();

  const registry: TableRegistry = {
    settings: (table) => settings[table] ?? {},
    remember(table, values) {
      settings[table] = values;
      writeState(settingsPath, settings);
    },
    async learn(table) {
      const { Table } = await engine.run('DescribeTable', { TableName: table });
      if (!isJsonObject(Table)) return;
      const hash = (schema: unknown): string =>
        String((schema as JsonObject[]).find((key) => key['KeyType'] === 'HASH')?.['AttributeName']);
      hashKeys.set(table, hash(Table['KeySchema']));
      for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes']) {
        for (const index of (Table[kind] ?? []) as JsonObject[])
          hashKeys.set(`${table}/${String(index['IndexName'])}`, hash(index['KeySchema']));
      }
    },
  };

  const existing = async (input: JsonObject): Promise<string> => {
    const table = tableName(requireString(input, 'TableName'));
    await engine.run('DescribeTable', { TableName: table });
    return table;
  };

  const own: Readonly<Record<string, Own>> = {
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
    async DescribeTable(input) {
      const output = await engine.run('DescribeTable', input);
      const { deletionProtection, sse } = registry.settings(String(input['TableName']));
      const table = isJsonObject(output['Table']) ? output['Table'] : {};
      return {
        Table: {
          ...table,
          DeletionProtectionEnabled: deletionProtection === true,
          ...(sse && { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' } }),
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

  /** dynalite does not give back the item that failed a condition; it is read right after. */
  async function run(operation: string, input: JsonObject): Promise<unknown> {
    try {
      return await (own[operation]?.(input) ?? engine.run(operation, input));
    } catch (cause) {
      const wantsItem = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
      if (!wantsItem || !(cause instanceof AwsError) || cause.code !== 'ConditionalCheckFailedException') throw cause;
      const table = String(input['TableName']);
      const { Table } = await engine.run('DescribeTable', { TableName: table });
      const keys = ((isJsonObject(Table) ? Table['KeySchema'] : undefined) ?? []) as JsonObject[];
      const source = (input['Key'] ?? input['Item']) as JsonObject;
      const Key = Object.fromEntries(
        keys.map((key) => [String(key['AttributeName']), source[String(key['AttributeName'])]]),
      );
      const { Item } = await engine.run('GetItem', { TableName: table, Key, ConsistentRead: true });
      throw new AwsError(cause.code, cause.message, cause.status, Item === undefined ? {} : { Item });
    }
  }

  return {
    signingNames: ['dynamodb'],
    resources: { 'AWS::DynamoDB::Table': tableProvider(engine, registry, folder, context) },
    async prepare(request) {
      const { operation, input: sent } = await readJsonRequest(request, 'DynamoDB_20120810');
      if (operation.startsWith('Transact') || !(engine.has(operation) || Object.hasOwn(own, operation))) {
        const instead = operation.startsWith('Transact')
          ? ' Use a conditional PutItem or UpdateItem on one item instead.'
          : '';
        throw new AwsError('UnknownOperationException', `DynamoDB ${operation} is not emulated.${instead}`);
      }
      const input = 'TableName' in sent ? { ...sent, TableName: tableName(sent['TableName']) } : sent;
      return {
        operation,
        authorize: authorizeDynamo(operation, input, {
          ...context,
          hashKey: (table, index) => hashKeys.get(index === undefined ? table : `${table}/${index}`),
        }),
        input: sent,
        execute: async () => jsonResponse(await run(operation, input), '1.0'),
      };
    },
    formatError: jsonError('1.0', SHAPES),
    async close() {
      await engine.close();
      log('debug', 'tables closed');
    },
  };
}
