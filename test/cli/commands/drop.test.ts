import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type UploadProgress, uploadDrop } from '#cli/commands/drop';
import type { Outputs } from '#cli/target';

const s3 = mockClient(S3Client);
const target = {
  s3: new S3Client({ region: 'eu-central-1' }),
  outputs: { RawBucketName: 'raw' } as Outputs,
  stage: 'dev',
};
const count = 30;
let folder: string;
let files: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-upload-'));
  files = Array.from({ length: count }, (_, i) => join(folder, `${i}.csv`));
  for (const file of files) writeFileSync(file, 'id,y\n1,0\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The keys that were written, in order, and the most that were being written at once. */
let written: string[];
let busiest: number;
let refused: string | undefined;
beforeEach(() => {
  written = [];
  busiest = 0;
  refused = undefined;
  let running = 0;
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({ KeyCount: 0 });
  s3.on(PutObjectCommand).callsFake(async ({ Key = '' }: { Key?: string }) => {
    running++;
    busiest = Math.max(busiest, running);
    await new Promise((done) => setTimeout(done, 5));
    running--;
    if (Key === refused) throw new Error('AccessDenied');
    written.push(Key);
    return {};
  });
});

describe('the files of a drop', () => {
  test('are sent some at a time, each once, and the marker last', async () => {
    expect(await uploadDrop(target, 'loan-default', files, { folder: 'd' })).toBe('loan-default/d/');
    expect(written.slice(0, -1).toSorted()).toEqual(files.map((_, i) => `loan-default/d/${i}.csv`).toSorted());
    expect(written.at(-1)).toBe('loan-default/d/_SUCCESS');
    expect(busiest).toBeGreaterThan(1);
    expect(busiest).toBeLessThanOrEqual(8);
  });

  test('are counted while they are sent', async () => {
    const reports: UploadProgress[] = [];
    await uploadDrop(target, 'loan-default', files, { folder: 'd', onProgress: (progress) => reports.push(progress) });
    expect(reports.map((r) => r.files)).toEqual(reports.map((r) => r.files).toSorted((a, b) => a - b));
    expect(reports.at(-1)).toMatchObject({ files: count, ofFiles: count, bytes: count * 9, ofBytes: count * 9 });
  });

  test('have no marker when one of them cannot be written, and no further file is begun', async () => {
    refused = 'loan-default/d/3.csv';
    await expect(uploadDrop(target, 'loan-default', files, { folder: 'd' })).rejects.toThrow('AccessDenied');
    await new Promise((done) => setTimeout(done, 50));
    expect(written).not.toContain('loan-default/d/_SUCCESS');
    expect(written.length).toBeLessThan(count - 1);
  });
});
