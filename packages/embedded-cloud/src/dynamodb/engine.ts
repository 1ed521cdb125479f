import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import { damaged, explainStateFailure } from '../cloud/state-error.ts';
import { type Comparing, type Expression, fulfils, wrongOperand } from './expressions.ts';
import { itemBytes } from './sizes.ts';

/**
 * dynalite without its HTTP server: the door has already parsed and authorised the request, and a second port would be
 * a way round it. Its validations and actions are called as its own server calls them.
 */
export interface Engine {
  /**
   * Runs one operation. The error of a failed condition has the item.
   * @throws AwsError as DynamoDB reports it
   */
  run(operation: string, input: JsonObject): Promise<JsonObject>;
  /** Checks an input as `run` does first, and does nothing. @throws AwsError */
  check(operation: string, input: JsonObject): void;
  /**
   * Evaluates a ConditionExpression on the current item.
   * @param input members as of DeleteItem
   * @throws AwsError `ConditionalCheckFailedException`
   */
  assertCondition(input: JsonObject): Promise<void>;
  has(operation: string): boolean;
  close(): Promise<void>;
}

type Callback = (error: unknown, value?: JsonObject) => void;
interface Store {
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly db: {
    open(): Promise<void>;
    iterator(): AsyncIterable<unknown>;
    close(callback: (error?: unknown) => void): void;
  };
}
interface Validations {
  toLowerFirst(name: string): string;
  checkTypes(input: object, types: unknown): JsonObject;
  checkValidations(input: JsonObject, types: unknown, custom: unknown, store: Store): void;
}

/** The members of dynalite's core that its actions call through the module, so that they can be replaced. */
interface Core extends Comparing {
  create(options: object): Store;
  checkConditional(data: Checked, item: JsonObject | undefined): unknown;
  itemSize(item: JsonObject, compress?: unknown, ...rest: readonly unknown[]): number;
  mapPaths(paths: unknown, item: JsonObject): JsonObject;
}
/** An input after validation, its expressions parsed. */
interface Checked extends JsonObject {
  readonly _condition?: { readonly expression: Expression };
  readonly _filter?: { readonly expression: Expression };
  readonly _projection?: { readonly paths: unknown };
}

const require = createRequire(import.meta.url);

/** An error in dynalite's form. */
const conditionFailed = (item: JsonObject | undefined) => ({
  statusCode: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    message: 'The conditional request failed',
    ...(item && { Item: item }),
  },
});

/** Puts in what dynalite lacks: equality of maps and lists in conditions, the item that failed one, sizes in bytes. */
function completeCore(core: Core): void {
  const { checkConditional, itemSize } = core;
  core.checkConditional = (data, item) => {
    if (!data._condition) return checkConditional(data, item) && conditionFailed(item);
    return fulfils(data._condition.expression, item ?? {}, core) ? null : conditionFailed(item);
  };
  core.itemSize = (item, compress, ...rest) => (compress ? itemSize(item, compress, ...rest) : itemBytes(item));
}

let core: Core | undefined;
function loadCore(): Core {
  if (!core) {
    core = require('dynalite/db') as Core;
    completeCore(core);
  }
  return core;
}

/** True of every item. */
const EVERY: Expression = {
  type: 'not',
  args: [{ type: 'function', name: 'attribute_exists', args: [['\u0000']] }],
};

/** @throws AwsError `ValidationException` for an order among maps, lists, sets and the like */
function refuseWrongOperands({ _condition, _filter }: Checked): void {
  for (const [member, parsed] of [
    ['ConditionExpression', _condition],
    ['FilterExpression', _filter],
  ] as const) {
    const wrong = parsed && wrongOperand(parsed.expression);
    if (wrong !== undefined) throw new AwsError('ValidationException', `Invalid ${member}: ${wrong}`);
  }
}

