import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '#src/host/start';
import { openWorkshop, type RawRequest, role, send, sign } from './small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;

beforeAll(async () => {
  cloud = await workshop.start({
    Key: { Type: 'AWS::KMS::Key', Properties: { Description: 'raw zone', EnableKeyRotation: true } },
    KeyAlias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/shop/raw', TargetKeyId: { Ref: 'Key' } } },
    FunctionRole: role([
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: { 'Fn::GetAtt': ['Key', 'Arn'] },
        Condition: { StringEquals: { 'kms:EncryptionContext:zone': 'raw' } },
      },
      { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
    ]),
  });
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const functionRole = (): string => cloud.resources['FunctionRole']?.attributes['Arn'] ?? '';
const session = () => cloud.context.clientConfig(functionRole(), 'working').credentials;

async function kms(
  operation: string,
  input: Record<string, unknown>,
  credentials?: RawRequest['credentials'],
): Promise<Record<string, string>> {
  const response = await send(
    await sign(cloud, {
      service: 'kms',
      target: `TrentService.${operation}`,
      body: JSON.stringify(input),
      ...(credentials && { credentials }),
    }),
  );
  return (await response.json()) as Record<string, string>;
}

async function sts(form: Record<string, string>, credentials?: RawRequest['credentials']): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (
    await send(
      await sign(cloud, {
        service: 'sts',
        body: new URLSearchParams(form).toString(),
        headers,
        ...(credentials && { credentials }),
      }),
    )
  ).text();
}
const pick = (xml: string, element: string): string =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? '';

describe('KMS', () => {
  it('decrypts what it encrypted, under the same context only', async () => {
    const Plaintext = Buffer.from('a data key').toString('base64');
    const { CiphertextBlob = '' } = await kms('Encrypt', {
      KeyId: 'alias/shop/raw',
      Plaintext,
      EncryptionContext: { zone: 'raw', b: '2' },
    });
    expect(Buffer.from(CiphertextBlob, 'base64').toString()).not.toContain('a data key');
    expect(await kms('Decrypt', { CiphertextBlob, EncryptionContext: { b: '2', zone: 'raw' } })).toMatchObject({
      Plaintext,
      KeyId: cloud.resources['Key']?.attributes['Arn'],
    });
    expect(await kms('Decrypt', { CiphertextBlob, EncryptionContext: { zone: 'clean' } })).toMatchObject({
      __type: 'InvalidCiphertextException',
    });
    const damaged = Buffer.from(CiphertextBlob, 'base64');
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(
      await kms('Decrypt', { CiphertextBlob: damaged.toString('base64'), EncryptionContext: { zone: 'raw', b: '2' } }),
    ).toMatchObject({ __type: 'InvalidCiphertextException' });
  });

  it('makes data keys that decrypt to themselves', async () => {
    const { Plaintext, CiphertextBlob } = await kms('GenerateDataKey', {
      KeyId: cloud.resources['Key']?.ref,
      KeySpec: 'AES_256',
    });
    expect(Buffer.from(Plaintext ?? '', 'base64')).toHaveLength(32);
    expect(await kms('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext });
    expect(
      await kms('GenerateDataKeyWithoutPlaintext', { KeyId: cloud.resources['Key']?.ref, KeySpec: 'AES_128' }),
    ).not.toHaveProperty('Plaintext');
  });

  it('lets a role use a key for the context its policy names', async () => {
    const encrypt = async (zone: string) =>
      (await kms('Encrypt', { KeyId: 'alias/shop/raw', Plaintext: 'AAAA', EncryptionContext: { zone } }))[
        'CiphertextBlob'
      ];
    expect(
      await kms('Decrypt', { CiphertextBlob: await encrypt('raw'), EncryptionContext: { zone: 'raw' } }, session()),
    ).toMatchObject({ Plaintext: 'AAAA' });
    expect(
      await kms('Decrypt', { CiphertextBlob: await encrypt('clean'), EncryptionContext: { zone: 'clean' } }, session()),
    ).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('keeps its keys over a restart, and out of the audit log', async () => {
    const { CiphertextBlob } = await kms('Encrypt', { KeyId: 'alias/shop/raw', Plaintext: 'c2VjcmV0IHRleHQ=' });
    const arn = cloud.resources['Key']?.attributes['Arn'];
    await cloud.close();
    cloud = await workshop.start({
      Key: { Type: 'AWS::KMS::Key', Properties: {} },
      FunctionRole: role([{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }]),
    });
    expect(cloud.resources['Key']?.attributes['Arn']).toBe(arn);
    expect(await kms('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: 'c2VjcmV0IHRleHQ=' });
    expect(await kms('Encrypt', { KeyId: 'alias/shop/raw', Plaintext: 'AAAA' })).toMatchObject({
      __type: 'NotFoundException',
    });
    expect(readFileSync(join(workshop.stateDir, 'audit', 'audit.jsonl'), 'utf8')).not.toContain('c2VjcmV0IHRleHQ=');
  });
});

describe('STS', () => {
  it('returns who is calling', async () => {
    expect(pick(await sts({ Action: 'GetCallerIdentity', Version: '2011-06-15' }), 'Arn')).toBe(
      'arn:aws:iam::123456789012:user/admin',
    );
    expect(pick(await sts({ Action: 'GetCallerIdentity', Version: '2011-06-15' }, session()), 'Arn')).toMatch(
      /^arn:aws:sts::123456789012:assumed-role\/.*\/working$/,
    );
  });

  it('gives the administrator a role’s keys', async () => {
    const xml = await sts({ Action: 'AssumeRole', RoleArn: functionRole(), RoleSessionName: 'looking' });
    const credentials = {
      accessKeyId: pick(xml, 'AccessKeyId'),
      secretAccessKey: pick(xml, 'SecretAccessKey'),
      sessionToken: pick(xml, 'SessionToken'),
    };
    expect(pick(await sts({ Action: 'GetCallerIdentity' }, credentials), 'Arn')).toContain('/looking');
  });

  it('checks the trust policy of the role when another role assumes it', async () => {
    const xml = await sts({ Action: 'AssumeRole', RoleArn: functionRole(), RoleSessionName: 'climbing' }, session());
    expect(pick(xml, 'Code')).toBe('AccessDenied');
    expect(xml).toContain('the trust policy of role FunctionRole needs');
  });
});

describe('a service', () => {
  it('may take a role that trusts it, and no other', () => {
    expect(cloud.context.clientConfig(functionRole(), 'x', 'lambda.amazonaws.com').maxAttempts).toBe(1);
    expect(() => cloud.context.clientConfig(functionRole(), 'x', 'sagemaker.amazonaws.com')).toThrow(
      /sagemaker.amazonaws.com is not authorized to perform: sts:AssumeRole/,
    );
    expect(() => cloud.context.clientConfig('arn:aws:iam::123456789012:role/nobody', 'x')).toThrow(
      'is not in the template',
    );
  });
});
