import { gzipSync } from 'node:zlib';
import { GetObjectCommand, type GetObjectCommandInput, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { outcomeReader } from '#functions/aws/outcome-log';
import { type Outcome, outcomeSchema } from '#schemas/records/outcome';

const outcome = (inferenceId: string, value: number): Outcome =>
  outcomeSchema.parse({
    inferenceId,
    row: 0,
    predictedAt: '2026-01-02T00:00:00Z',
    value,
    at: '2026-01-03T00:00:00Z',
    answers: [],
  });

it('reads the outcomes of a day and later, page by page, and of each row the latest', async () => {
  const s3 = mockClient(S3Client);
  const files: Record<string, readonly Outcome[]> = {
    'loan/outcomes/joined/2026-01-02/1-a.jsonl.gz': [outcome('x', 0), outcome('y', 0)],
    'loan/outcomes/joined/2026-01-02/2-b.jsonl.gz': [outcome('x', 1)],
  };
  const [first, second] = Object.keys(files).map((Key) => ({ Key }));
  s3.on(ListObjectsV2Command).resolvesOnce({ Contents: first ? [first] : [], NextContinuationToken: 'more' });
  s3.on(ListObjectsV2Command, { ContinuationToken: 'more' }).resolves({ Contents: second ? [second] : [] });
  s3.on(GetObjectCommand).callsFake(({ Key = '' }: GetObjectCommandInput) => {
    const lines = (files[Key] ?? []).map((line) => `${JSON.stringify(line)}\n`).join('');
    return { Body: { transformToByteArray: async () => gzipSync(lines) } };
  });

  const found = await outcomeReader(new S3Client({ region: 'eu-central-1' }), 'clean').since('loan', '2026-01-02');

  expect(found.map(({ inferenceId, value }) => [inferenceId, value])).toEqual([
    ['x', 1],
    ['y', 0],
  ]);
  expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({
    Prefix: 'loan/outcomes/joined/',
    StartAfter: 'loan/outcomes/joined/2026-01-02',
  });
});
