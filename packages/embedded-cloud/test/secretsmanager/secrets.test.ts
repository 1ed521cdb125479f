import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud, StartOptions } from '#src/host/start';
import { generateSecret, randomPassword } from '#src/secretsmanager/generate';
import { asAdmin, openWorkshop, role } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;
let secrets: SecretsManagerClient;

const resources = {
  SecretsKey: { Type: 'AWS::KMS::Key', Properties: { Description: 'secrets' } },
  HmacKey: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      Description: 'tokenizes',
      KmsKeyId: { 'Fn::GetAtt': ['SecretsKey', 'Arn'] },
      GenerateSecretString: {
        SecretStringTemplate: '{"version":1}',
        GenerateStringKey: 'key',
        PasswordLength: 64,
        ExcludePunctuation: true,
      },
    },
  },
  SlackToken: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'shop/chat', SecretString: 'none' } },
  Reader: role([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'HmacKey' } },
    {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: { 'Fn::GetAtt': ['SecretsKey', 'Arn'] },
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' } },
    },
  ]),
  KeylessReader: role([{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }]),
};

async function open(options: Partial<StartOptions> = {}): Promise<void> {
  cloud = await workshop.start(resources, options);
  secrets = new SecretsManagerClient(asAdmin(cloud));
}
beforeAll(() => open({ secrets: { SlackToken: 'xoxb-local' } }));
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const ref = (logicalId: string): string => cloud.resources[logicalId]?.ref ?? '';
const read = async (SecretId: string, more = {}): Promise<string | undefined> =>
  (await secrets.send(new GetSecretValueCommand({ SecretId, ...more }))).SecretString;

describe('a secret of the template', () => {
  it('is generated once, as asked', async () => {
    const value = JSON.parse((await read(ref('HmacKey'))) ?? '{}');
    expect(value).toMatchObject({ version: 1, key: expect.stringMatching(/^[A-Za-z0-9]{64}$/) });
    expect(ref('HmacKey')).toMatch(
      /^arn:aws:secretsmanager:eu-central-1:123456789012:secret:test-stack-HmacKey-[A-Z0-9]{12}-[A-Za-z0-9]{6}$/,
    );
  });

  it('is given a value at the start, until somebody sets their own', async () => {
    expect(await read('shop/chat')).toBe('xoxb-local');
    await secrets.send(new PutSecretValueCommand({ SecretId: 'shop/chat', SecretString: 'xoxb-mine' }));
    const generated = await read(ref('HmacKey'));
    await cloud.close();
    await open({ secrets: { SlackToken: 'xoxb-local' } });
    expect(await read('shop/chat')).toBe('xoxb-mine');
    expect(await read(ref('HmacKey'))).toBe(generated);
  });

  it('is readable by a role that may use its key too', async () => {
    const as = (logicalId: string) =>
      new SecretsManagerClient(
        cloud.context.clientConfig(cloud.resources[logicalId]?.attributes['Arn'] ?? '', 'reading'),
      );
    const command = new GetSecretValueCommand({ SecretId: ref('HmacKey') });
    await expect(as('Reader').send(command)).resolves.toMatchObject({ SecretString: expect.stringContaining('key') });
    await expect(as('KeylessReader').send(command)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('kms:Decrypt'),
    });
  });

  it('is in a file of the owner alone', () => {
    expect(statSync(join(workshop.stateDir, 'secretsmanager', 'secrets.json')).mode & 0o077).toBe(0);
  });
});

describe('a secret with versions', () => {
  it('moves AWSCURRENT on and keeps the one before as AWSPREVIOUS', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'rotating', SecretString: 'one' }));
    await secrets.send(
      new PutSecretValueCommand({ SecretId: 'rotating', SecretString: 'two', ClientRequestToken: 'a'.repeat(32) }),
    );
    await secrets.send(new UpdateSecretCommand({ SecretId: 'rotating', SecretString: 'three', Description: 'third' }));
    expect(await read('rotating')).toBe('three');
    expect(await read('rotating', { VersionStage: 'AWSPREVIOUS' })).toBe('two');
    expect(await read('rotating', { VersionId: 'a'.repeat(32) })).toBe('two');
    const { VersionIdsToStages = {}, Description } = await secrets.send(
      new DescribeSecretCommand({ SecretId: 'rotating' }),
    );
    expect(Object.values(VersionIdsToStages).toSorted()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
    expect(Description).toBe('third');
  });

  it('accepts a repeated request once, and never another value under its token', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'repeated', SecretString: 'one' }));
    const put = (SecretString: string) =>
      secrets.send(
        new PutSecretValueCommand({ SecretId: 'repeated', SecretString, ClientRequestToken: 'b'.repeat(32) }),
      );
    const [first, second] = [await put('two'), await put('two')];
    expect(second.VersionId).toBe(first.VersionId);
    await expect(put('other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    await expect(secrets.send(new CreateSecretCommand({ Name: 'repeated', SecretString: 'x' }))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
  });

  it('works for bytes as well', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary: new Uint8Array([0, 1, 255]) }));
    const { SecretBinary } = await secrets.send(new GetSecretValueCommand({ SecretId: 'bytes' }));
    expect([...(SecretBinary ?? [])]).toEqual([0, 1, 255]);
  });

  it('is listed without its value, and missed by name', async () => {
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
    expect(SecretList.map(({ Name }) => Name)).toEqual(expect.arrayContaining(['shop/chat', 'rotating']));
    expect(JSON.stringify(SecretList)).not.toContain('xoxb');
    await expect(read('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('random passwords', () => {
  it('respect their options', () => {
    fc.assert(
      fc.property(
        fc.record({
          PasswordLength: fc.integer({ min: 4, max: 100 }),
          ExcludeNumbers: fc.boolean(),
          ExcludePunctuation: fc.boolean(),
          ExcludeCharacters: fc.string({ maxLength: 10 }),
        }),
        (options) => {
          const password = randomPassword(options);
          expect(password).toHaveLength(options.PasswordLength);
          for (const char of options.ExcludeCharacters) expect(password).not.toContain(char);
          if (options.ExcludeNumbers) expect(password).not.toMatch(/\d/);
          if (options.ExcludePunctuation) expect(password).toMatch(/^[A-Za-z0-9]*$/);
          expect(password).toMatch(/[a-z]/);
          expect(password).toMatch(/[A-Z]/);
        },
      ),
    );
  });

  it('differ', () => {
    expect(new Set(Array.from({ length: 100 }, () => generateSecret({}))).size).toBe(100);
  });
});
