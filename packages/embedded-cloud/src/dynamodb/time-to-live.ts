import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import type { Engine } from './engine.ts';

/** How often expired items are searched for; DynamoDB promises no more than "within a few days". */
export const SWEEP_MS = 3_600_000;

/** DynamoDB leaves items alone whose time lies more than five years back (Developer Guide, "Time to Live"). */
const FIVE_YEARS_S = 5 * 365 * 86_400;

/**
 * Deletes the items of a table whose time to live is over.
 * @param attribute holds the time, in seconds since the epoch, as a number; anything else does not count
 * @param now milliseconds since the epoch
 * @returns how many were deleted
 */
export async function sweepExpired(
  engine: Engine,
  table: string,
  attribute: string,
  keyNames: readonly string[],
  now: number,
): Promise<number> {
  const seconds = Math.floor(now / 1000);
  const names = { '#ttl': attribute };
  const due = { ':now': { N: String(seconds) }, ':oldest': { N: String(seconds - FIVE_YEARS_S) } };
  let deleted = 0;
  let start: unknown;
  do {
    const { Items, LastEvaluatedKey } = await engine.run('Scan', {
      TableName: table,
      FilterExpression: '#ttl <= :now AND #ttl > :oldest',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: due,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    for (const item of (Items ?? []) as JsonObject[]) {
      const Key = Object.fromEntries(keyNames.map((name) => [name, item[name]]));
      deleted += await deleteStill(engine, { TableName: table, Key }, attribute, item[attribute]);
    }
    start = isJsonObject(LastEvaluatedKey) ? LastEvaluatedKey : undefined;
  } while (start !== undefined);
  return deleted;
}

/** Deletes an item unless its time was changed meanwhile. */
async function deleteStill(engine: Engine, place: JsonObject, attribute: string, value: unknown): Promise<number> {
  try {
    await engine.run('DeleteItem', {
      ...place,
      ConditionExpression: '#ttl = :seen',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':seen': value },
    });
    return 1;
  } catch (cause) {
    if (cause instanceof AwsError && cause.code === 'ConditionalCheckFailedException') return 0;
    throw cause;
  }
}
