import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '#src/host/start';
import { asAdmin, CORE, openWorkshop, role } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;
let client: DynamoDBClient;
let table: DynamoDBDocumentClient;

const key = (name: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType });
const index = (IndexName: string, hash: string) => ({
  IndexName,
  KeySchema: [key(hash, 'HASH')],
  Projection: { ProjectionType: 'ALL' },
});
const runs = (indexes: Record<string, unknown>[], attributes: string[]) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'runs',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [key('pipeline', 'HASH'), key('run', 'RANGE')],
    GlobalSecondaryIndexes: indexes,
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true },
    DeletionProtectionEnabled: true,
    Tags: [{ Key: 'app', Value: 'shop' }],
  },
});
const resources = {
  Runs: runs([index('byStatus', 'status')], ['pipeline', 'run', 'status']),
  ReaderRole: role([
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:Query'],
      Resource: { 'Fn::GetAtt': ['Runs', 'Arn'] },
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['loans'] } },
    },
  ]),
};

async function open(template = resources): Promise<void> {
  cloud = await workshop.start(template, { services: CORE });
  client = new DynamoDBClient(asAdmin(cloud));
  table = DynamoDBDocumentClient.from(client);
}
beforeAll(() => open());
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const put = (item: Record<string, unknown>) => table.send(new PutCommand({ TableName: 'runs', Item: item }));
const get = async (pipeline: string, run: string) =>
  (await table.send(new GetCommand({ TableName: 'runs', Key: { pipeline, run } }))).Item;

