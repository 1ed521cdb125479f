import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listCurrentVersions } from '#functions/aws/object-versions';
import { fakeBuckets } from '../support/buckets.ts';

const client = new S3Client({ region: 'eu-central-1' });

it('lists the newest version of each object once, however the listing is cut into pages', async () => {
  const writes = fc.array(fc.constantFrom<string>('p/a', 'p/b', 'p/c', 'q/d'), { maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(writes, fc.integer({ min: 1, max: 5 }), async (keys, pageSize) => {
      const buckets = fakeBuckets({ pageSize });
      const newest = new Map(keys.map((key, i) => [key, buckets.put(`raw/${key}`, 'x'.repeat(i + 1))]));

      const listed = await listCurrentVersions(client, 'raw', 'p/');

      const below = [...newest].filter(([key]) => key.startsWith('p/')).toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(listed.map(({ key, versionId }) => [key, versionId])).toEqual(below);
      for (const { key, size, etag } of listed) {
        expect(size).toBe(keys.lastIndexOf(key) + 1);
        expect(etag).toMatch(/^[0-9a-f]{32}$/);
      }
    }),
    { numRuns: 60 },
  );
});

it('leaves deleted objects out, and versions of a bucket that keeps none', async () => {
  const buckets = fakeBuckets();
  buckets.mock.on(ListObjectVersionsCommand).resolves({
    Versions: [
      { Key: 'p/gone', VersionId: 'v1', IsLatest: false },
      { Key: 'p/a', VersionId: 'null', IsLatest: true },
    ],
    DeleteMarkers: [{ Key: 'p/gone', VersionId: 'v2', IsLatest: true }],
  });
  expect(await listCurrentVersions(client, 'raw', 'p/')).toEqual([{ key: 'p/a', size: 0, etag: '', lastModified: '' }]);
});
