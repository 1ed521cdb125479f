import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unreadProperties } from '#src/cloudformation/properties';
import { openWorkshop } from '../cloud/small-stack.ts';

const table = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

it.each([
  [
    'AWS::S3::Bucket',
    { BucketName: 'b', ObjectLockEnabled: true, AccessControl: 'Private' },
    ['ObjectLockEnabled', 'AccessControl'],
  ],
  [
    'AWS::S3::Bucket',
    { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Transition: { StorageClass: 'GLACIER' } }] } },
    ['LifecycleConfiguration.Rules.Transition'],
  ],
  ['AWS::DynamoDB::Table', { ...table, VectorIndexes: [{ IndexName: 'v' }] }, ['VectorIndexes']],
  ['AWS::Lambda::Function', { Runtime: 'nodejs24.x', SnapStart: { ApplyOn: 'PublishedVersions' } }, ['SnapStart']],
  [
    'AWS::Events::Rule',
    { Targets: [{ Id: 't', Arn: 'a', SqsParameters: { MessageGroupId: 'g' } }] },
    ['Targets.SqsParameters'],
  ],
  ['AWS::IAM::Policy', { PolicyName: 'p', Users: ['u'] }, ['Users']],
  ['AWS::SecretsManager::Secret', { ReplicaRegions: [{ Region: 'eu-west-1' }] }, ['ReplicaRegions']],
])('%s would drop some of %j', (type, properties, dropped) => {
  expect(unreadProperties(type, properties)).toEqual(dropped);
});

it.each([
  [
    'AWS::Lambda::Function',
    { Architectures: ['arm64'], Tags: [{ Key: 'a', Value: 'b' }], EphemeralStorage: { Size: 1024 } },
  ],
  ['AWS::KMS::Key', { PendingWindowInDays: 7, KeyUsage: 'ENCRYPT_DECRYPT', MultiRegion: false }],
  ['AWS::S3::Bucket', { ObjectLockEnabled: false, Tags: [] }],
  ['Plug::In::Type', { Anything: 1 }],
])('%s accepts %j', (type, properties) => {
  expect(unreadProperties(type, properties)).toEqual([]);
});

it('a template with such a property does not start, and the message names it', async () => {
  const workshop = openWorkshop();
  const start = workshop.start({
    Table: { Type: 'AWS::DynamoDB::Table', Properties: { ...table, VectorIndexes: [{ A: 1 }] } },
  });
  await expect(start).rejects.toThrow(
    'Resources.Table (AWS::DynamoDB::Table): the embedded cloud does not support VectorIndexes. Leave it out.',
  );
  workshop.remove();
});

it('the example of the README has no such property', () => {
  const { Resources } = JSON.parse(readFileSync(new URL('../../examples/orders.json', import.meta.url), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties?: unknown }>;
  };
  for (const { Type, Properties } of Object.values(Resources)) expect(unreadProperties(Type, Properties)).toEqual([]);
});
