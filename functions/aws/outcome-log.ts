import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { latestOutcomes } from '#domain/outcomes/join';
import { outcomeKeys } from '#domain/outcomes/layout';
import type { OutcomeReader } from '#functions/ports/outcome-log';
import { type Outcome, outcomeSchema } from '#schemas/records/outcome';

/** How many objects are read at once. */
const atOnce = 32;

/** Reads joined outcomes in the clean bucket. */
export function outcomeReader(client: S3Client, bucket: string): OutcomeReader {
  const read = async (key: string): Promise<Outcome[]> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString('utf8');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [outcomeSchema.parse(JSON.parse(line))]));
  };
  const since: OutcomeReader['since'] = async (pipeline, day) => {
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
    const files: Outcome[][] = [];
    for (let from = 0; from < keys.length; from += atOnce) {
      files.push(...(await Promise.all(keys.slice(from, from + atOnce).map(read))));
    }
    return latestOutcomes(files);
  };
  return { since };
}
