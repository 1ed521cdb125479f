import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startS3, type TestS3 } from './support.ts';

const day = 86_400_000;
const Bucket = 'aging';

describe('lifecycle rules', () => {
  let s3: TestS3;
  beforeEach(async () => {
    s3 = await startS3([Bucket]);
    await s3.client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
  });
  afterEach(() => s3.close());

  const rule = (more: Partial<LifecycleRule>) =>
    s3.client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, ...more }] },
      }),
    );
  const put = (Key: string, Tagging?: string) =>
    s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging }));
  const versioned = () =>
    s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  /** Keys of versions, then of delete markers. */
  const left = async () => {
    const { Versions = [], DeleteMarkers = [] } = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
    return [Versions.map(({ Key }) => Key), DeleteMarkers.map(({ Key }) => Key)];
  };

  it('are carried out by the clock, at midnight UTC', async () => {
    await rule({ Expiration: { Days: 1 } });
    await put('old');
    await s3.service.start?.();
    await s3.context.clock.advance(day - 1);
    expect(await left()).toEqual([['old'], []]);
    await s3.context.clock.advance(1);
    await expect.poll(left).toEqual([[], []]);
  });

  it('delete objects of a prefix at the midnight after their days are over', async () => {
    await rule({ Filter: { Prefix: 'raw/' }, Expiration: { Days: 2 } });
    await s3.context.clock.advance(day / 2);
    await put('raw/1');
    await put('kept');
    await s3.context.clock.advance(2 * day);
    expect(await s3.service.applyLifecycle()).toEqual({ expired: 0, noncurrent: 0, markers: 0, uploads: 0 });
    await s3.context.clock.advance(day / 2);
    s3.context.events.length = 0;
    expect(await s3.service.applyLifecycle()).toEqual({ expired: 1, noncurrent: 0, markers: 0, uploads: 0 });
    expect(await left()).toEqual([['kept'], []]);
    expect(s3.context.events).toMatchObject([
      {
        'detail-type': 'Object Deleted',
        detail: { object: { key: 'raw/1' }, reason: 'Lifecycle Expiration', 'deletion-type': 'Permanently Deleted' },
      },
    ]);
  });

  it('take tags and sizes into account, and leave disabled rules alone', async () => {
    await put('tagged', 'keep=no');
    await put('untagged');
    await s3.context.clock.advance(10 * day);
    await rule({ Status: 'Disabled', Expiration: { Days: 1 } });
    expect(await s3.service.applyLifecycle()).toMatchObject({ expired: 0 });
    await rule({ Filter: { ObjectSizeGreaterThan: 1 }, Expiration: { Days: 1 } });
    expect(await s3.service.applyLifecycle()).toMatchObject({ expired: 0 });
    await rule({ Filter: { Tag: { Key: 'keep', Value: 'no' } }, Expiration: { Days: 1 } });
    expect(await s3.service.applyLifecycle()).toMatchObject({ expired: 1 });
    expect(await left()).toEqual([['untagged'], []]);
  });

  it('hide versioned objects, delete noncurrent versions by the age of what replaced them, then the marker', async () => {
    await versioned();
    await put('k');
    await s3.context.clock.advance(5 * day);
    await put('k');
    await rule({ Expiration: { Days: 3 }, NoncurrentVersionExpiration: { NoncurrentDays: 2 } });
    expect(await s3.service.applyLifecycle()).toMatchObject({ expired: 0, noncurrent: 0 });
    await s3.context.clock.advance(2 * day);
    expect(await s3.service.applyLifecycle()).toMatchObject({ expired: 0, noncurrent: 1 });
    await s3.context.clock.advance(day);
    expect(await s3.service.applyLifecycle()).toMatchObject({ expired: 1, noncurrent: 0 });
    expect(await left()).toEqual([['k'], ['k']]);
    await s3.context.clock.advance(3 * day);
    expect(await s3.service.applyLifecycle()).toMatchObject({ noncurrent: 1, markers: 1 });
    expect(await left()).toEqual([[], []]);
  });

  it('keep as many newer noncurrent versions as the rule says', async () => {
    await versioned();
    for (let count = 0; count < 5; count += 1) await put('k');
    await rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } });
    await s3.context.clock.advance(3 * day);
    expect(await s3.service.applyLifecycle()).toMatchObject({ noncurrent: 2 });
    expect((await left())[0]).toHaveLength(3);
  });

  it('remove delete markers without versions, when the rule says so', async () => {
    await versioned();
    const { VersionId } = await put('k');
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await rule({ Expiration: { ExpiredObjectDeleteMarker: true } });
    expect(await s3.service.applyLifecycle()).toMatchObject({ markers: 0 });
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
    expect(await s3.service.applyLifecycle()).toMatchObject({ markers: 1 });
    expect(await left()).toEqual([[], []]);
  });

  it('abort incomplete uploads', async () => {
    await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'old' }));
    await s3.context.clock.advance(7 * day);
    await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'new' }));
    await rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } });
    expect(await s3.service.applyLifecycle()).toMatchObject({ uploads: 1 });
    const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads?.map(({ Key }) => Key)).toEqual(['new']);
  });

  it('reach every key of a bucket larger than one page', async () => {
    await versioned();
    // Two delete markers a key, by two requests: with versioning a key need not exist to be deleted.
    const Objects = Array.from({ length: 501 }, (_, index) => ({ Key: `k${String(index).padStart(4, '0')}` }));
    for (const _round of [1, 2]) await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    await rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
    await s3.context.clock.advance(2 * day);
    expect(await s3.service.applyLifecycle()).toMatchObject({ noncurrent: 501 });
  });
});
