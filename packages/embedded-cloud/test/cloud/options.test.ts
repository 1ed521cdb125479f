import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_NAMES } from '#src/host/registry';
import type { Cloud } from '#src/host/start';
import { asAdmin, lambdaFunction, openWorkshop, role, send, sign } from './small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;
beforeAll(async () => {
  workshop.pack('one', { 'index.mjs': 'export const handler = async () => 1;' });
  workshop.pack('two', { 'index.mjs': 'export const handler = async () => 2;' });
  cloud = await workshop.start(
    {
      Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'data' } },
      FunctionRole: role([]),
      One: lambdaFunction('one'),
      Two: lambdaFunction('two'),
      AnotherRole: role([]),
    },
    { services: SERVICE_NAMES },
  );
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const roleArn = 'arn:aws:iam::123456789012:role/machine';
const table = {
  TableName: 'streamed',
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
};

describe('an option that is not emulated is refused by name', () => {
  const calls: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      'ResourcePolicy of CreateTable',
      () => new DynamoDBClient(asAdmin(cloud)).send(new CreateTableCommand({ ...table, ResourcePolicy: '{}' })),
      'CreateTable: the embedded cloud does not support ResourcePolicy. Leave it out.',
    ],
    [
      'streams of CreateTable',
      () =>
        new DynamoDBClient(asAdmin(cloud)).send(
          new CreateTableCommand({ ...table, StreamSpecification: { StreamEnabled: true } }),
        ),
      'StreamSpecification is not emulated',
    ],
    [
      'the object lock of CreateBucket',
      () =>
        new S3Client({ ...asAdmin(cloud), forcePathStyle: true }).send(
          new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }),
        ),
      'CreateBucket: the embedded cloud does not support ObjectLockEnabledForBucket.',
    ],
    [
      'the retention of PutObject',
      () =>
        new S3Client({ ...asAdmin(cloud), forcePathStyle: true }).send(
          new PutObjectCommand({
            Bucket: 'data',
            Key: 'k',
            ObjectLockMode: 'GOVERNANCE',
            WebsiteRedirectLocation: '/x',
          }),
        ),
      'PutObject: the embedded cloud does not support',
    ],
    [
      'tags of PutRule',
      () =>
        new EventBridgeClient(asAdmin(cloud)).send(
          new PutRuleCommand({ Name: 'r', ScheduleExpression: 'rate(1 day)', Tags: [{ Key: 'a', Value: 'b' }] }),
        ),
      'PutRule: the embedded cloud does not support Tags.',
    ],
    [
      'versions of CreateStateMachine',
      () =>
        new SFNClient(asAdmin(cloud)).send(
          new CreateStateMachineCommand({ name: 'm', roleArn, definition: '{}', publish: true }),
        ),
      'CreateStateMachine: the embedded cloud does not support publish.',
    ],
    [
      'replicas of CreateSecret',
      () =>
        new SecretsManagerClient(asAdmin(cloud)).send(
          new CreateSecretCommand({ Name: 's', AddReplicaRegions: [{ Region: 'eu-west-1' }] }),
        ),
      'CreateSecret: the embedded cloud does not support AddReplicaRegions.',
    ],
    [
      'the client context of Invoke',
      () => new LambdaClient(asAdmin(cloud)).send(new InvokeCommand({ FunctionName: 'one', ClientContext: 'e30=' })),
      'Invoke: the embedded cloud does not support ClientContext.',
    ],
    [
      'the inference mode of CreateModel',
      () =>
        new SageMakerClient(asAdmin(cloud)).send(
          new CreateModelCommand({
            ModelName: 'm',
            ExecutionRoleArn: roleArn,
            InferenceExecutionConfig: { Mode: 'Direct' },
          }),
        ),
      "'inferenceExecutionConfig' is not supported by the embedded cloud",
    ],
  ];

  it.each(calls)('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  it('and nothing is made', async () => {
    expect((await new DynamoDBClient(asAdmin(cloud)).send(new ListTablesCommand({}))).TableNames).toEqual([]);
    const s3 = new S3Client({ ...asAdmin(cloud), forcePathStyle: true });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'locked' }))).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('lists in pages', () => {
  it('of functions', async () => {
    const lambda = new LambdaClient(asAdmin(cloud));
    const first = await lambda.send(new ListFunctionsCommand({ MaxItems: 1 }));
    expect(first.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['one']);
    const rest = await lambda.send(new ListFunctionsCommand({ MaxItems: 1, Marker: first.NextMarker }));
    expect(rest.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['two']);
    expect(rest.NextMarker).toBeUndefined();
    await expect(lambda.send(new ListFunctionsCommand({ MaxItems: 10_001 }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(lambda.send(new ListFunctionsCommand({ Marker: 'oops' }))).rejects.toThrow('Marker');
  });

  it('of roles', async () => {
    const list = async (query: string): Promise<string> => {
      const body = `Action=ListRoles&Version=2010-05-08${query}`;
      return (await send(await sign(cloud, { service: 'iam', body }))).text();
    };
    const names = (xml: string) => [...xml.matchAll(/<RoleName>([^<]*)</g)].map(([, name]) => name);
    const all = names(await list(''));
    const first = await list('&MaxItems=1');
    expect(first).toContain('<IsTruncated>true</IsTruncated>');
    const marker = /<Marker>([^<]*)</.exec(first)?.[1] ?? '';
    expect([...names(first), ...names(await list(`&Marker=${marker}`))]).toEqual(all);
    expect(names(await list('&PathPrefix=/elsewhere/'))).toEqual([]);
    expect(await list('&MaxItems=0')).toContain('ValidationError');
    expect(await list('&Marker=oops')).toContain('Invalid Marker');
  });
});
