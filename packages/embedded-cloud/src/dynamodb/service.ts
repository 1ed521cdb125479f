import { join } from 'node:path';
import { type JsonObject, jsonError, jsonResponse, readJsonRequest } from '../cloud/json-protocol.ts';
import { AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import { authorizeDynamo, type Tables, tableKeyUse, tableName } from './authorize.ts';
import { type Engine, openEngine } from './engine.ts';
import { dynamoDbMembers } from './members.ts';
import { ownOperations } from './own-operations.ts';
import { openRegistry } from './registry.ts';
import { sweepLoop } from './sweeping.ts';
import { tableProvider } from './table.ts';
import { createTransactions } from './transactions.ts';
import { createTurns } from './turns.ts';

const SHAPES = 'com.amazonaws.dynamodb.v20120810';

/** Closes the tables again when what comes after opening them fails: one process at a time may have them open. */
async function closingOnFailure<T>(engine: Engine, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    await engine.close();
    throw cause;
  }
}

/** DynamoDB by dynalite, in this process, its LevelDB below the state folder. */
export async function createDynamoDb(context: CloudContext): Promise<CloudService> {
  const { stateDir, clock, log } = context;
  const folder = join(stateDir, 'dynamodb');
  const engine = await openEngine(join(folder, 'level'), context);
  const registry = await closingOnFailure(engine, () => openRegistry(engine, folder, () => sweeping.wake()));
  const own = ownOperations({ engine, registry, context });
  const turns = createTurns();
  const transactions = await closingOnFailure(engine, () =>
    createTransactions(engine, folder, clock, async (table) => registry.keyNames(table)),
  );
  await closingOnFailure(engine, () => transactions.recover());

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

  const sweeping = sweepLoop({ engine, registry, turns, context });
  const tables: Tables = {
    accountId: context.accountId,
    region: context.region,
    hashKey: registry.hashKey,
    keyId: (table) => registry.settings(table).keyId,
  };

  return {
    signingNames: ['dynamodb'],
    members: dynamoDbMembers,
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