/** Comparisons of the oldest API that dynalite would answer wrongly for maps and lists. */
const OLD_CONDITIONS = ['Expected', 'QueryFilter', 'ScanFilter', 'KeyConditions'];
function refuseOldDocuments(input: JsonObject): void {
  for (const member of OLD_CONDITIONS) {
    const conditions = input[member];
    if (!isJsonObject(conditions) || !/"(?:M|L)":/.test(JSON.stringify(conditions))) continue;
    throw new AwsError(
      'ValidationException',
      `${member} with a map or a list is not emulated: write it as an expression (ConditionExpression, FilterExpression).`,
    );
  }
}

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
  const {
    __type: type = '',
    message,
    Message,
    ...fields
  } = cause.body as Readonly<Record<string, unknown>> & {
    __type?: string;
    message?: string;
    Message?: string;
  };
  return new AwsError(type.slice(type.indexOf('#') + 1), message ?? Message ?? '', Number(cause.statusCode), fields);
}

/**
 * Opens LevelDB and reads all of it once: what is damaged shows here, and not in the middle of a run.
 * @throws StateError naming the folder
 */
async function openWhole({ db }: Store, path: string): Promise<void> {
  // LevelDB would begin anew without the file that names its current state.
  if (!existsSync(join(path, 'CURRENT')) && readdirSync(path).some((name) => /^MANIFEST-|\.ldb$/.test(name)))
    throw damaged(path);
  try {
    await db.open();
    for await (const _ of db.iterator());
  } catch (cause) {
    await new Promise<void>((resolve) => db.close(() => resolve()));
    throw explainStateFailure(cause, path) ?? damaged(path, cause);
  }
}

/** Opens the tables stored in a folder. */
export async function openEngine(
  path: string,
  account: { readonly accountId: string; readonly region: string },
): Promise<Engine> {
  mkdirSync(path, { recursive: true });
  const core = loadCore();
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
  const store = core.create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  store.tableDb.awsAccountId = account.accountId;
  store.tableDb.awsRegion = account.region;
  await openWhole(store, path);

  const find = (name: string) => {
    const operation = operations.get(name);
    if (operation) return operation;
    throw new AwsError(
      'UnknownOperationException',
      `DynamoDB ${name} is not emulated. Known: ${OPERATIONS.join(', ')}.`,
    );
  };
  const validate = (name: string, input: JsonObject): Checked => {
    const { types, custom } = find(name);
    refuseOldDocuments(input);
    try {
      const checked = validations.checkTypes(structuredClone(input), types);
      validations.checkValidations(checked, types, custom, store);
      refuseWrongOperands(checked);
      return checked;
    } catch (cause) {
      throw toAwsError(cause);
    }
  };
  const act = (name: string, checked: Checked): Promise<JsonObject> =>
    new Promise((resolve, reject) => {
      find(name).action(store, checked, (error, value) => (error ? reject(toAwsError(error)) : resolve(value ?? {})));
    });

  /** Filters here, for dynalite never finds two maps equal; it projects before the filter could see the whole item. */
  async function runFiltered(name: string, checked: Checked, filter: Expression): Promise<JsonObject> {
    const { _projection: projection, Select, ...rest } = checked;
    const { Items, ...output } = await act(name, { ...rest, _filter: { ...checked._filter, expression: EVERY } });
    const found = ((Items ?? []) as JsonObject[]).filter((item) => fulfils(filter, item, core));
    const shown = projection ? found.map((item) => core.mapPaths(projection.paths, item)) : found;
    return { ...output, Count: found.length, ...(Select !== 'COUNT' && { Items: shown }) };
  }

  return {
    has: (name) => operations.has(name),
    check: (name, input) => void validate(name, input),
    async run(name, input) {
      const checked = validate(name, input);
      return checked._filter ? runFiltered(name, checked, checked._filter.expression) : act(name, checked);
    },
    async assertCondition(input) {
      const checked = validate('DeleteItem', input);
      const { TableName, Key } = checked;
      const { Item } = await act('GetItem', { TableName, Key, ConsistentRead: true });
      const failed = core.checkConditional(checked, isJsonObject(Item) ? Item : undefined);
      if (failed) throw toAwsError(failed);
    },
    close: () => new Promise((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve()))),
  };
}
