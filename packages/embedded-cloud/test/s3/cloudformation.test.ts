import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, startS3, type TestS3 } from './support.ts';

describe('buckets of a template', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3.close());

  const provider = (type: string) => {
    const found = s3.service.resources?.[type];
    if (!found) throw new Error(`S3 provides no ${type}`);
    return found;
  };
  const apply = (logicalId: string, properties: Record<string, unknown>, type = 'AWS::S3::Bucket') =>
    provider(type).apply({ logicalId, type, properties, stackName: 'test-stack' });

  it('are named after stack and logical id where the template gives no name, the same at every start', async () => {
    const first = await apply('RawBucket', {});
    expect(first.ref).toMatch(/^test-stack-rawbucket-[a-z0-9]{12}$/);
    expect(first.attributes).toEqual({
      Arn: `arn:aws:s3:::${first.ref}`,
      DomainName: `${first.ref}.s3.amazonaws.com`,
      RegionalDomainName: `${first.ref}.s3.eu-central-1.amazonaws.com`,
      DualStackDomainName: `${first.ref}.s3.dualstack.eu-central-1.amazonaws.com`,
    });
    await s3.client.send(new PutObjectCommand({ Bucket: first.ref, Key: 'kept', Body: 'data' }));
    expect(await apply('RawBucket', {})).toEqual(first);
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: first.ref, Key: 'kept' }));
    expect(await Body?.transformToString()).toBe('data');
    expect((await apply('OtherBucket', {})).ref).not.toBe(first.ref);
    expect((await apply('A'.repeat(200), {})).ref.length).toBeLessThanOrEqual(63);
    await expect(apply('Bad', { BucketName: 'Upper_Case' })).rejects.toMatchObject({ code: 'InvalidBucketName' });
  });

  it('are configured as the template says', async () => {
    const Bucket = 'configured-by-template';
    await apply('Configured', {
      BucketName: Bucket,
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: 'arn:aws:kms:eu-central-1:123456789012:key/k',
            },
          },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: 'true',
        IgnorePublicAcls: true,
        RestrictPublicBuckets: false,
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'raw',
            Status: 'Enabled',
            Prefix: 'raw/',
            ExpirationInDays: 30,
            NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 1 },
            TagFilters: [{ Key: 'a', Value: 'b' }],
          },
          {
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
            Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 90 }],
          },
        ],
      },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
      LoggingConfiguration: { DestinationBucketName: 'logs', LogFilePrefix: 'raw/' },
      Tags: [{ Key: 'project', Value: 'shop' }],
    });
    expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    expect(
      (await s3.client.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules,
    ).toEqual([
      {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: 'aws:kms',
          KMSMasterKeyID: 'arn:aws:kms:eu-central-1:123456789012:key/k',
        },
        BucketKeyEnabled: true,
      },
    ]);
    expect((await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: false,
    });
    expect((await s3.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toMatchObject([
      {
        ID: 'raw',
        Status: 'Enabled',
        Filter: { And: { Prefix: 'raw/', Tags: [{ Key: 'a', Value: 'b' }] } },
        Expiration: { Days: 30 },
        NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 1 },
      },
      {
        Status: 'Enabled',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
        Transitions: [{ Days: 90, StorageClass: 'GLACIER' }],
      },
    ]);
    expect((await s3.client.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules).toEqual([
      { ObjectOwnership: 'BucketOwnerPreferred' },
    ]);
    expect((await s3.client.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toEqual({
      TargetBucket: 'logs',
      TargetPrefix: 'raw/',
    });
    expect((await s3.client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([
      { Key: 'project', Value: 'shop' },
    ]);
    const put = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'raw/x', Body: 'x' }));
    expect(put).toMatchObject({ ServerSideEncryption: 'aws:kms', BucketKeyEnabled: true });
    expect(s3.context.events).toHaveLength(1);
  });

  it('lose what left the template, but keep their versions', async () => {
    const Bucket = 'configured-by-template';
    await apply('Configured', { BucketName: Bucket });
    expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Suspended');
    expect(await failure(s3.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchLifecycleConfiguration',
    });
    s3.context.events.length = 0;
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'raw/x', Body: 'y' }));
    expect(s3.context.events).toEqual([]);
  });

  it('get their policy, and lose it with the resource', async () => {
    const Bucket = 'configured-by-template';
    const PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }],
    };
    const applied = await apply('Policy', { Bucket, PolicyDocument }, 'AWS::S3::BucketPolicy');
    expect(s3.service.resourcePolicy(Bucket)).toEqual(PolicyDocument);
    await provider('AWS::S3::BucketPolicy').delete?.({
      logicalId: 'Policy',
      type: 'AWS::S3::BucketPolicy',
      ref: applied.ref,
    });
    expect(s3.service.resourcePolicy(Bucket)).toBeUndefined();
    await expect(apply('Policy', { Bucket }, 'AWS::S3::BucketPolicy')).rejects.toThrow(
      'Policy: AWS::S3::BucketPolicy needs Bucket and PolicyDocument',
    );
    await expect(apply('Policy', { Bucket: 'nowhere', PolicyDocument }, 'AWS::S3::BucketPolicy')).rejects.toMatchObject(
      { code: 'NoSuchBucket' },
    );
  });

  it('are removed with the resource only when they are empty', async () => {
    const type = 'AWS::S3::Bucket';
    const { ref } = await apply('Gone', {});
    await provider(type).delete?.({ logicalId: 'Gone', type, ref });
    expect(await failure(s3.client.send(new HeadBucketCommand({ Bucket: ref })))).toMatchObject({ status: 404 });
    await expect(
      provider(type).delete?.({ logicalId: 'Configured', type, ref: 'configured-by-template' }),
    ).rejects.toThrow('The bucket configured-by-template is not empty.');
    await expect(s3.client.send(new HeadBucketCommand({ Bucket: 'configured-by-template' }))).resolves.toBeDefined();
  });

  it('refuse notifications that are not emulated', async () => {
    const NotificationConfiguration = { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: 'arn' }] };
    await expect(apply('Notifying', { NotificationConfiguration })).rejects.toThrow(
      /Notifying: .*EventBridgeConfiguration/,
    );
  });
});
