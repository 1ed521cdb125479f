import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BusEvent } from '#src/cloud/service';
import { createS3 } from '#src/s3/service';
import { fakeContext, serveService } from '../support/door.ts';
import { clientFor } from './support.ts';

const Bucket = 'drops';
let stateDir: string;
let told: { readonly event: BusEvent; readonly id: string | undefined }[];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-s3-outbox-'));
  told = [];
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

/** S3 beside a bus that is up or down. */
const open = async (bus: 'up' | 'down') => {
  const context = fakeContext(stateDir, {
    emit: (event, occasion) => {
      if (bus === 'down') throw new Error('The event bus is closed.');
      told.push({ event, id: occasion?.id });
    },
  });
  const service = await createS3(context);
  const served = await serveService(service, { context });
  return { service, context, client: clientFor(served.endpoint), close: served.close };
};

it('sends at the next start the events that the bus did not get, in order', async () => {
  const first = await open('down');
  await first.client.send(new CreateBucketCommand({ Bucket }));
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await first.client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  await first.client.send(new PutObjectCommand({ Bucket, Key: 'rows.csv', Body: 'a,b' }));
  await first.client.send(new DeleteObjectCommand({ Bucket, Key: 'rows.csv' }));
  expect(first.context.logs.map(({ level }) => level)).toContain('warn');
  await first.close();

  const second = await open('up');
  expect(told).toEqual([]);
  await second.service.start?.();
  expect(told.map(({ event }) => event['detail-type'])).toEqual(['Object Created', 'Object Deleted']);
  expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  await second.close();

  const third = await open('up');
  await third.service.start?.();
  expect(told).toHaveLength(2);
  await third.close();
});

it('sends nothing for a write that was refused', async () => {
  const { client, close } = await open('up');
  await client.send(new CreateBucketCommand({ Bucket }));
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '1' }));
  const again = client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '2', IfNoneMatch: '*' }));
  await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(told).toHaveLength(1);
  await close();
});
