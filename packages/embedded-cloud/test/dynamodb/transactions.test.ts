import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDynamo, type TestDynamo } from './support.ts';

const TableName = 'items';
let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

const get = async (id: string) => (await dynamo.client.send(new GetCommand({ TableName, Key: { id } }))).Item;
const put = (item: Record<string, unknown>) => dynamo.client.send(new PutCommand({ TableName, Item: item }));
const transact = (TransactItems: TransactWriteCommandInput['TransactItems'], ClientRequestToken?: string) =>
  dynamo.client.send(new TransactWriteCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }));
const cancelled = async (promise: Promise<unknown>): Promise<TransactionCanceledException> => {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof TransactionCanceledException) return error;
  throw error ?? new Error('the transaction was expected to be cancelled');
};

describe('a transaction', () => {
  it('puts, updates, deletes and checks together', async () => {
    await put({ id: 'old' });
    await put({ id: 'guard', open: true });
    await put({ id: 'count', n: 1 });
    await transact([
      { Put: { TableName, Item: { id: 'new', a: 1 }, ConditionExpression: 'attribute_not_exists(id)' } },
      { Delete: { TableName, Key: { id: 'old' } } },
      {
        Update: {
          TableName,
          Key: { id: 'count' },
          UpdateExpression: 'SET n = n + :one',
          ExpressionAttributeValues: { ':one': 1 },
        },
      },
      {
        ConditionCheck: {
          TableName,
          Key: { id: 'guard' },
          ConditionExpression: '#o = :yes',
          ExpressionAttributeNames: { '#o': 'open' },
          ExpressionAttributeValues: { ':yes': true },
        },
      },
    ]);
    expect([await get('new'), await get('old'), await get('count')]).toEqual([
      { id: 'new', a: 1 },
      undefined,
      { id: 'count', n: 2 },
    ]);
  });

  it('does nothing when one condition fails, and reports the reason of each action', async () => {
    await put({ id: 'kept', v: 1 });
    const error = await cancelled(
      transact([
        { Put: { TableName, Item: { id: 'never' } } },
        {
          Update: {
            TableName,
            Key: { id: 'kept' },
            UpdateExpression: 'SET v = :v',
            ConditionExpression: 'v = :old',
            ExpressionAttributeValues: { ':v': 3, ':old': 2 },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        { ConditionCheck: { TableName, Key: { id: 'none' }, ConditionExpression: 'attribute_exists(id)' } },
      ]),
    );
    expect(error.message).toBe(
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
    );
    expect(error.CancellationReasons?.map(({ Code, Item }) => [Code, Item])).toEqual([
      ['None', undefined],
      ['ConditionalCheckFailed', { id: { S: 'kept' }, v: { N: '1' } }],
      ['ConditionalCheckFailed', undefined],
    ]);
    expect([await get('never'), await get('kept')]).toEqual([undefined, { id: 'kept', v: 1 }]);
  });

  it('undoes what an action that cannot be carried out leaves half done', async () => {
    await put({ id: 'text', v: 'no number' });
    const error = await cancelled(
      transact([
        { Put: { TableName, Item: { id: 'undone' } } },
        {
          Update: {
            TableName,
            Key: { id: 'text' },
            UpdateExpression: 'SET v = v + :one',
            ExpressionAttributeValues: { ':one': 1 },
          },
        },
      ]),
    );
    expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ValidationError']);
    expect(await get('undone')).toBeUndefined();
  });

  it('happens once per client token, which is never valid for another request', async () => {
    await put({ id: 'once', n: 0 });
    const add = (by: number) =>
      transact(
        [
          {
            Update: {
              TableName,
              Key: { id: 'once' },
              UpdateExpression: 'ADD n :by',
              ExpressionAttributeValues: { ':by': by },
            },
          },
        ],
        'the-same-token',
      );
    await add(1);
    await dynamo.restart();
    await add(1);
    expect(await get('once')).toEqual({ id: 'once', n: 1 });
    await expect(add(2)).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    await dynamo.context.clock.advance(10 * 60_000);
    await add(2);
    expect(await get('once')).toEqual({ id: 'once', n: 3 });
  });

  it('is refused with two actions on one item, with none, and with more than a hundred', async () => {
    const item = (id: string) => ({ Put: { TableName, Item: { id } } });
    await expect(transact([item('a'), item('a')])).rejects.toThrow('cannot include multiple operations on one item');
    await expect(transact([])).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(transact(Array.from({ length: 101 }, (_, i) => item(`i${i}`)))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('asks for the right of each action on its table', async () => {
    await transact([{ Put: { TableName, Item: { id: 'p' } } }, { Delete: { TableName, Key: { id: 'd' } } }]);
    const resource = 'arn:aws:dynamodb:eu-central-1:123456789012:table/items';
    expect(dynamo.served.calls.at(-1)?.authorize).toEqual([
      { action: 'dynamodb:PutItem', resource, context: { 'dynamodb:LeadingKeys': ['p'] } },
      { action: 'dynamodb:DeleteItem', resource, context: { 'dynamodb:LeadingKeys': ['d'] } },
    ]);
  });

  it('that a crash cut off is undone at the next start', async () => {
    await put({ id: 'before', v: 'changed' });
    await put({ id: 'made' });
    const before = [
      { table: TableName, key: { id: { S: 'before' } }, item: { id: { S: 'before' }, v: { S: 'as it was' } } },
      { table: TableName, key: { id: { S: 'made' } } },
    ];
    const journal = join(dynamo.stateDir, 'dynamodb', 'transaction.json');
    writeFileSync(journal, JSON.stringify(before));
    await dynamo.restart();
    expect([await get('before'), await get('made')]).toEqual([{ id: 'before', v: 'as it was' }, undefined]);
    expect(existsSync(journal)).toBe(false);
  });

  it('is never visible half done, with any concurrent calls', async () => {
    const accounts = ['x', 'y', 'z'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 8 }),
        async (moves) => {
          for (const id of accounts) await put({ id, money: 5 });
          const sums: number[] = [];
          const move = async ([from, to, amount]: readonly [number, number, number]) => {
            if (from === to) return;
            const change = (at: number, by: number) => ({
              Update: {
                TableName,
                Key: { id: accounts[at] },
                UpdateExpression: 'SET money = money + :by',
                ConditionExpression: 'money >= :least',
                ExpressionAttributeValues: { ':by': by, ':least': by < 0 ? -by : 0 },
              },
            });
            await transact([change(from, -amount), change(to, amount)]).catch((cause: unknown) => {
              if (!(cause instanceof TransactionCanceledException)) throw cause;
            });
          };
          const look = async () => {
            const read = new TransactGetCommand({
              TransactItems: accounts.map((id) => ({ Get: { TableName, Key: { id } } })),
            });
            const { Responses = [] } = await dynamo.client.send(read);
            sums.push(Responses.reduce((sum, { Item }) => sum + Number(Item?.['money']), 0));
          };
          await Promise.all([...moves.map(move), ...moves.map(look)]);
          await look();
          expect(new Set(sums)).toEqual(new Set([15]));
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('conditions', () => {
  const check = async (values: Record<string, unknown>, ConditionExpression: string): Promise<boolean> => {
    const update = new UpdateCommand({
      TableName,
      Key: { id: 'compared' },
      UpdateExpression: 'SET seen = :seen',
      ConditionExpression,
      ExpressionAttributeValues: { ':seen': true, ...values },
    });
    return dynamo.client.send(update).then(
      () => true,
      (cause: Error) => {
        if (cause.name === 'ConditionalCheckFailedException') return false;
        throw cause;
      },
    );
  };

  it('find maps and lists equal member by member', async () => {
    await put({ id: 'compared', m: { a: 1, b: [{ c: 'x' }, 2] }, l: [{ k: 'v' }], s: new Set(['p', 'q']) });
    expect(await check({ ':m': { b: [{ c: 'x' }, 2], a: 1 } }, 'm = :m')).toBe(true);
    expect(await check({ ':m': { b: [2, { c: 'x' }], a: 1 } }, 'm = :m')).toBe(false);
    expect(await check({ ':m': { a: 1 } }, 'm <> :m')).toBe(true);
    expect(await check({ ':l': [{ k: 'v' }] }, 'm.b = :l OR l = :l')).toBe(true);
    expect(await check({ ':l': [{ k: 'v' }], ':n': 7 }, 'l IN (:n, :l)')).toBe(true);
    expect(await check({ ':x': { k: 'v' } }, 'contains(l, :x)')).toBe(true);
    expect(await check({ ':x': { k: 'w' } }, 'contains(l, :x)')).toBe(false);
    expect(await check({ ':s': new Set(['q', 'p']) }, 's = :s')).toBe(true);
    expect(await check({ ':m': { b: [], a: 1 } }, 'NOT m = :m')).toBe(true);
  });

  it('find every item equal to itself and unlike one with another member', async () => {
    const value: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.integer({ min: -1000, max: 1000 }),
        fc.string({ maxLength: 4 }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    await fc.assert(
      fc.asyncProperty(value, async (v) => {
        await put({ id: 'compared', v });
        expect(await check({ ':v': v }, 'v = :v')).toBe(true);
        expect(await check({ ':v': { other: v } }, 'v = :v')).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['m < :m', { ':m': {} }, 'operator or function: <, operand type: M'],
    ['m BETWEEN :l AND :l', { ':l': [] }, 'operator or function: BETWEEN, operand type: L'],
    ['NOT (a = :t OR m >= :t)', { ':t': true }, 'operator or function: >=, operand type: BOOL'],
  ])('know no order of such values: %s', async (condition, values, message) => {
    await expect(check(values, condition)).rejects.toThrow(`Invalid ConditionExpression: Incorrect operand type`);
    await expect(check(values, condition)).rejects.toThrow(message);
    const scan = new ScanCommand({ TableName, FilterExpression: condition, ExpressionAttributeValues: values });
    await expect(dynamo.client.send(scan)).rejects.toThrow(`Invalid FilterExpression`);
  });

  it('of a scan find maps equal, and look at what the projection leaves out', async () => {
    await put({ id: 'scanned', m: { deep: [1] }, shown: 'yes' });
    const scan = new ScanCommand({
      TableName,
      FilterExpression: 'm = :m',
      ProjectionExpression: 'shown',
      ExpressionAttributeValues: { ':m': { deep: [1] } },
    });
    const { Items, Count, ScannedCount = 0 } = await dynamo.client.send(scan);
    expect([Items, Count]).toEqual([[{ shown: 'yes' }], 1]);
    expect(ScannedCount).toBeGreaterThan(1);
  });

  it('of the oldest API are refused with maps, which would never compare equal', async () => {
    const old = new PutCommand({ TableName, Item: { id: 'o' }, Expected: { m: { Value: { a: 1 } } } });
    await expect(dynamo.client.send(old)).rejects.toThrow(
      /Expected with a map or a list is not emulated.*ConditionExpression/,
    );
  });

  it('measure texts in bytes, as the limit of 400 KB does', async () => {
    await expect(put({ id: 'big', text: 'ä'.repeat(205_000) })).rejects.toThrow('Item size');
    await put({ id: 'big', text: 'a'.repeat(205_000) });
  });
});

describe('time to live', () => {
  it('deletes items some time after their time, and only those', async () => {
    const now = Math.floor(dynamo.context.clock.now() / 1000);
    await put({ id: 'due', expires: now + 60 });
    await put({ id: 'later', expires: now + 86_400 });
    await put({ id: 'text', expires: String(now) });
    await put({ id: 'ancient', expires: now - 6 * 365 * 86_400 });
    await dynamo.context.clock.advance(3_600_000);
    await expect.poll(() => get('due')).toBeUndefined();
    expect(await Promise.all(['later', 'text', 'ancient'].map(get))).toEqual([
      expect.anything(),
      expect.anything(),
      expect.anything(),
    ]);
  });
});
