import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { latestOutcomes } from '#domain/outcomes/join';
import { outcomeKeys } from '#domain/outcomes/layout';
import type { OutcomeReader } from '#functions/ports/outcome-log';
import { readAll } from '#functions/shards/read-all';
import { type Outcome, outcomeSchema } from '#schemas/records/outcome';

/** Reads joined outcomes in the clean bucket. */
export const outcomeReader = (client: S3Client, bucket: string): OutcomeReader => ({
  async since(pipeline, day) {
    const { joinedFrom, joinedPrefix } = outcomeKeys(pipeline);
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: joinedPrefix,
          StartAfter: joinedFrom(day),
          ContinuationToken: token,
        }),
      );
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      token = page.NextContinuationToken;
    } while (token);
    const files = await readAll(keys.length, async (i): Promise<Outcome[]> => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keys[i] }));
      const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString('utf8');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [outcomeSchema.parse(JSON.parse(line))]));
    });
    return latestOutcomes(files);
  },
});
