import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { batchKeys } from '#domain/batch/layout';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { batchData, runData } from '#functions/aws/run-data';

const run = { pipeline: 'loan', runId: 'r1' };
const [artifacts, clean] = [artifactKeys(run), cleanKeys(run)];
const s3 = mockClient(S3Client);
const data = runData(new S3Client({ region: 'eu-central-1' }), { clean: 'clean', artifacts: 'artifacts' });
/** What a bucket holds: key and version. */
let held: Record<string, [string, string][]>;
const keysIn = (bucket: string) => (held[bucket] ?? []).map(([key, version]) => `${key} ${version}`);

beforeEach(() => {
  held = { clean: [], artifacts: [] };
  s3.reset();
  // pages of two
  s3.on(ListObjectVersionsCommand).callsFake(({ Bucket = '', Prefix = '', KeyMarker = '', VersionIdMarker = '' }) => {
    const below = (held[Bucket] ?? [])
      .filter(([key]) => key.startsWith(Prefix))
      .filter((entry) => entry.join(' ') > `${KeyMarker} ${VersionIdMarker}`)
      .toSorted((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1));
    const page = below.slice(0, 2).map(([Key, VersionId]) => ({ Key, VersionId }));
    const last = page.at(-1);
    return {
      Versions: page.slice(0, 1),
      DeleteMarkers: page.slice(1),
      IsTruncated: below.length > 2,
      NextKeyMarker: last?.Key,
      NextVersionIdMarker: last?.VersionId,
    };
  });
  s3.on(DeleteObjectsCommand).callsFake(({ Bucket = '', Delete }) => {
    const gone = Delete.Objects.map(({ Key, VersionId }: { Key: string; VersionId: string }) => `${Key} ${VersionId}`);
    held[Bucket] = (held[Bucket] ?? []).filter((entry) => !gone.includes(entry.join(' ')));
    return {};
  });
});

it('erases all versions of the rows of a run, and the records that may show their values, and nothing else', async () => {
  held = {
    clean: [
      [clean.shard(0), 'v1'],
      [clean.shard(0), 'v2'],
      [`${clean.train}00000-00000.csv`, 'v1'],
      [clean.sample(0), 'v1'],
      ['loan/runs/r10/clean/00000.parquet', 'v1'],
      ['loan/captures/a.jsonl', 'v1'],
    ],
    artifacts: [
      [artifacts.config, 'v1'],
      [artifacts.drop, 'v1'],
      [artifacts.personalData, 'v1'],
      [artifacts.shardLeaks(0), 'v1'],
      [artifacts.report, 'v1'],
      [artifacts.transform, 'v1'],
      [artifacts.profile, 'v1'],
      [artifacts.facts, 'v1'],
      [artifacts.shardProfile(0), 'v1'],
      [artifacts.shardFacts(0), 'v2'],
    ],
  };
  await data.erase(run);

  expect(keysIn('clean')).toEqual(['loan/runs/r10/clean/00000.parquet v1', 'loan/captures/a.jsonl v1']);
  expect(keysIn('artifacts').map((entry) => entry.split(' ')[0])).toEqual([
    artifacts.config,
    artifacts.drop,
    artifacts.personalData,
    artifacts.shardLeaks(0),
  ]);
  await data.erase(run);
  expect(keysIn('artifacts')).toHaveLength(4);
});

it('fails when S3 keeps an object, so that the next attempt deletes it', async () => {
  held['clean'] = [[clean.shard(0), 'v1']];
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: clean.shard(0), Code: 'SlowDown', Message: 'later' }] });
  await expect(data.erase(run)).rejects.toThrow(`could not be deleted (SlowDown): ${clean.shard(0)}`);
});

it('erases the rows and the scores of a batch, and no record', async () => {
  const other = batchKeys({ pipeline: 'loan', runId: 'r10' }).scores(0, 'csv');
  held = {
    clean: [
      [clean.shard(0), 'v1'],
      [`${clean.batchInputs}00000-00000.csv`, 'v1'],
      [batchKeys(run).scores(0, 'csv'), 'v1'],
      [batchKeys(run).scores(0, 'csv'), 'v2'],
      [batchKeys(run).malformed, 'v1'],
      [other, 'v1'],
    ],
    artifacts: [[artifacts.shardCounts(0), 'v1']],
  };

  await batchData(new S3Client({ region: 'eu-central-1' }), { clean: 'clean' }).erase(run);

  expect(keysIn('clean')).toEqual([`${other} v1`]);
  expect(keysIn('artifacts')).toHaveLength(1);
});
