import { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '#src/host/start';
import { asAdmin, openWorkshop, role, send, sign, trusts } from './small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const root = { AWS: 'arn:aws:iam::123456789012:root' };
type Statements = readonly Record<string, unknown>[];
const key = (...more: Statements) => ({
  Type: 'AWS::KMS::Key',
  Properties: {
    KeyPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' }, ...more],
    },
  },
});
const onTable = { Effect: 'Allow', Action: 'dynamodb:*', Resource: arn('Table') };
const mayUseKey = (service: string) => ({
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
  Resource: arn('TableKey'),
  Condition: { StringEquals: { 'kms:ViaService': `${service}.eu-central-1.amazonaws.com` } },
});

const resources = {
  TableKey: key(),
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'sealed',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn('TableKey') },
    },
  },
  WithKey: role([onTable, mayUseKey('dynamodb')]),
  WithKeyForS3: role([onTable, mayUseKey('s3')]),
  WithoutKey: role([onTable]),
  // Named by its own policy only: IAM policies of the account say nothing here.
  PrivateKey: {
    Type: 'AWS::KMS::Key',
    Properties: {
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::123456789012:user/admin' },
            Action: ['kms:PutKeyPolicy', 'kms:DescribeKey', 'kms:GenerateDataKey'],
            Resource: '*',
          },
          { Effect: 'Allow', Principal: { AWS: arn('Reader') }, Action: 'kms:Decrypt', Resource: '*' },
        ],
      },
    },
  },
  PrivateAlias: {
    Type: 'AWS::KMS::Alias',
    Properties: { AliasName: 'alias/private', TargetKeyId: { Ref: 'PrivateKey' } },
  },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: 'private-objects',
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/private' } },
        ],
      },
    },
  },
  Reader: role([{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::private-objects/*' }]),
  Tagged: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'tagged', SecretString: 'x', Tags: [{ Key: 'team', Value: 'loans' }] },
  },
  OtherTagged: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'other-tagged', SecretString: 'y', Tags: [{ Key: 'team', Value: 'flights' }] },
  },
  OfTeam: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trusts('lambda.amazonaws.com'),
      Tags: [{ Key: 'team', Value: 'loans' }],
      Policies: [
        {
          PolicyName: 'by-tag',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: 'secretsmanager:GetSecretValue',
                Resource: '*',
                Condition: { StringEquals: { 'aws:ResourceTag/team': `$\{aws:PrincipalTag/team}` } },
              },
              {
                Effect: 'Allow',
                Action: 'secretsmanager:CreateSecret',
                Resource: '*',
                Condition: {
                  StringEquals: { 'aws:RequestTag/team': 'loans' },
                  'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
                },
              },
            ],
          },
        },
      ],
    },
  },
  LogsKey: key({
    Effect: 'Allow',
    Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
    Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:*:*:log-group:/app/*' } },
  }),
  Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/app/one', KmsKeyId: arn('LogsKey') } },
};
const services = ['iam', 'sts', 'kms', 'secretsmanager', 'logs', 's3', 'dynamodb', 'sqs'] as const;

beforeAll(async () => {
  cloud = await workshop.start(resources, { services });
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const as = (logicalId: string) =>
  cloud.context.clientConfig(cloud.resources[logicalId]?.attributes['Arn'] ?? '', 'working');

describe('a table with a key of its own', () => {
  const read = new GetItemCommand({ TableName: 'sealed', Key: { id: { S: 'a' } } });

  it('is read by a role that may use the key through DynamoDB', async () => {
    await expect(new DynamoDBClient(as('WithKey')).send(read)).resolves.toBeDefined();
  });

  it.each(['WithoutKey', 'WithKeyForS3'])('is closed to a role without that grant (%s)', async (logicalId) => {
    const client = new DynamoDBClient(as(logicalId));
    const denied = {
      name: 'AccessDeniedException',
      message: expect.stringMatching(/is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:.*needs|add/),
    };
    await expect(client.send(read)).rejects.toMatchObject(denied);
    const remove = new DeleteItemCommand({ TableName: 'sealed', Key: { id: { S: 'a' } } });
    await expect(client.send(remove)).rejects.toMatchObject(denied);
  });
});

describe('a key whose policy does not name the account', () => {
  const object = { Bucket: 'private-objects', Key: 'k' };

  it('is used by those it names, through an alias as well', async () => {
    const admin = new S3Client({ ...asAdmin(cloud), forcePathStyle: true });
    const { SSEKMSKeyId } = await admin.send(new PutObjectCommand({ ...object, Body: 'x' }));
    expect(SSEKMSKeyId).toBe(cloud.resources['PrivateKey']?.attributes['Arn']);
    const { Body } = await new S3Client({ ...as('Reader'), forcePathStyle: true }).send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('x');
  });

  it('keeps out the administrator of the account', async () => {
    const admin = new S3Client({ ...asAdmin(cloud), forcePathStyle: true });
    await expect(admin.send(new GetObjectCommand(object))).rejects.toThrow(
      /kms:Decrypt .*because no resource-based policy allows the kms:Decrypt action.*add a statement/,
    );
  });
});

describe('tags', () => {
  const client = () => new SecretsManagerClient(as('OfTeam'));

  it('of a role let it at what has the same', async () => {
    await expect(client().send(new GetSecretValueCommand({ SecretId: 'tagged' }))).resolves.toMatchObject({
      SecretString: 'x',
    });
    await expect(client().send(new GetSecretValueCommand({ SecretId: 'other-tagged' }))).rejects.toThrow(
      /StringEquals aws:ResourceTag\/team wants .* but got flights/,
    );
  });

  it('of a request are checked against its conditions', async () => {
    const create = (Name: string, Tags: { Key: string; Value: string }[]) =>
      client().send(new CreateSecretCommand({ Name, SecretString: 'z', Tags }));
    await expect(create('a', [{ Key: 'team', Value: 'loans' }])).resolves.toBeDefined();
    await expect(create('b', [])).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(
      create('c', [
        { Key: 'team', Value: 'loans' },
        { Key: 'cost', Value: '1' },
      ]),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('a template is refused', () => {
  const start = async (changed: Record<string, unknown>) => {
    const other = openWorkshop();
    try {
      const stood = await other.start({ ...resources, ...changed }, { services });
      await stood.close();
    } finally {
      other.remove();
    }
  };

  it('where a log group has a key that CloudWatch Logs may not use for it', async () => {
    const Group = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/other', KmsKeyId: arn('LogsKey') } };
    await expect(start({ Group })).rejects.toThrow(
      /Group .*could not be associated.*logs\.eu-central-1\.amazonaws\.com is not authorized to perform: kms:Encrypt/,
    );
  });

  it('where a key policy locks out its own caller', async () => {
    const Locked = {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: arn('Reader') }, Action: 'kms:*', Resource: '*' }],
        },
      },
    };
    await expect(start({ Locked })).rejects.toThrow('will not allow you to update the key policy in the future');
  });

  it.each([
    [{ VisibilityTimeout: 43_201 }, 'VisibilityTimeout is invalid'],
    [{ KmsMasterKeyId: 'alias/private', SqsManagedSseEnabled: true }, 'one type of server-side encryption'],
    [
      { RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:123456789012:gone', maxReceiveCount: 1 } },
      'does not exist',
    ],
  ])('where SQS would refuse a queue: %j', async (Properties, message) => {
    await expect(start({ Queue: { Type: 'AWS::SQS::Queue', Properties } })).rejects.toThrow(message);
  });
});

describe('a session policy', () => {
  it('narrows what the role may do', async () => {
    const narrowed = async (actions: string) => {
      const answer = await send(
        await sign(cloud, {
          service: 'sts',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({
            Action: 'AssumeRole',
            RoleArn: cloud.resources['WithKey']?.attributes['Arn'] ?? '',
            RoleSessionName: 'narrow',
            Policy: JSON.stringify({
              Version: '2012-10-17',
              Statement: { Effect: 'Allow', Action: [actions, 'kms:*'], Resource: '*' },
            }),
          }).toString(),
        }),
      );
      const xml = await answer.text();
      const pick = (element: string) => new RegExp(`<${element}>([^<]*)</`).exec(xml)?.[1] ?? '';
      return new DynamoDBClient({
        ...asAdmin(cloud),
        credentials: {
          accessKeyId: pick('AccessKeyId'),
          secretAccessKey: pick('SecretAccessKey'),
          sessionToken: pick('SessionToken'),
        },
      });
    };
    const read = new GetItemCommand({ TableName: 'sealed', Key: { id: { S: 'a' } } });
    await expect((await narrowed('dynamodb:GetItem')).send(read)).resolves.toBeDefined();
    await expect((await narrowed('dynamodb:PutItem')).send(read)).rejects.toThrow(
      'because no session policy allows the dynamodb:GetItem action',
    );
  });
});
