import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Condition, StateStore } from '#functions/ports/state-store';

async function unlessConditionFails(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** The DynamoDB adapter. */
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
