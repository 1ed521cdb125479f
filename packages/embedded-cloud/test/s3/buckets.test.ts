import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, startS3, type TestS3 } from './support.ts';

describe('buckets', () => {
  let s3: TestS3;
  const Bucket = 'configured';
  beforeAll(async () => {
    s3 = await startS3([Bucket]);
  });
  afterAll(() => s3.close());

  it('are created, found, listed and removed once empty', async () => {
    await s3.client.send(
      new CreateBucketCommand({ Bucket: 'another', CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
    expect(await failure(s3.client.send(new CreateBucketCommand({ Bucket: 'another' })))).toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
      status: 409,
    });
    expect(await s3.client.send(new HeadBucketCommand({ Bucket: 'another' }))).toMatchObject({
      BucketRegion: 'eu-central-1',
    });
    expect((await s3.client.send(new GetBucketLocationCommand({ Bucket: 'another' }))).LocationConstraint).toBe(
      'eu-central-1',
    );
    const { Buckets } = await s3.client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['another', Bucket]);
    expect(Buckets?.[0]?.CreationDate?.getTime()).toBe(s3.context.clock.now());
    await s3.client.send(new PutObjectCommand({ Bucket: 'another', Key: 'k', Body: 'x' }));
    expect(await failure(s3.client.send(new DeleteBucketCommand({ Bucket: 'another' })))).toMatchObject({
      name: 'BucketNotEmpty',
      status: 409,
    });
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'another', Key: 'k' }));
    await s3.client.send(new DeleteBucketCommand({ Bucket: 'another' }));
    expect(await failure(s3.client.send(new HeadBucketCommand({ Bucket: 'another' })))).toMatchObject({ status: 404 });
    expect(await failure(s3.client.send(new DeleteBucketCommand({ Bucket: 'another' })))).toMatchObject({
      name: 'NoSuchBucket',
    });
    expect(await failure(s3.client.send(new CreateBucketCommand({ Bucket: 'Not_A_Name' })))).toMatchObject({
      name: 'InvalidBucketName',
    });
    const elsewhere = new CreateBucketCommand({
      Bucket: 'abroad',
      CreateBucketConfiguration: { LocationConstraint: 'us-west-2' },
    });
    expect(await failure(s3.client.send(elsewhere))).toMatchObject({ name: 'IllegalLocationConstraintException' });
  });

  it('begin with public access blocked, ACLs off, AES256 and without versions', async () => {
    const block = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    expect((await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual(
      block,
    );
    const { OwnershipControls } = await s3.client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const { ServerSideEncryptionConfiguration } = await s3.client.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({
      SSEAlgorithm: 'AES256',
    });
    expect(await failure(s3.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchLifecycleConfiguration',
      status: 404,
    });
    expect(await failure(s3.client.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchTagSet',
    });
    expect(await failure(s3.client.send(new GetBucketPolicyCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchBucketPolicy',
    });
    expect((await s3.client.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
  });

  it('return every configuration as it was put', async () => {
    const rules = [
      {
        ID: 'old',
        Status: 'Enabled' as const,
        Filter: { Prefix: 'raw/' },
        Expiration: { Days: 30 },
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      },
      {
        ID: 'tmp',
        Status: 'Disabled' as const,
        Filter: {
          And: {
            Prefix: 'tmp/',
            Tags: [
              { Key: 'a', Value: 'b' },
              { Key: 'c', Value: 'd' },
            ],
          },
        },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ];
    await s3.client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: rules } }),
    );
    expect((await s3.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(rules);
    await s3.client.send(new DeleteBucketLifecycleCommand({ Bucket }));

    const encryption = {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: 'key-1' },
          BucketKeyEnabled: true,
        },
      ],
    };
    await s3.client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption }));
    expect(
      (await s3.client.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration,
    ).toMatchObject(encryption);
    await s3.client.send(new DeleteBucketEncryptionCommand({ Bucket }));

    await s3.client.send(
      new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'a & b' }] } }),
    );
    expect((await s3.client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([
      { Key: 'team', Value: 'a & b' },
    ]);

    await s3.client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
    expect(
      (await s3.client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).EventBridgeConfiguration,
    ).toBeDefined();

    const block = {
      BlockPublicAcls: false,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    };
    await s3.client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: block }));
    expect((await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual(
      block,
    );

    await s3.client.send(
      new PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
      }),
    );
    expect((await s3.client.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules).toEqual([
      { ObjectOwnership: 'ObjectWriter' },
    ]);

    const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: 's3/' };
    await s3.client.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
    expect((await s3.client.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toEqual(LoggingEnabled);

    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  });

  it('store a policy and return it for evaluation', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    expect(s3.service.resourcePolicy(Bucket)).toBeUndefined();
    await s3.client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await s3.client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    expect(s3.service.resourcePolicy(Bucket)).toEqual(JSON.parse(Policy));
    expect(await failure(s3.client.send(new PutBucketPolicyCommand({ Bucket, Policy: 'no json' })))).toMatchObject({
      name: 'MalformedPolicy',
    });
    const headless = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
    expect(await failure(s3.client.send(new PutBucketPolicyCommand({ Bucket, Policy: headless })))).toMatchObject({
      name: 'MalformedPolicy',
      message: 'Missing required field Principal',
    });
    await s3.client.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(s3.service.resourcePolicy(Bucket)).toBeUndefined();
    expect(s3.service.resourcePolicy('no-such-bucket')).toBeUndefined();
  });

  it('refuse configurations that are wrong, or that cannot be emulated', async () => {
    const lifecycle = (rule: object) =>
      failure(
        s3.client.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule as never] } }),
        ),
      );
    expect(await lifecycle({ Status: 'Perhaps', Filter: {} })).toMatchObject({ name: 'MalformedXML' });
    expect(await lifecycle({ Status: 'Enabled', Filter: {}, Expiration: { Days: 0 } })).toMatchObject({
      name: 'MalformedXML',
    });
    const queue = {
      QueueConfigurations: [
        { QueueArn: 'arn:aws:sqs:eu-central-1:123456789012:q', Events: ['s3:ObjectCreated:*' as const] },
      ],
    };
    const notify = new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: queue });
    expect(await failure(s3.client.send(notify))).toMatchObject({ name: 'NotImplemented', status: 501 });
    expect(await failure(s3.client.send(new GetBucketAclCommand({ Bucket })))).toMatchObject({
      name: 'NotImplemented',
    });
    const missing = new GetBucketVersioningCommand({ Bucket: 'no-such-bucket' });
    expect(await failure(s3.client.send(missing))).toMatchObject({ name: 'NoSuchBucket' });
  });
});
