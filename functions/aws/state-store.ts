import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

/** An item of the state table: partition key `pk` (the pipeline), sort key `sk` (`lease`, `champion`, `run#<id>` …). */
export type StateItem = Readonly<Record<string, unknown>>;

/** A condition on the item as it stands, in DynamoDB's expression language. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The state table, as far as Tidegate uses it. Reads are strongly consistent. */
export interface StateStore {
  get(pk: string, sk: string): Promise<StateItem | undefined>;
  /** @returns false when the condition did not hold; nothing is written then. */
  put(pk: string, sk: string, item: StateItem, condition?: Condition): Promise<boolean>;
  /** Sets the given attributes. @returns false when the condition did not hold. */
  set(pk: string, sk: string, attributes: StateItem, condition?: Condition): Promise<boolean>;
  /** @returns false when the condition did not hold. */
  remove(pk: string, sk: string, condition?: Condition): Promise<boolean>;
  /** Items whose sort key starts with a prefix, newest (highest) first: all, or as many as asked for. */
  list(pk: string, skPrefix: string, limit?: number): Promise<StateItem[]>;
}

const notYetThere: Condition = { expression: 'attribute_not_exists(pk)' };
/** Holds when the item does not exist. */
export const ifAbsent = notYetThere;
/** Holds when the attribute has the value. */
export const ifEquals = (attribute: string, value: unknown): Condition => ({
  expression: '#c = :c',
  names: { '#c': attribute },
  values: { ':c': value },
});

async function unlessConditionFails(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** The adapter over DynamoDB. */
export function stateStore(client: DynamoDBDocumentClient, table: string): StateStore {
  const conditionOf = (condition: Condition | undefined) =>
    condition
      ? {
          ConditionExpression: condition.expression,
          ...(condition.names ? { ExpressionAttributeNames: condition.names } : {}),
          ...(condition.values ? { ExpressionAttributeValues: condition.values } : {}),
        }
      : {};
  return {
    async get(pk, sk) {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }));
      return Item;
    },
    put: (pk, sk, item, condition) =>
      unlessConditionFails(() =>
        client.send(new PutCommand({ TableName: table, Item: { ...item, pk, sk }, ...conditionOf(condition) })),
      ),
    set: (pk, sk, attributes, condition) => {
      const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
      return unlessConditionFails(() =>
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { pk, sk },
            UpdateExpression: `SET ${entries.map((_, i) => `#a${i} = :a${i}`).join(', ')}`,
            ...(condition ? { ConditionExpression: condition.expression } : {}),
            ExpressionAttributeNames: {
              ...Object.fromEntries(entries.map(([name], i) => [`#a${i}`, name])),
              ...condition?.names,
            },
            ExpressionAttributeValues: {
              ...Object.fromEntries(entries.map(([, v], i) => [`:a${i}`, v])),
              ...condition?.values,
            },
          }),
        ),
      );
    },
    remove: (pk, sk, condition) =>
      unlessConditionFails(() =>
        client.send(new DeleteCommand({ TableName: table, Key: { pk, sk }, ...conditionOf(condition) })),
      ),
    async list(pk, skPrefix, limit = Number.POSITIVE_INFINITY) {
      const found: Record<string, unknown>[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
            ExpressionAttributeValues: { ':pk': pk, ':sk': skPrefix },
            ScanIndexForward: false,
            ConsistentRead: true,
            ExclusiveStartKey: from,
            ...(Number.isFinite(limit) ? { Limit: limit - found.length } : {}),
          }),
        );
        found.push(...Items);
        from = LastEvaluatedKey;
      } while (from && found.length < limit);
      return found;
    },
  };
}
