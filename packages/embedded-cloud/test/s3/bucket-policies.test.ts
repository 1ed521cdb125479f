import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '#src/host/start';
import { asAdmin, openWorkshop, role, send, sign } from '../cloud/small-stack.ts';
import { failure, startS3, type TestS3 } from './support.ts';

const workshop = openWorkshop();
let cloud: Cloud;
const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const Bucket = 'sealed-by-policy';
const below = `arn:aws:s3:::${Bucket}/*`;
const deny = (Sid: string, header: string, wanted: unknown) => ({
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: below,
  Condition: { Null: { [header]: 'false' }, StringNotEquals: { [header]: wanted } },
});

beforeAll(async () => {
  cloud = await workshop.start(
    {
      Key: { Type: 'AWS::KMS::Key', Properties: {} },
      OtherKey: { Type: 'AWS::KMS::Key', Properties: {} },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: Bucket,
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn('Key') } },
            ],
          },
        },
      },
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Bucket' },
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              deny('NoOtherAlgorithm', 's3:x-amz-server-side-encryption', 'aws:kms'),
              deny('NoOtherKey', 's3:x-amz-server-side-encryption-aws-kms-key-id', arn('Key')),
              {
                Sid: 'OldTls',
                Effect: 'Deny',
                Principal: '*',
                Action: 's3:*',
                Resource: below,
                Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
              },
            ],
          },
        },
      },
      Writer: role([
        { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::${Bucket}/mine/*` },
        { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: `arn:aws:s3:::${Bucket}`,
          Condition: { StringLike: { 's3:prefix': 'mine/*' }, NumericLessThanEquals: { 's3:max-keys': '10' } },
        },
      ]),
    },
    { services: ['iam', 'kms', 's3'] },
  );
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const admin = () => new S3Client({ ...asAdmin(cloud), forcePathStyle: true });
const writer = () =>
  new S3Client({
    ...cloud.context.clientConfig(cloud.resources['Writer']?.attributes['Arn'] ?? '', 'writing'),
    forcePathStyle: true,
  });
const keyArn = (logicalId: string) => cloud.resources[logicalId]?.attributes['Arn'];

describe('a bucket that allows one encryption', () => {
  const object = { Bucket, Key: 'mine/a', Body: 'x' };

  it('accepts requests without encryption, and with the same', async () => {
    await admin().send(new PutObjectCommand(object));
    const same = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: keyArn('Key') };
    await admin().send(new PutObjectCommand({ ...object, ...same }));
  });

  it.each([
    ['NoOtherAlgorithm', () => ({ ServerSideEncryption: 'AES256' as const })],
    ['NoOtherKey', () => ({ ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: keyArn('OtherKey') })],
  ])('denies another, of the administrator too, by %s', async (sid, other) => {
    for (const command of [
      new PutObjectCommand({ ...object, ...other() }),
      new CreateMultipartUploadCommand({ Bucket, Key: 'mine/a', ...other() }),
    ]) {
      expect(await failure(admin().send(command as PutObjectCommand))).toMatchObject({
        name: 'AccessDenied',
        message: expect.stringMatching(new RegExp(`explicit deny in a resource-based policy.*${sid}`)),
      });
    }
  });

  it('refuses a key that does not exist', async () => {
    const gone = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: 'alias/none' };
    expect(await failure(admin().send(new PutObjectCommand({ ...object, ...gone })))).toMatchObject({
      name: 'KMS.NotFoundException',
      status: 400,
    });
  });
});

describe('a caller with rights to some objects', () => {
  it('deletes those and reports the others', async () => {
    const Objects = [{ Key: 'mine/a' }, { Key: 'yours/b' }];
    const { Deleted, Errors } = await writer().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['mine/a']);
    expect(Errors).toEqual([
      {
        Key: 'yours/b',
        Code: 'AccessDenied',
        Message: expect.stringMatching(/assumed-role.*is not authorized to perform: s3:DeleteObject on .*yours\/b/),
      },
    ]);
  });

  it('lists within its conditions on prefix and page size', async () => {
    const list = (more: object) => writer().send(new ListObjectsV2Command({ Bucket, ...more }));
    await expect(list({ Prefix: 'mine/', MaxKeys: 10 })).resolves.toBeDefined();
    for (const more of [{}, { Prefix: 'yours/', MaxKeys: 10 }, { Prefix: 'mine/', MaxKeys: 11 }])
      await expect(list(more)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('buckets without access control lists', () => {
  it.each([{ 'x-amz-acl': 'public-read' }, { 'x-amz-acl': 'private' }, { 'x-amz-grant-read': 'id="1"' }])(
    'refuse %j',
    async (headers) => {
      const put = {
        service: 's3',
        method: 'PUT',
        path: `/${Bucket}/mine/acl`,
        headers: { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      };
      const answer = await send(await sign(cloud, put));
      expect([answer.status, await answer.text()]).toEqual([
        400,
        expect.stringContaining('AccessControlListNotSupported'),
      ]);
    },
  );

  it('accept the default one', async () => {
    await admin().send(new PutObjectCommand({ Bucket, Key: 'mine/acl', ACL: 'bucket-owner-full-control' }));
    await expect(
      admin().send(new CreateBucketCommand({ Bucket: 'open-to-all', ACL: 'public-read' })),
    ).rejects.toThrow();
  });
});

describe('a bucket policy', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3(['guarded']);
  });
  afterAll(() => s3.close());
  const put = (statement: Record<string, unknown>) =>
    failure(
      s3.client.send(
        new PutBucketPolicyCommand({ Bucket: 'guarded', Policy: JSON.stringify({ Statement: [statement] }) }),
      ),
    );
  const open = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::guarded/*' };

  it('that opens the bucket to everybody is refused by its public access block', async () => {
    for (const statement of [
      open,
      { ...open, Principal: { AWS: '*' } },
      { ...open, Condition: { StringNotEquals: { 'aws:PrincipalAccount': '123456789012' } } },
      { ...open, Condition: { StringLike: { 'aws:PrincipalArn': '*' } } },
    ]) {
      expect(await put(statement)).toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('blocked by the BlockPublicPolicy setting'),
      });
    }
  });

  it('that is tied to somebody is taken', async () => {
    const tied = { ...open, Condition: { StringEquals: { 'aws:PrincipalAccount': '123456789012' } } };
    await s3.client.send(
      new PutBucketPolicyCommand({ Bucket: 'guarded', Policy: JSON.stringify({ Statement: [tied] }) }),
    );
    expect(s3.service.resourcePolicy('guarded')).toEqual({ Statement: [tied] });
  });

  it('of another bucket, or with an unknown operator, is malformed', async () => {
    expect(await put({ ...open, Resource: 'arn:aws:s3:::other/*' })).toMatchObject({
      name: 'MalformedPolicy',
      message: expect.stringContaining('invalid resource arn:aws:s3:::other/*'),
    });
    expect(await put({ ...open, Condition: { StringIs: { a: 'b' } } })).toMatchObject({
      name: 'MalformedPolicy',
      message: expect.stringContaining('"StringIs" is no condition operator'),
    });
  });
});
