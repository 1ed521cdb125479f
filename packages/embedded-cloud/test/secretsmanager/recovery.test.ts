import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretsManager } from '#src/secretsmanager/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';

const DAY_MS = 86_400_000;
let stateDir: string;
let context: FakeContext;
let door: ServedService;
let client: SecretsManagerClient;
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-secrets-'));
  context = fakeContext(stateDir);
  door = await serveService(createSecretsManager(context), { context });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new SecretsManagerClient({ endpoint: door.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await door.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const create = (Name: string, more = {}) => client.send(new CreateSecretCommand({ Name, SecretString: Name, ...more }));
const remove = (SecretId: string, more = {}) => client.send(new DeleteSecretCommand({ SecretId, ...more }));
const read = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));
const names = async (input: ListSecretsCommandInput = {}) =>
  (await client.send(new ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name);

describe('a secret that is deleted', () => {
  it('can be restored until its recovery window of 30 days ends', async () => {
    await create('token');
    const { DeletionDate } = await remove('token');
    expect(DeletionDate?.getTime()).toBe(context.clock.now() + 30 * DAY_MS);
    await expect(read('token')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'token', SecretString: 'x' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create('token')).rejects.toThrow('already scheduled for deletion');
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'token' }));
    expect(described.DeletedDate?.getTime()).toBe(context.clock.now());
    expect(await names()).toEqual([]);
    expect(await names({ IncludePlannedDeletion: true })).toEqual(['token']);
    await client.send(new RestoreSecretCommand({ SecretId: 'token' }));
    expect((await read('token')).SecretString).toBe('token');
  });

  it('goes when the window ends', async () => {
    await create('token');
    await remove('token', { RecoveryWindowInDays: 7 });
    await context.clock.advance(7 * DAY_MS - 1);
    expect(await names({ IncludePlannedDeletion: true })).toEqual(['token']);
    await context.clock.advance(1);
    expect(await names({ IncludePlannedDeletion: true })).toEqual([]);
    await create('token');
  });

  it('goes at once by force, also when it is not there', async () => {
    await create('token');
    await remove('token', { ForceDeleteWithoutRecovery: true });
    await expect(read('token')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await remove('token', { ForceDeleteWithoutRecovery: true })).toMatchObject({ Name: 'token' });
    await expect(remove('token')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it.each([
    [{ RecoveryWindowInDays: 6 }, 'between 7 and 30 days'],
    [{ RecoveryWindowInDays: 31 }, 'between 7 and 30 days'],
    [{ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }, 'in conjunction with RecoveryWindowInDays'],
  ])('is not for %j', async (more, message) => {
    await create('token');
    await expect(remove('token', more)).rejects.toThrow(message);
    expect(await names()).toEqual(['token']);
  });
});

it('a creation sent again with its token is ignored, one with another value is refused', async () => {
  const ClientRequestToken = '12345678-1234-1234-1234-123456789012';
  const first = await create('token', { ClientRequestToken });
  expect(await create('token', { ClientRequestToken })).toMatchObject({ ARN: first.ARN, VersionId: first.VersionId });
  await expect(create('token', { ClientRequestToken, SecretString: 'other' })).rejects.toMatchObject({
    name: 'ResourceExistsException',
  });
});

describe('lists', () => {
  it('are filtered, sorted and cut into pages', async () => {
    for (const Name of ['shop/a', 'shop/b', 'other']) {
      await create(Name, { Description: `The ${Name}`, Tags: [{ Key: 'team', Value: Name.slice(0, 4) }] });
      await context.clock.advance(1000);
    }
    expect(await names()).toEqual(['other', 'shop/b', 'shop/a']);
    expect(await names({ SortOrder: 'asc' })).toEqual(['shop/a', 'shop/b', 'other']);
    expect(await names({ SortBy: 'name', SortOrder: 'asc' })).toEqual(['other', 'shop/a', 'shop/b']);
    expect(await names({ Filters: [{ Key: 'name', Values: ['shop'] }] })).toEqual(['shop/b', 'shop/a']);
    expect(await names({ Filters: [{ Key: 'name', Values: ['!shop'] }] })).toEqual(['other']);
    expect(await names({ Filters: [{ Key: 'description', Values: ['the OTHER'] }] })).toEqual(['other']);
    expect(await names({ Filters: [{ Key: 'tag-value', Values: ['othe'] }] })).toEqual(['other']);
    expect(await names({ Filters: [{ Key: 'tag-key', Values: ['none'] }] })).toEqual([]);
    const first = await client.send(new ListSecretsCommand({ MaxResults: 2 }));
    expect(await names({ MaxResults: 2, NextToken: first.NextToken })).toEqual(['shop/a']);
  });

  it.each([
    [{ MaxResults: 101 }, 'InvalidParameterException'],
    [{ NextToken: 'oops' }, 'InvalidNextTokenException'],
    [{ SortBy: 'last-accessed-date' as const }, 'InvalidParameterException'],
    [{ Filters: [{ Key: 'owning-service' as const, Values: ['x'] }] }, 'InvalidParameterException'],
  ])('refuse %j', async (input, name) => {
    await expect(names(input)).rejects.toMatchObject({ name });
  });

  it('of versions have pages too', async () => {
    await create('token');
    await client.send(new PutSecretValueCommand({ SecretId: 'token', SecretString: 'new' }));
    const list = (more = {}) =>
      client.send(new ListSecretVersionIdsCommand({ SecretId: 'token', MaxResults: 1, ...more }));
    const first = await list();
    const rest = await list({ NextToken: first.NextToken });
    expect(new Set([first, rest].map(({ Versions }) => Versions?.[0]?.VersionId)).size).toBe(2);
    expect(rest.NextToken).toBeUndefined();
  });
});
