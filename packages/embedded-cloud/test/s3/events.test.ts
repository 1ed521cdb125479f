import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusEvent } from '#src/cloud/service';
import { startS3, type TestS3 } from './support.ts';

interface Detail {
  readonly object: { readonly key: string; readonly sequencer: string; readonly 'version-id'?: string };
  readonly reason?: string;
  readonly 'deletion-type'?: string;
}
const detailOf = (event: BusEvent | undefined) => event?.detail as Detail;

describe('events of a bucket', () => {
  let s3: TestS3;
  const Bucket = 'drops';
  beforeEach(async () => {
    s3 = await startS3([Bucket, 'silent']);
    await s3.client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
  });
  afterEach(() => s3.close());

  const put = (Key: string, Body = 'hello') => s3.client.send(new PutObjectCommand({ Bucket, Key, Body }));

  it('describe a written object as AWS does, its key not encoded', async () => {
    const { ETag } = await put('drop 1/päck+chen.csv');
    expect(s3.context.events).toEqual([
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        resources: ['arn:aws:s3:::drops'],
        detail: {
          version: '0',
          bucket: { name: 'drops' },
          object: {
            key: 'drop 1/päck+chen.csv',
            size: 5,
            etag: ETag?.replaceAll('"', ''),
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
          'request-id': expect.any(String),
          requester: '123456789012',
          'source-ip-address': '127.0.0.1',
          reason: 'PutObject',
        },
      },
    ]);
  });

  it('name how an object was created', async () => {
    await put('a');
    await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c' }));
    const { ETag } = await s3.client.send(
      new UploadPartCommand({ Bucket, Key: 'c', UploadId, PartNumber: 1, Body: 'x' }),
    );
    const Parts = [{ PartNumber: 1, ETag }];
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key: 'c', UploadId, MultipartUpload: { Parts } });
    await s3.client.send(complete);
    await s3.client.send(complete);
    const told = s3.context.events.map((event) => [detailOf(event).object.key, detailOf(event).reason]);
    expect(told).toEqual([
      ['a', 'PutObject'],
      ['b', 'CopyObject'],
      ['c', 'CompleteMultipartUpload'],
    ]);
  });

  it('order the writes and deletions of a key by their sequencer', async () => {
    for (const body of ['1', '2', '3']) await put('k', body);
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await put('k', '4');
    const sequencers = s3.context.events.map((event) => detailOf(event).object.sequencer);
    expect(sequencers).toEqual([...new Set(sequencers)].toSorted());
    expect(sequencers).toHaveLength(5);
  });

  it('separate a permanent deletion from a delete marker', async () => {
    await put('k');
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));
    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put('k');
    const marker = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
    const told = s3.context.events
      .filter((event) => event['detail-type'] === 'Object Deleted')
      .map((event) => [detailOf(event)['deletion-type'], detailOf(event).object['version-id'], detailOf(event).reason]);
    expect(told).toEqual([
      ['Permanently Deleted', undefined, 'DeleteObject'],
      ['Delete Marker Created', marker.VersionId, 'DeleteObject'],
      ['Permanently Deleted', VersionId, 'DeleteObject'],
    ]);
  });

  it('report tags', async () => {
    await put('k');
    await s3.client.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
    );
    await s3.client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
    expect(s3.context.events.map((event) => event['detail-type'])).toEqual([
      'Object Created',
      'Object Tags Added',
      'Object Tags Deleted',
    ]);
  });

  it('are sent only by buckets with notifications, and not for a write that failed', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket: 'silent', Key: 'k', Body: 'x' }));
    await expect(
      s3.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfMatch: '"y"' })),
    ).rejects.toThrow();
    expect(s3.context.events).toEqual([]);
  });
});