describe('a table', () => {
  it('keeps items of every type', async () => {
    const item = {
      pipeline: 'types',
      run: '1',
      n: 1.5,
      b: new Uint8Array([0, 255]),
      list: [1, 'a', null, true],
      map: { deep: { er: 'ü' } },
      set: new Set(['x', 'y']),
    };
    await put(item);
    expect(await get('types', '1')).toEqual(item);
  });

  it('takes a lease once', async () => {
    const take = (owner: string) =>
      table.send(
        new PutCommand({
          TableName: 'runs',
          Item: { pipeline: 'lease', run: '#', owner },
          ConditionExpression: 'attribute_not_exists(pipeline)',
        }),
      );
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map(take));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'ConditionalCheckFailedException' },
    });
  });

  it('returns the item that failed a condition on request', async () => {
    await put({ pipeline: 'held', run: '#', owner: 'first' });
    const attempt = table.send(
      new UpdateCommand({
        TableName: 'runs',
        Key: { pipeline: 'held', run: '#' },
        UpdateExpression: 'SET #o = :me',
        ConditionExpression: '#o = :me',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':me': 'second' },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    await expect(attempt).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { owner: { S: 'first' }, pipeline: { S: 'held' } },
    });
  });

  it('updates by expression', async () => {
    await put({ pipeline: 'count', run: '#', n: 1, list: ['a'] });
    const { Attributes } = await table.send(
      new UpdateCommand({
        TableName: 'runs',
        Key: { pipeline: 'count', run: '#' },
        UpdateExpression: 'ADD n :one SET #l = list_append(#l, :more), fresh = if_not_exists(fresh, :yes)',
        ExpressionAttributeNames: { '#l': 'list' },
        ExpressionAttributeValues: { ':one': 1, ':more': ['b'], ':yes': true },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toMatchObject({ n: 2, list: ['a', 'b'], fresh: true });
  });

  it('is queried by key, in order, page by page', async () => {
    const names = Array.from({ length: 30 }, (_, n) => String(n).padStart(3, '0'));
    await table.send(
      new BatchWriteCommand({
        RequestItems: { runs: names.slice(0, 25).map((run) => ({ PutRequest: { Item: { pipeline: 'many', run } } })) },
      }),
    );
    for (const run of names.slice(25)) await put({ pipeline: 'many', run });
    const seen: string[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await table.send(
        new QueryCommand({
          TableName: 'runs',
          KeyConditionExpression: 'pipeline = :p AND run > :r',
          ExpressionAttributeValues: { ':p': 'many', ':r': '004' },
          ScanIndexForward: false,
          Limit: 7,
          ExclusiveStartKey,
        }),
      );
      seen.push(...(page.Items ?? []).map((item) => String(item['run'])));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    expect(seen).toEqual(names.slice(5).reverse());
    const { Responses } = await table.send(
      new BatchGetCommand({
        RequestItems: {
          runs: {
            Keys: [
              { pipeline: 'many', run: '000' },
              { pipeline: 'many', run: 'none' },
            ],
          },
        },
      }),
    );
    expect(Responses?.['runs']).toEqual([{ pipeline: 'many', run: '000' }]);
  });

  it('is queried by its index', async () => {
    await put({ pipeline: 'i', run: '1', status: 'waiting' });
    await put({ pipeline: 'i', run: '2', status: 'running' });
    await put({ pipeline: 'i', run: '1', status: 'running', changed: true });
    const { Items } = await table.send(
      new QueryCommand({
        TableName: 'runs',
        IndexName: 'byStatus',
        KeyConditionExpression: '#s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': 'running' },
      }),
    );
    expect(Items?.map((item) => item['run']).toSorted()).toEqual(['1', '2']);
  });

  it('shows what the template gave it', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'runs' }));
    expect(Table).toMatchObject({
      TableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/runs',
      TableStatus: 'ACTIVE',
      DeletionProtectionEnabled: true,
      SSEDescription: { Status: 'ENABLED' },
    });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'runs' }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
  });

  it('refuses what is not emulated, by name', async () => {
    const streams = new UpdateTableCommand({ TableName: 'runs', StreamSpecification: { StreamEnabled: true } });
    await expect(client.send(streams)).rejects.toThrow('StreamSpecification is not emulated');
    const addIndex = new UpdateTableCommand({
      TableName: 'runs',
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byStatus' } }],
    });
    await expect(client.send(addIndex)).rejects.toThrow('Indexes are added and removed in the template');
  });

  it('reports errors as DynamoDB does', async () => {
    await expect(table.send(new GetCommand({ TableName: 'nothing', Key: { a: 'b' } }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(table.send(new GetCommand({ TableName: 'runs', Key: { pipeline: 'a' } }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const again = new CreateTableCommand({
      TableName: 'runs',
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await expect(client.send(again)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });
});

describe('a role', () => {
  it('reaches only the partition keys its condition allows', async () => {
    const reader = DynamoDBDocumentClient.from(
      new DynamoDBClient(cloud.context.clientConfig(cloud.resources['ReaderRole']?.attributes['Arn'] ?? '', 'reading')),
    );
    const query = (pipeline: string) =>
      reader.send(
        new QueryCommand({
          TableName: 'runs',
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': 'pipeline' },
          ExpressionAttributeValues: { ':p': pipeline },
        }),
      );
    await expect(query('loans')).resolves.toMatchObject({ Count: 0 });
    await expect(query('flights')).rejects.toThrow(
      'its condition fails: ForAllValues:StringEquals dynamodb:LeadingKeys wants loans but got flights',
    );
    await expect(
      reader.send(new GetCommand({ TableName: 'runs', Key: { pipeline: 'flights', run: '1' } })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(reader.send(new ScanCommand({ TableName: 'runs', IndexName: 'byStatus' }))).rejects.toThrow(
      'table/runs/index/byStatus',
    );
  });
});

describe('a restart', () => {
  it('keeps the items', async () => {
    await put({ pipeline: 'kept', run: '1', status: 'done' });
    await cloud.close();
    await open();
    expect(await get('kept', '1')).toEqual({ pipeline: 'kept', run: '1', status: 'done' });
  });

  it('keeps them under another index too', async () => {
    await put({ pipeline: 'kept', run: '2', status: 'done', owner: 'me' });
    await cloud.close();
    await open({ ...resources, Runs: runs([index('byOwner', 'owner')], ['pipeline', 'run', 'owner']) });
    expect(await get('kept', '1')).toMatchObject({ status: 'done' });
    const { Items } = await table.send(
      new QueryCommand({
        TableName: 'runs',
        IndexName: 'byOwner',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': 'me' },
      }),
    );
    expect(Items).toEqual([{ pipeline: 'kept', run: '2', status: 'done', owner: 'me' }]);
  });
});
