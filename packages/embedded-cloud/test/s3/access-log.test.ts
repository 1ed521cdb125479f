import { GetObjectCommand, ListObjectsV2Command, PutBucketLoggingCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudService } from '#src/cloud/service';
import { fakeContext } from '../support/door.ts';
import { failure, startS3, type TestS3 } from './support.ts';

let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3(['watched', 'logs'], {
    // The policy of the target is found as the door finds it: through the services of the cloud.
    context: (stateDir) => fakeContext(stateDir, { service: <T extends CloudService>() => s3.service as unknown as T }),
  });
  const LoggingEnabled = { TargetBucket: 'logs', TargetPrefix: 's3/watched/' };
  await s3.client.send(new PutBucketLoggingCommand({ Bucket: 'watched', BucketLoggingStatus: { LoggingEnabled } }));
});
afterEach(() => s3.close());

const policyFor = (source: string) =>
  s3.service.resources?.['AWS::S3::BucketPolicy']?.apply({
    logicalId: 'LogsPolicy',
    type: 'AWS::S3::BucketPolicy',
    stackName: 'shop',
    properties: {
      Bucket: 'logs',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'logging.s3.amazonaws.com' },
            Action: 's3:PutObject',
            Resource: 'arn:aws:s3:::logs/s3/*',
            Condition: {
              StringEquals: { 'aws:SourceAccount': '123456789012' },
              ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${source}` },
            },
          },
        ],
      },
    },
  });
const delivered = async () => {
  await s3.service.deliverAccessLogs();
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: 'logs' }));
  return Contents.map(({ Key = '' }) => Key);
};

describe('access logs', () => {
  it('show who did what with a logged bucket, one line a request', async () => {
    await policyFor('watched');
    await s3.client.send(new PutObjectCommand({ Bucket: 'watched', Key: 'a b"c', Body: 'x' }));
    expect((await failure(s3.client.send(new GetObjectCommand({ Bucket: 'watched', Key: 'none' })))).status).toBe(404);
    const [key = ''] = await delivered();
    expect(key).toMatch(/^s3\/watched\/2026-01-01-00-00-00-[0-9A-F]{16}$/);
    const log = await s3.client.send(new GetObjectCommand({ Bucket: 'logs', Key: key }));
    const lines = ((await log.Body?.transformToString()) ?? '').trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(
        /^123456789012 watched \[01\/Jan\/2026:00:00:00 \+0000\] 127\.0\.0\.1 arn:aws:iam::123456789012:user\/admin REQUEST\d+ REST\.PUT\.OBJECT a%2520b%2522c "PUT [^"]*" 200 - /,
      ),
      expect.stringMatching(/ REST\.GET\.OBJECT none "GET [^"]*" 404 NoSuchKey /),
    ]);
  });

  it('are not delivered against the policy of their target, which is logged', async () => {
    await policyFor('another');
    await s3.client.send(new PutObjectCommand({ Bucket: 'watched', Key: 'k', Body: 'x' }));
    expect(await delivered()).toEqual([]);
    expect(s3.context.logs.at(-1)).toMatchObject({
      message: 'access logs were not delivered',
      fields: { why: expect.stringContaining('logging.s3.amazonaws.com is not authorized to perform: s3:PutObject') },
    });
  });

  it('come each hour by the clock', async () => {
    await policyFor('watched');
    await s3.service.start?.();
    await s3.client.send(new PutObjectCommand({ Bucket: 'watched', Key: 'k', Body: 'x' }));
    await s3.context.clock.advance(3_600_000);
    await expect
      .poll(async () => (await s3.client.send(new ListObjectsV2Command({ Bucket: 'logs' }))).KeyCount)
      .toBe(1);
  });
});
