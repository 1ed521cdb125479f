import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { canonicalJson } from '../cloud/same-value.ts';
import { AwsError, type Clock } from '../cloud/service.ts';
import { readState, writeState } from '../cloud/state-file.ts';
import { tableName } from './authorize.ts';
import type { Engine } from './engine.ts';
import { itemBytes } from './sizes.ts';

/** API Reference, TransactWriteItems: as many actions and bytes a transaction has at most. */
const MAX_ACTIONS = 100;
const MAX_BYTES = 4 * 2 ** 20;
/** How long a client token is remembered for its request. */
const TOKEN_MS = 10 * 60_000;

const WRITES = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem' } as const;
type Kind = keyof typeof WRITES | 'ConditionCheck';
const KINDS: readonly string[] = [...Object.keys(WRITES), 'ConditionCheck'];

/** One action of a transaction, on one item. */
interface TransactionAction {
  readonly kind: Kind;
  readonly table: string;
  readonly input: JsonObject;
}

/** An item before a transaction; undefined when there was none. */
interface Before {
  readonly table: string;
  readonly key: JsonObject;
  readonly item?: JsonObject;
}

interface Token {
  readonly digest: string;
  readonly at: number;
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/**
 * The actions of a TransactWriteItems request.
 * @throws AwsError `ValidationException`
 */
function readActions(input: JsonObject): readonly TransactionAction[] {
  const items = input['TransactItems'];
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_ACTIONS) {
    throw invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${MAX_ACTIONS}, and greater than or equal to 1`,
    );
  }
  return items.map((item: unknown) => {
    const entries = isJsonObject(item) ? Object.entries(item).filter(([, action]) => isJsonObject(action)) : [];
    const [entry] = entries;
    if (entries.length !== 1 || !entry || !KINDS.includes(entry[0])) {
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const [kind, action] = entry as [Kind, JsonObject];
    const table = tableName(action['TableName']);
    if (kind === 'ConditionCheck' && action['ConditionExpression'] === undefined)
      throw invalid('The ConditionExpression of a ConditionCheck must not be null');
    return { kind, table, input: { ...action, TableName: table } };
  });
}

export interface Transactions {
  /** Undoes a transaction that a crash cut off. */
  recover(): Promise<void>;
  /** Does every action or none. @throws AwsError `TransactionCanceledException` and others */
  write(input: JsonObject): Promise<JsonObject>;
  read(input: JsonObject): Promise<JsonObject>;
}

/**
 * Transactions over an engine that has none. Nothing else may run meanwhile: the caller sees to that. The items are
 * stored in a file before the first is changed, so that a failure, or the next start, can put them back.
 */
export function createTransactions(
  engine: Engine,
  folder: string,
  clock: Clock,
  keyNames: (table: string) => Promise<readonly string[]>,
): Transactions {
  const journal = join(folder, 'transaction.json');
  const tokensPath = join(folder, 'transaction-tokens.json');
  let tokens = readState<Record<string, Token>>(tokensPath, {});

  async function keyOf({ table, input }: TransactionAction): Promise<JsonObject> {
    const { Key, Item } = input;
    if (isJsonObject(Key)) return Key;
    if (!isJsonObject(Item)) throw invalid('Item is required.');
    return Object.fromEntries((await keyNames(table)).flatMap((name) => (name in Item ? [[name, Item[name]]] : [])));
  }

  async function read(table: string, key: JsonObject): Promise<JsonObject | undefined> {
    const { Item } = await engine.run('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    return isJsonObject(Item) ? Item : undefined;
  }

  async function putBack(before: readonly Before[]): Promise<void> {
    for (const { table, key, item } of before) {
      if (item) await engine.run('PutItem', { TableName: table, Item: item });
      else await engine.run('DeleteItem', { TableName: table, Key: key });
    }
    rmSync(journal, { force: true });
  }

  const perform = ({ kind, input }: TransactionAction): Promise<unknown> => {
    const { ReturnValuesOnConditionCheckFailure: _, ...bare } = input;
    return kind === 'ConditionCheck' ? engine.assertCondition(bare) : engine.run(WRITES[kind], bare);
  };

  /** The request is repeated with the token: answered without doing it again. */
  function isRepeated(token: unknown, digest: string): boolean {
    const now = clock.now();
    tokens = Object.fromEntries(Object.entries(tokens).filter(([, { at }]) => now < at + TOKEN_MS));
    if (typeof token !== 'string') return false;
    const known = tokens[token];
    if (known && known.digest !== digest) {
      throw new AwsError(
        'IdempotentParameterMismatchException',
        'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical',
      );
    }
    return known !== undefined;
  }

  return {
    async recover() {
      if (existsSync(journal)) await putBack(readState<Before[]>(journal, []));
    },

    async write(input) {
      const actions = readActions(input);
      const { ClientRequestToken: token } = input;
      const digest = createHash('sha256').update(canonicalJson(input['TransactItems'])).digest('hex');
      for (const { kind, input } of actions)
        engine.check(kind === 'ConditionCheck' ? 'DeleteItem' : WRITES[kind], input);
      if (isRepeated(token, digest)) return {};

      const places = await Promise.all(
        actions.map(async (action) => ({ table: action.table, key: await keyOf(action) })),
      );
      const named = places.map(({ table, key }) => `${table}\n${JSON.stringify(Object.entries(key).sort())}`);
      if (new Set(named).size < named.length)
        throw invalid('Transaction request cannot include multiple operations on one item');
      const bytes = actions.reduce(
        (sum, { input }) => sum + (isJsonObject(input['Item']) ? itemBytes(input['Item']) : 0),
        0,
      );
      if (bytes > MAX_BYTES)
        throw invalid(`The total size of the items of a transaction is at most ${MAX_BYTES} bytes.`);

      const before: Before[] = [];
      for (const place of places) {
        const item = await read(place.table, place.key);
        before.push({ ...place, ...(item && { item }) });
      }
      writeState(journal, before);
      const reasons: JsonObject[] = [];
      let unforeseen: { cause: unknown } | undefined;
      for (const action of actions) {
        try {
          await perform(action);
          reasons.push({ Code: 'None' });
        } catch (cause) {
          const reason = cause instanceof AwsError ? reasonOf(cause, action) : undefined;
          if (reason) reasons.push(reason);
          else unforeseen ??= { cause };
        }
      }
      if (unforeseen || reasons.some(({ Code }) => Code !== 'None')) await putBack(before);
      else rmSync(journal, { force: true });
      if (unforeseen) throw unforeseen.cause;
      const codes = reasons.map(({ Code }) => String(Code));
      if (codes.some((code) => code !== 'None')) {
        throw new AwsError(
          'TransactionCanceledException',
          `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
          400,
          { CancellationReasons: reasons },
        );
      }
      if (typeof token === 'string') {
        tokens[token] = { digest, at: clock.now() };
        writeState(tokensPath, tokens);
      }
      return {};
    },

    async read(input) {
      const gets = input['TransactItems'];
      if (!Array.isArray(gets) || gets.length === 0 || gets.length > MAX_ACTIONS)
        throw invalid(`TransactItems must have 1 to ${MAX_ACTIONS} members.`);
      const Responses = [];
      for (const item of gets) {
        const get = isJsonObject(item) ? item['Get'] : undefined;
        if (!isJsonObject(get)) throw invalid('Each of TransactItems must be a Get.');
        const { Item } = await engine.run('GetItem', {
          ...get,
          TableName: tableName(get['TableName']),
          ConsistentRead: true,
        });
        Responses.push(Item === undefined ? {} : { Item });
      }
      return { Responses };
    },
  };
}

/** Why an action cancelled its transaction (API Reference, CancellationReason); undefined for what is no reason. */
function reasonOf(cause: AwsError, { input }: TransactionAction): JsonObject | undefined {
  if (cause.code === 'ValidationException') return { Code: 'ValidationError', Message: cause.message };
  if (cause.code !== 'ConditionalCheckFailedException') return undefined;
  const wanted = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD' && cause.fields['Item'] !== undefined;
  return {
    Code: 'ConditionalCheckFailed',
    Message: cause.message,
    ...(wanted && { Item: cause.fields['Item'] }),
  };
}
