import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDynamo, type TestDynamo } from './support.ts';

let dynamo: TestDynamo;
beforeEach(async () => {
  dynamo = await startDynamo();
});
afterEach(() => dynamo.close());

const describeTable = async () => (await dynamo.client.send(new DescribeTableCommand({ TableName: 'own' }))).Table;
/** A table refuses its next change until it is ACTIVE again, here as on AWS. */
async function whenActive<T>(answer: T): Promise<T> {
  await expect.poll(async () => (await describeTable())?.TableStatus, { interval: 5 }).toBe('ACTIVE');
  return answer;
}
const create = async (more = {}) =>
  whenActive(
    await dynamo.client.send(
      new CreateTableCommand({
        TableName: 'own',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        ...more,
      }),
    ),
  );
const update = async (more = {}) =>
  whenActive(await dynamo.client.send(new UpdateTableCommand({ TableName: 'own', ...more })));
const remove = () => dynamo.client.send(new DeleteTableCommand({ TableName: 'own' }));
const isGone = () =>
  describeTable().then(
    () => false,
    (error: Error) => error.name === 'ResourceNotFoundException',
  );

describe('the options of CreateTable', () => {
  it('are kept, shown and acted on', async () => {
    const tags = Array.from({ length: 12 }, (_, n) => ({ Key: `k${n}`, Value: `${n}` }));
    const { TableDescription } = await create({
      DeletionProtectionEnabled: true,
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      SSESpecification: { Enabled: true, SSEType: 'KMS' },
      StreamSpecification: { StreamEnabled: false },
      Tags: tags,
    });
    const shown = {
      DeletionProtectionEnabled: true,
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
    };
    expect(TableDescription).toMatchObject(shown);
    await dynamo.restart();
    expect(await describeTable()).toMatchObject(shown);
    await expect(remove()).rejects.toThrow('protected against deletion');
    await update({ DeletionProtectionEnabled: false });
    const ResourceArn = TableDescription?.TableArn;
    const first = await dynamo.client.send(new ListTagsOfResourceCommand({ ResourceArn }));
    const { NextToken } = first;
    const rest = await dynamo.client.send(new ListTagsOfResourceCommand({ ResourceArn, NextToken }));
    expect([first.Tags?.length, rest.Tags?.length, rest.NextToken]).toEqual([10, 2, undefined]);
    await remove();
  });

  it('are forgotten with the table', async () => {
    await create({ TableClass: 'STANDARD_INFREQUENT_ACCESS', SSESpecification: { Enabled: true } });
    await remove();
    await expect.poll(isGone, { interval: 5 }).toBe(true);
    await create();
    expect(await describeTable()).toMatchObject({ DeletionProtectionEnabled: false });
    expect((await describeTable())?.SSEDescription).toBeUndefined();
  });

  it.each([
    [{ StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const } }, /StreamSpecification/],
    [{ TableClass: 'CHEAP' as never }, /at 'tableClass' failed to satisfy constraint/],
    [{ SSESpecification: { Enabled: true, SSEType: 'AES256' as const } }, /SSEType AES256 is not supported/],
    [{ SSESpecification: { Enabled: false, KMSMasterKeyId: 'k' } }, /KMSMasterKeyId needs SSESpecification.Enabled/],
    [{ OnDemandThroughput: { MaxReadRequestUnits: 5 } }, /does not support OnDemandThroughput/],
  ])('are refused by name: %j', async (more, message) => {
    await expect(create(more)).rejects.toThrow(message);
    await expect(describeTable()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

it('an update changes what it names and leaves the rest', async () => {
  await create({ SSESpecification: { Enabled: true }, TableClass: 'STANDARD_INFREQUENT_ACCESS' });
  await update({ TableClass: 'STANDARD' });
  expect(await describeTable()).toMatchObject({
    TableClassSummary: { TableClass: 'STANDARD' },
    SSEDescription: { Status: 'ENABLED' },
  });
  await update({ SSESpecification: { Enabled: false } });
  expect((await describeTable())?.SSEDescription).toBeUndefined();
});

it('a transaction sent again with its token is recognised whatever the order of its members', async () => {
  const ClientRequestToken = 'token';
  const write = (Item: Record<string, unknown>) =>
    dynamo.client.send(
      new TransactWriteCommand({ ClientRequestToken, TransactItems: [{ Put: { TableName: 'items', Item } }] }),
    );
  await write({ id: 'a', one: 1, two: 2 });
  await write({ two: 2, one: 1, id: 'a' });
  await expect(write({ id: 'a', one: 2 })).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
});
