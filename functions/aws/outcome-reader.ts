import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { joinedPrefix } from '#domain/outcomes/layout';
import { keysAfter } from '#functions/aws/prediction-log';
import type { OutcomeReader } from '#functions/ports/outcome-reader';
import { outcomeSchema } from '#schemas/records/outcome';

/** Reads the joined outcomes of the clean bucket. */
export const outcomeReader = (client: S3Client, bucket: string): OutcomeReader => ({
  async joinedSince(pipeline, day) {
    const prefix = joinedPrefix(pipeline);
    const files = [];
    for (const Key of await keysAfter(client, bucket, prefix, `${prefix}${day}`)) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString('utf8');
      const lines = text.split('\n').filter((line) => line !== '');
      files.push(lines.map((line) => outcomeSchema.parse(JSON.parse(line))));
    }
    return files;
  },
});
