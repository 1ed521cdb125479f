import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Condition } from '#functions/ports/state-store';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import type { Calls } from './crash.ts';

interface Conditional {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

const conditionOf = (input: Conditional): Condition | undefined =>
  input.ConditionExpression === undefined
    ? undefined
    : {
        expression: input.ConditionExpression,
        names: input.ExpressionAttributeNames ?? {},
        values: input.ExpressionAttributeValues ?? {},
      };

/**
 * The state table behind the SDK's client, for handlers that make their own store: the same items are at hand as a
 * `MemoryState`. Every call is counted in `calls`, which may end the handler there.
 */
export function fakeStateTable(calls?: Calls): MemoryState {
  const state = memoryState();
  const mock = mockClient(DynamoDBDocumentClient);
  const unless = (written: boolean) => {
    if (!written)
      throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
    return {};
  };
  const count = (name: string, sk: unknown) => calls?.made(`${name} ${String(sk)}`);
  mock.on(GetCommand).callsFake(async ({ Key }) => {
    const Item = await state.get(Key.pk, Key.sk);
    count('get', Key.sk);
    return { Item };
  });
  mock.on(PutCommand).callsFake(async (input) => {
    const written = await state.put(input.Item.pk, input.Item.sk, input.Item, conditionOf(input));
    count('put', input.Item.sk);
    return unless(written);
  });
  mock.on(UpdateCommand).callsFake(async (input) => {
    const assignments: string[] = input.UpdateExpression.slice('SET '.length).split(', ');
    const attributes = Object.fromEntries(
      assignments.map((assignment) => {
        const [name = '', value = ''] = assignment.split(' = ');
        return [input.ExpressionAttributeNames[name], input.ExpressionAttributeValues[value]];
      }),
    );
    const written = await state.set(input.Key.pk, input.Key.sk, attributes, conditionOf(input));
    count('set', input.Key.sk);
    return unless(written);
  });
  mock.on(DeleteCommand).callsFake(async (input) => {
    const removed = await state.remove(input.Key.pk, input.Key.sk, conditionOf(input));
    count('remove', input.Key.sk);
    return unless(removed);
  });
  mock.on(QueryCommand).callsFake(async ({ ExpressionAttributeValues: values, Limit }) => ({
    Items: await state.list(values[':pk'], values[':sk'], Limit),
  }));
  return state;
}
