import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#src/cloud/clock';
import type { FaultFileInput } from '#src/faults/fault-file';
import type { Cloud } from '#src/host/start';
import { asAdmin, CORE, lambdaFunction, openWorkshop, role } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
/** Pauses that a fault asks for are noted, not waited for. */
const slept: number[] = [];
const PAUSE_SECONDS = 123.456;
let cloud: Cloud;

beforeAll(async () => {
  workshop.pack('worker', { 'index.mjs': 'export const handler = async () => "worked";' });
  cloud = await workshop.start(
    {
      FunctionRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
      Worker: lambdaFunction('worker'),
    },
    {
      services: [...CORE, 's3'],
      clock: {
        ...systemClock,
        sleep: async (ms, signal) => {
          if (ms !== PAUSE_SECONDS * 1000) return systemClock.sleep(ms, signal);
          slept.push(ms);
        },
      },
    },
  );
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

/** Rules hold for everyone here: the tests call as the administrator. */
const set = (...faults: FaultFileInput['faults']) =>
  cloud.faults.set({ faults: faults.map((rule) => ('service' in rule ? { ...rule, caller: 'anyone' } : rule)) });
const config = (maxAttempts = 1) => ({ ...asAdmin(cloud), maxAttempts });
const listBuckets = (maxAttempts?: number) =>
  new S3Client({ ...config(maxAttempts), forcePathStyle: true }).send(new ListBucketsCommand({}));
const listSecrets = (maxAttempts?: number) =>
  new SecretsManagerClient(config(maxAttempts)).send(new ListSecretsCommand({}));
const lastAudited = (): unknown =>
  JSON.parse(
    readFileSync(join(workshop.stateDir, 'audit', 'audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .at(-1) ?? '',
  );

describe('a throttle', () => {
  it('is SlowDown to a client of S3', async () => {
    set({ name: 'slower', fault: 'throttle', service: 's3' });
    await expect(listBuckets()).rejects.toMatchObject({
      name: 'SlowDown',
      message: 'Please reduce your request rate.',
      $metadata: { httpStatusCode: 503 },
    });
    expect(lastAudited()).toMatchObject({
      operation: 'ListBuckets',
      fault: 'error SlowDown by rule slower',
      status: 503,
    });
  });

  it('is an exception of its own to a client of DynamoDB', async () => {
    set({ fault: 'throttle', service: 'dynamodb', operation: 'DescribeTable' });
    const client = new DynamoDBClient(config());
    await expect(client.send(new DescribeTableCommand({ TableName: 'table' }))).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      $metadata: { httpStatusCode: 400 },
    });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  });

  it('names the limit to a client of Lambda', async () => {
    set({ fault: 'throttle', service: 'lambda' });
    await expect(new LambdaClient(config()).send(new InvokeCommand({ FunctionName: 'worker' }))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
  });

  it('is what the SDK retries by itself', async () => {
    set({ fault: 'throttle', service: 'secretsmanager', nth: 1 });
    const { SecretList, $metadata } = await listSecrets(2);
    expect(SecretList).toEqual([]);
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 });
    expect(cloud.faults.status()?.rules).toMatchObject([{ tried: 2, fired: 1 }]);
  });
});

describe('a failure of the service', () => {
  it('is an internal error, or an unavailable service', async () => {
    set({ fault: 'server-error', service: 's3' });
    await expect(listBuckets()).rejects.toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } });
    set({ fault: 'server-error', service: 's3', status: 503 });
    await expect(listBuckets()).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      $metadata: { httpStatusCode: 503 },
    });
    set({ fault: 'server-error', service: 'secretsmanager' });
    await expect(listSecrets()).rejects.toMatchObject({ name: 'InternalServiceError', $fault: 'server' });
  });

  it('is any error that the file writes out', async () => {
    set({ fault: 'error', service: 'secretsmanager', code: 'DecryptionFailure', message: 'The key is gone.' });
    await expect(listSecrets()).rejects.toMatchObject({ name: 'DecryptionFailure', message: 'The key is gone.' });
  });
});

describe('a call that is not answered', () => {
  const createBucket = (name: string, requestTimeout: number) =>
    new S3Client({
      ...config(),
      forcePathStyle: true,
      requestHandler: { requestTimeout, throwOnRequestTimeout: true },
    }).send(
      new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
  const buckets = async () => (await listBuckets()).Buckets?.map(({ Name }) => Name);

  it('ends when its caller gives up, without an effect', async () => {
    set({ fault: 'timeout', service: 's3', operation: 'CreateBucket', nth: 1 });
    await expect(createBucket('not-made', 100)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await buckets()).toEqual([]);
  });

  it('ends after its time when the caller never gives up', async () => {
    set({ fault: 'timeout', service: 's3', operation: 'CreateBucket', nth: 1, seconds: PAUSE_SECONDS });
    await expect(createBucket('not-made', 0)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(slept.splice(0)).toEqual([PAUSE_SECONDS * 1000]);
    expect(lastAudited()).toMatchObject({ fault: 'timeout by rule 1 timeout s3', status: 0 });
  });

  it('may have taken effect all the same', async () => {
    set({ fault: 'timeout', service: 's3', operation: 'CreateBucket', nth: 1, done: true });
    await expect(createBucket('made-unheard', 500)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await buckets()).toEqual(['made-unheard']);
  });

  it('is cut off, before or after it was done', async () => {
    set({ fault: 'reset', service: 's3', operation: 'CreateBucket', nth: 1 });
    await expect(createBucket('cut-off', 0)).rejects.toMatchObject({ code: 'ECONNRESET' });
    set({ fault: 'reset', service: 's3', operation: 'CreateBucket', nth: 1, done: true });
    await expect(createBucket('cut-off-after', 0)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await buckets()).toEqual(['cut-off-after', 'made-unheard']);
    // Even a refusal goes unheard.
    set({ fault: 'reset', service: 's3', operation: 'CreateBucket', nth: 1, done: true });
    await expect(createBucket('cut-off-after', 0)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a slow call', () => {
  it('is answered after its pause', async () => {
    set({ fault: 'slow', service: 's3', seconds: PAUSE_SECONDS });
    expect((await listBuckets()).$metadata.httpStatusCode).toBe(200);
    expect(slept.splice(0)).toEqual([PAUSE_SECONDS * 1000]);
    expect(lastAudited()).toMatchObject({ fault: 'delay by rule 1 slow s3', status: 200 });
  });
});

describe('the faults of a cloud', () => {
  it('change while it runs, and end', async () => {
    set({ fault: 'throttle', service: 's3' });
    await expect(listBuckets()).rejects.toThrow();
    cloud.faults.clear();
    expect(cloud.faults.status()).toBeUndefined();
    expect((await listBuckets()).$metadata.httpStatusCode).toBe(200);
  });

  it('do not affect the administrator', async () => {
    cloud.faults.set({ faults: [{ fault: 'throttle', service: 's3' }] });
    expect((await listBuckets()).$metadata.httpStatusCode).toBe(200);
    expect(cloud.faults.status()?.rules).toMatchObject([{ tried: 0 }]);
  });

  it('are written to the cloud’s log', () => {
    const lines = readFileSync(join(workshop.stateDir, 'logs', 'cloud.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'a fault was injected',
        rule: 'slower',
        fault: 'throttle',
        service: 's3',
        operation: 'ListBuckets',
      }),
    );
  });
});
