import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { JsonObject } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';

/**
 * dynalite without its HTTP server: the door has already parsed and authorised the request, and a second port would be
 * a way round it. Its validations and actions are called as its own server calls them.
 */
export interface Engine {
  /**
   * Runs one operation.
   * @throws AwsError as DynamoDB reports it
   */
  run(operation: string, input: JsonObject): Promise<JsonObject>;
  has(operation: string): boolean;
  close(): Promise<void>;
}

type Callback = (error: unknown, value?: JsonObject) => void;
interface Store {
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly db: { open(): Promise<void>; close(callback: (error?: unknown) => void): void };
}
interface Validations {
  toLowerFirst(name: string): string;
  checkTypes(input: object, types: unknown): JsonObject;
  checkValidations(input: JsonObject, types: unknown, custom: unknown, store: Store): void;
}

const require = createRequire(import.meta.url);

const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
];

/** dynalite's errors carry the status and body they would be sent with. */
function toAwsError(cause: unknown): unknown {
  if (typeof cause !== 'object' || cause === null || !('statusCode' in cause) || !('body' in cause)) return cause;
  const { __type: type = '', message, Message } = cause.body as { __type?: string; message?: string; Message?: string };
  return new AwsError(type.slice(type.indexOf('#') + 1), message ?? Message ?? '', Number(cause.statusCode));
}

/** Opens the tables kept in a folder. */
export async function openEngine(
  path: string,
  account: { readonly accountId: string; readonly region: string },
): Promise<Engine> {
  mkdirSync(path, { recursive: true });
  const { create } = require('dynalite/db') as { create(options: object): Store };
  const validations = require('dynalite/validations') as Validations;
  const operations = new Map(
    OPERATIONS.map((name) => {
      const file = validations.toLowerFirst(name);
      const { types, custom } = require(`dynalite/validations/${file}`) as { types: unknown; custom: unknown };
      const action = require(`dynalite/actions/${file}`) as (
        store: Store,
        input: JsonObject,
        callback: Callback,
      ) => void;
      return [name, { types, custom, action }] as const;
    }),
  );
  const store = create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  store.tableDb.awsAccountId = account.accountId;
  store.tableDb.awsRegion = account.region;
  await store.db.open();

  return {
    has: (name) => operations.has(name),
    async run(name, input) {
      const operation = operations.get(name);
      if (!operation)
        throw new AwsError(
          'UnknownOperationException',
          `DynamoDB ${name} is not emulated. Known: ${OPERATIONS.join(', ')}.`,
        );
      try {
        const checked = validations.checkTypes({ ...input }, operation.types);
        validations.checkValidations(checked, operation.types, operation.custom, store);
        return await new Promise((resolve, reject) => {
          operation.action(store, checked, (error, value) => (error ? reject(error) : resolve(value ?? {})));
        });
      } catch (cause) {
        throw toAwsError(cause);
      }
    },
    close: () => new Promise((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve()))),
  };
}
