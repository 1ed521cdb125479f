import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '#src/cloud/service';
import { failure, startS3, type TestS3 } from './support.ts';

const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/k1';

describe('what S3 requires a caller to be allowed', () => {
  let s3: TestS3;
  let denied: string | undefined;
  beforeAll(async () => {
    s3 = await startS3(['plain', 'sealed'], { allow: ({ action }) => action !== denied });
    const byDefault = { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: keyArn };
    await s3.client.send(
      new PutBucketEncryptionCommand({
        Bucket: 'sealed',
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }] },
      }),
    );
    await s3.client.send(new PutObjectCommand({ Bucket: 'plain', Key: 'a/b', Body: 'x' }));
    await s3.client.send(new PutObjectCommand({ Bucket: 'sealed', Key: 'k', Body: 'x' }));
  });
  afterAll(() => s3.close());

  /** What the last request had to be allowed. */
  const asked = async (sent: Promise<unknown>): Promise<readonly AuthorizationRequest[]> => {
    await sent;
    return s3.served.calls.at(-1)?.authorize ?? [];
  };
  const actionsOf = (requests: readonly AuthorizationRequest[]) =>
    requests.map(({ action, resource }) => `${action} ${resource}`);
  const object = { Bucket: 'plain', Key: 'a/b' };

  it('is the object action on the object', async () => {
    const arn = 'arn:aws:s3:::plain/a/b';
    expect(actionsOf(await asked(s3.client.send(new GetObjectCommand(object))))).toEqual([`s3:GetObject ${arn}`]);
    expect(actionsOf(await asked(s3.client.send(new HeadObjectCommand(object))))).toEqual([`s3:GetObject ${arn}`]);
    expect(actionsOf(await asked(s3.client.send(new GetObjectTaggingCommand(object))))).toEqual([
      `s3:GetObjectTagging ${arn}`,
    ]);
    const attributes = new GetObjectAttributesCommand({ ...object, ObjectAttributes: ['ETag'] });
    expect(actionsOf(await asked(s3.client.send(attributes)))).toEqual([
      `s3:GetObject ${arn}`,
      `s3:GetObjectAttributes ${arn}`,
    ]);
    const put = new PutObjectCommand({ ...object, Body: 'x', Tagging: 'stage=raw' });
    const [write, tag] = await asked(s3.client.send(put));
    expect(write).toMatchObject({ action: 's3:PutObject', resource: arn });
    expect(tag).toMatchObject({
      action: 's3:PutObjectTagging',
      resource: arn,
      context: { 's3:RequestObjectTag/stage': 'raw' },
    });
    expect((await asked(s3.client.send(new GetObjectCommand(object))))[0]?.context).toMatchObject({
      's3:ExistingObjectTag/stage': 'raw',
    });
  });

  it('is the version action where a version is named', async () => {
    const [read] = await asked(s3.client.send(new GetObjectCommand({ ...object, VersionId: 'null' })));
    expect(read).toMatchObject({ action: 's3:GetObjectVersion', context: { 's3:VersionId': 'null' } });
    const remove = new DeleteObjectCommand({ Bucket: 'plain', Key: 'other', VersionId: 'null' });
    expect(actionsOf(await asked(s3.client.send(remove)))).toEqual(['s3:DeleteObjectVersion arn:aws:s3:::plain/other']);
    const many = new DeleteObjectsCommand({
      Bucket: 'plain',
      Delete: { Objects: [{ Key: 'x' }, { Key: 'y', VersionId: 'null' }] },
    });
    expect(actionsOf(await asked(s3.client.send(many)))).toEqual([
      's3:DeleteObject arn:aws:s3:::plain/x',
      's3:DeleteObjectVersion arn:aws:s3:::plain/y',
    ]);
  });

  it('is the bucket action on the bucket, with what the listing is narrowed to', async () => {
    const list = new ListObjectsV2Command({ Bucket: 'plain', Prefix: 'a/', Delimiter: '/', MaxKeys: 5 });
    expect(await asked(s3.client.send(list))).toMatchObject([
      {
        action: 's3:ListBucket',
        resource: 'arn:aws:s3:::plain',
        context: { 's3:prefix': 'a/', 's3:delimiter': '/', 's3:max-keys': '5' },
      },
    ]);
    const [whole] = await asked(s3.client.send(new ListObjectsV2Command({ Bucket: 'plain' })));
    expect(whole).toMatchObject({ action: 's3:ListBucket', resource: 'arn:aws:s3:::plain' });
    expect(whole?.context).not.toHaveProperty('s3:prefix');
    expect(actionsOf(await asked(s3.client.send(new ListObjectVersionsCommand({ Bucket: 'plain' }))))).toEqual([
      's3:ListBucketVersions arn:aws:s3:::plain',
    ]);
    expect(actionsOf(await asked(s3.client.send(new ListBucketsCommand({}))))).toEqual(['s3:ListAllMyBuckets *']);
    const Rules = [{ Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }];
    const lifecycle = new PutBucketLifecycleConfigurationCommand({
      Bucket: 'plain',
      LifecycleConfiguration: { Rules },
    });
    expect(actionsOf(await asked(s3.client.send(lifecycle)))).toEqual([
      's3:PutLifecycleConfiguration arn:aws:s3:::plain',
    ]);
  });

  it('is reading the source and writing the target of a copy', async () => {
    const copy = new CopyObjectCommand({ Bucket: 'sealed', Key: 'copy', CopySource: 'plain/a%2Fb' });
    expect(actionsOf(await asked(s3.client.send(copy)))).toEqual([
      's3:GetObject arn:aws:s3:::plain/a/b',
      's3:PutObject arn:aws:s3:::sealed/copy',
      `kms:GenerateDataKey ${keyArn}`,
    ]);
  });

  it('includes the KMS key that encrypts a bucket or an object, through S3 and for this object', async () => {
    const context = {
      'kms:ViaService': 's3.eu-central-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::sealed/k',
    };
    const put = new PutObjectCommand({ Bucket: 'sealed', Key: 'k', Body: 'x' });
    expect((await asked(s3.client.send(put)))[1]).toMatchObject({
      action: 'kms:GenerateDataKey',
      resource: keyArn,
      context,
    });
    expect((await asked(s3.client.send(new GetObjectCommand({ Bucket: 'sealed', Key: 'k' }))))[1]).toMatchObject({
      action: 'kms:Decrypt',
      resource: keyArn,
      context,
    });
    const other = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: 'k2', BucketKeyEnabled: true };
    const sent = await s3.client.send(new PutObjectCommand({ Bucket: 'sealed', Key: 'k', Body: 'x', ...other }));
    const k2 = 'arn:aws:kms:eu-central-1:123456789012:key/k2';
    expect(sent).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: k2, BucketKeyEnabled: true });
    expect(s3.served.calls.at(-1)?.authorize[0]?.context).toMatchObject({
      's3:x-amz-server-side-encryption': 'aws:kms',
    });
    expect(s3.served.calls.at(-1)?.authorize[1]).toMatchObject({
      resource: k2,
      context: { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::sealed' },
    });
    const plain = new PutObjectCommand({ Bucket: 'sealed', Key: 'open', Body: 'x', ServerSideEncryption: 'AES256' });
    expect(await asked(s3.client.send(plain))).toHaveLength(1);
    const managed = new PutObjectCommand({
      Bucket: 'plain',
      Key: 'managed',
      Body: 'x',
      ServerSideEncryption: 'aws:kms',
    });
    expect(await asked(s3.client.send(managed))).toHaveLength(1);
  });

  it('is writing for a multipart upload, its own actions for parts and aborting, and the key both ways', async () => {
    const target = { Bucket: 'sealed', Key: 'big' };
    const arn = 'arn:aws:s3:::sealed/big';
    const begin = s3.client.send(new CreateMultipartUploadCommand(target));
    expect(actionsOf(await asked(begin))).toEqual([`s3:PutObject ${arn}`, `kms:GenerateDataKey ${keyArn}`]);
    const { UploadId } = await begin;
    const part = new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x' });
    expect(actionsOf(await asked(s3.client.send(part)))).toEqual([`s3:PutObject ${arn}`, `kms:Decrypt ${keyArn}`]);
    const list = new ListPartsCommand({ ...target, UploadId });
    expect(actionsOf(await asked(s3.client.send(list)))).toEqual([`s3:ListMultipartUploadParts ${arn}`]);
    const abort = new AbortMultipartUploadCommand({ ...target, UploadId });
    expect(actionsOf(await asked(s3.client.send(abort)))).toEqual([`s3:AbortMultipartUpload ${arn}`]);
  });

  it('reports a missing object only to callers who may list the bucket', async () => {
    const missing = () => failure(s3.client.send(new GetObjectCommand({ Bucket: 'plain', Key: 'nothing' })));
    expect(await missing()).toMatchObject({ name: 'NoSuchKey', status: 404 });
    denied = 's3:ListBucket';
    expect(await missing()).toMatchObject({ name: 'AccessDenied', status: 403 });
    await expect(s3.client.send(new GetObjectCommand(object))).resolves.toBeDefined();
    denied = undefined;
  });

  it('is checked before anything is written', async () => {
    denied = 's3:PutObject';
    const put = new PutObjectCommand({ Bucket: 'plain', Key: 'forbidden', Body: 'x'.repeat(100_000) });
    expect(await failure(s3.client.send(put))).toMatchObject({ name: 'AccessDenied', status: 403 });
    denied = undefined;
    const get = new GetObjectCommand({ Bucket: 'plain', Key: 'forbidden' });
    expect(await failure(s3.client.send(get))).toMatchObject({ name: 'NoSuchKey' });
  });
});
