import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stateStore } from '#functions/aws/state-store';
import { type Condition, ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import { holds, memoryState } from '../../fakes/memory-state.ts';
import { startTables, type Tables } from '../support/tables.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
beforeEach(() => tables.clear());
afterAll(() => tables.close());

const all = (store: StateStore) => store.list('p', '');

describe('the state table in DynamoDB', () => {
  it('keeps what is put, changes what is set and forgets what is removed', async () => {
    const { state } = tables;
    await state.put('p', 'a', { n: 1, gone: undefined });
    await state.set('p', 'a', { m: [1, { x: 'y' }], never: undefined });
    await state.set('p', 'new', { made: true });

    expect(await state.get('p', 'a')).toEqual({ pk: 'p', sk: 'a', n: 1, m: [1, { x: 'y' }] });
    expect(await state.get('p', 'new')).toEqual({ pk: 'p', sk: 'new', made: true });
    expect(await state.remove('p', 'a')).toBe(true);
    expect(await state.get('p', 'a')).toBeUndefined();
  });

  it('lists by prefix, newest first, as many as asked for', async () => {
    const { state } = tables;
    for (const sk of ['run#1', 'run#2', 'run#3', 'lease']) await state.put('p', sk, { sk });
    await state.put('q', 'run#9', {});

    expect((await state.list('p', 'run#')).map(({ sk }) => sk)).toEqual(['run#3', 'run#2', 'run#1']);
    expect((await state.list('p', 'run#', 2)).map(({ sk }) => sk)).toEqual(['run#3', 'run#2']);
    expect(await state.list('nobody', '')).toEqual([]);
  });

  it('lists all pages, as DynamoDB ends one at 1 MB', async () => {
    const { state } = tables;
    const body = 'x'.repeat(300_000);
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await state.put('p', `test#${n}`, { n, body });

    expect((await state.list('p', 'test#')).map(({ n }) => n)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect((await state.list('p', 'test#', 5)).map(({ n }) => n)).toEqual([7, 6, 5, 4, 3]);
  });

  it('lets a caller with the same key neither change nor remove what its condition does not fit', async () => {
    const { state } = tables;
    await state.put('p', 'a', { holder: 'me' });

    expect(await state.put('p', 'a', { holder: 'you' }, ifAbsent)).toBe(false);
    expect(await state.set('p', 'a', { holder: 'you' }, ifEquals('holder', 'you'))).toBe(false);
    expect(await state.remove('p', 'a', ifEquals('holder', 'you'))).toBe(false);
    expect(await state.get('p', 'a')).toMatchObject({ holder: 'me' });
    expect(await state.set('p', 'a', { holder: 'you' }, ifEquals('holder', 'me'))).toBe(true);
  });
});

const conditions: readonly Condition[] = [
  ifAbsent,
  ifEquals('holder', 'a'),
  ifEquals('status', 'b'),
  { expression: 'attribute_not_exists(pk) OR holder = :me', values: { ':me': 'a' } },
  { expression: 'holder = :me AND pendingText = :p', values: { ':me': 'a', ':p': 'b' } },
  { expression: 'holder = :me AND attribute_not_exists(pending)', values: { ':me': 'a' } },
  { expression: 'attribute_exists(pk)' },
  { expression: 'attribute_not_exists(#s) OR #s <> :d', names: { '#s': 'status' }, values: { ':d': 'b' } },
  {
    expression: 'attribute_not_exists(pk) OR outcome = :failed OR outcome = :lost',
    values: { ':failed': 'a', ':lost': 'b' },
  },
  {
    expression: 'attribute_not_exists(pk) OR (managed = :y AND (attribute_not_exists(enabled) OR enabled = :y))',
    values: { ':y': true },
  },
  { expression: 'attribute_not_exists(pk) OR startedAt <= :now', values: { ':now': 'b' } },
];
const letter = fc.constantFrom('a', 'b', 'c');
const attributes = fc
  .record(
    {
      holder: letter,
      status: letter,
      outcome: letter,
      startedAt: letter,
      pendingText: letter,
      pending: fc.record({ drop: letter, force: fc.boolean() }),
      managed: fc.boolean(),
      enabled: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .filter((values) => Object.keys(values).length > 0);
const operation = fc.record({
  kind: fc.constantFrom('put', 'set', 'remove'),
  sk: fc.constantFrom('x', 'y'),
  values: attributes,
  condition: fc.option(fc.constantFrom(...conditions), { nil: undefined }),
});

describe('the state table in memory', () => {
  it('does what DynamoDB does, for every condition in use', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 12 }), async (operations) => {
        await tables.clear();
        const memory = memoryState();
        const apply = (store: StateStore, { kind, sk, values, condition }: (typeof operations)[number]) => {
          if (kind === 'remove') return store.remove('p', sk, condition);
          return kind === 'put' ? store.put('p', sk, values, condition) : store.set('p', sk, values, condition);
        };
        for (const each of operations) expect(await apply(memory, each)).toBe(await apply(tables.state, each));
        expect(await all(memory)).toEqual(await all(tables.state));
      }),
      { numRuns: 60 },
    );
  });

  // AWS: EQ "is supported for all data types, including lists and maps" (ExpectedAttributeValue); dynalite finds no map equal to another
  it('finds maps equal by their entries, in any order', () => {
    const same = (p: object) =>
      holds({ expression: 'pending = :p', values: { ':p': p } }, { pending: { a: 1, b: [2] } });
    expect([same({ b: [2], a: 1 }), same({ a: 1 }), same({ a: 1, b: [3] })]).toEqual([true, false, false]);
  });

  it.each([
    ['size(a) = :x', { ':x': 1 }],
    ['a = :absent', {}],
    ['#n = :x', { ':x': 1 }],
    ['a = :x :x', { ':x': 1 }],
    ['a', {}],
    ['(a = :x', { ':x': 1 }],
    ['a ( :x', { ':x': 1 }],
  ])('refuses to guess what %s means', (expression, values) => {
    expect(() => holds({ expression, values }, { a: 1 })).toThrow(expression);
  });
});

describe('the adapter', () => {
  it('reads consistently and lets every error but a failed condition out', async () => {
    const client = mockClient(DynamoDBDocumentClient);
    const store = stateStore(client as unknown as DynamoDBDocumentClient, 'state');
    client.on(GetCommand).resolves({});
    client.on(QueryCommand).resolves({});
    client.on(PutCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));

    expect(await store.get('p', 'a')).toBeUndefined();
    expect(await store.list('p', 'a')).toEqual([]);
    await expect(store.put('p', 'a', {})).rejects.toMatchObject({ name: 'ThrottlingException' });
    client.on(PutCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    expect(await store.put('p', 'a', {}, ifAbsent)).toBe(false);
    for (const call of [...client.commandCalls(GetCommand), ...client.commandCalls(QueryCommand)])
      expect(call.args[0].input).toMatchObject({ TableName: 'state', ConsistentRead: true });
  });
});
