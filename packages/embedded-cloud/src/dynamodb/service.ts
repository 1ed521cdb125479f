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
import { timerLoop } from '../cloud/timer-loop.ts';
import { keyArnOf } from '../kms/key-use.ts';
import { authorizeDynamo, type Tables, tableKeyUse, tableName } from './authorize.ts';
import { openEngine } from './engine.ts';
import { type TableRegistry, type TableSettings, tableProvider } from './table.ts';
import { SWEEP_MS, sweepExpired } from './time-to-live.ts';
import { createTransactions } from './transactions.ts';
import { createTurns } from './turns.ts';

const SHAPES = 'com.amazonaws.dynamodb.v20120810';

/** Operations answered here, not by dynalite. */
type Own = (input: JsonObject) => Promise<unknown>;

/** DynamoDB by dynalite, in this process, its LevelDB below the state folder. */
export async function createDynamoDb(context: CloudContext): Promise<CloudService> {
  const { stateDir, clock, log } = context;
  const folder = join(stateDir, 'dynamodb');
  const engine = await openEngine(join(folder, 'level'), context);
  const settingsPath = join(folder, 'settings.json');
  const settings = readState<Record<string, TableSettings>>(settingsPath, {});
  /** Table, or `table/index` → name of the partition key. */
  const hashKeys = new Map<string, string>();
  /** Table → names of its key attributes. */
  const keys = new Map<string, readonly string[]>();

  const registry: TableRegistry = {
    settings: (table) => settings[table] ?? {},
    remember(table, values) {
      settings[table] = values;
      writeState(settingsPath, settings);
      sweeping.wake();
    },
    keyNames(table) {
      const names = keys.get(table);
      if (names) return names;
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    },
    async learn(table) {
      const { Table } = await engine.run('DescribeTable', { TableName: table });
      if (!isJsonObject(Table)) return;
      const hash = (schema: unknown): string =>
        String((schema as JsonObject[]).find((key) => key['KeyType'] === 'HASH')?.['AttributeName']);
      hashKeys.set(table, hash(Table['KeySchema']));
      keys.set(
        table,
        (Table['KeySchema'] as JsonObject[]).map((key) => String(key['AttributeName'])),
      );
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

  const turns = createTurns();
  const transactions = createTransactions(engine, folder, clock, async (table) => registry.keyNames(table));
  await transactions.recover();

  /** The item that failed a condition is returned on request. */
  async function runOne(operation: string, input: JsonObject): Promise<unknown> {
    try {
      return await (own[operation]?.(input) ?? engine.run(operation, input));
    } catch (cause) {
      if (!(cause instanceof AwsError) || input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD') throw cause;
      const { Item: _, ...fields } = cause.fields;
      throw new AwsError(cause.code, cause.message, cause.status, fields);
    }
  }

  const run = (operation: string, input: JsonObject): Promise<unknown> => {
    if (operation === 'TransactWriteItems') return turns.alone(() => transactions.write(input));
    if (operation === 'TransactGetItems') return turns.alone(() => transactions.read(input));
    return turns.shared(() => runOne(operation, input));
  };

  /** Looks through every table with a time to live. */
  async function sweep(): Promise<void> {
    for (const [table, { ttlAttribute }] of Object.entries(settings)) {
      if (ttlAttribute === undefined || !hashKeys.has(table)) continue;
      const keyNames = registry.keyNames(table);
      const deleted = await turns.shared(() => sweepExpired(engine, table, ttlAttribute, keyNames, clock.now()));
      if (deleted > 0) log('info', 'items whose time to live was over were deleted', { table, deleted });
    }
  }
  let nextSweep = 0;
  const sweeping = timerLoop({
    clock,
    next: () =>
      Object.values(settings).some(({ ttlAttribute }) => ttlAttribute !== undefined) ? nextSweep : undefined,
    async run(now) {
      nextSweep = now + SWEEP_MS;
      await sweep();
    },
    onError: (error) => log('error', 'looking for expired items failed', { error: String(error) }),
  });

  const tables: Tables = {
    accountId: context.accountId,
    region: context.region,
    hashKey: (table, index) => hashKeys.get(index === undefined ? table : `${table}/${index}`),
    keyId: (table) => registry.settings(table).keyId,
  };

  return {
    signingNames: ['dynamodb'],
    resources: { 'AWS::DynamoDB::Table': tableProvider(engine, registry, folder, context) },
    async prepare(request) {
      const { operation, input: sent } = await readJsonRequest(request, 'DynamoDB_20120810');
      if (!(engine.has(operation) || Object.hasOwn(own, operation) || /^Transact(?:Get|Write)Items$/.test(operation))) {
        throw new AwsError('UnknownOperationException', `DynamoDB ${operation} is not emulated.`);
      }
      const input = 'TableName' in sent ? { ...sent, TableName: tableName(sent['TableName']) } : sent;
      const authorize = authorizeDynamo(operation, input, tables);
      return {
        operation,
        authorize: [...authorize, ...tableKeyUse(operation, authorize, tables, context)],
        input: sent,
        execute: async () => jsonResponse(await run(operation, input), '1.0'),
      };
    },
    formatError: jsonError('1.0', SHAPES),
    async start() {
      sweeping.start();
    },
    async close() {
      await sweeping.close();
      await engine.close();
      log('debug', 'tables closed');
    },
  };
}
