import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { NotFoundError } from '#domain/errors';
import { predictionKey, predictionPrefix } from '#domain/runs/layout';
import { isMissing } from '#functions/aws/object-store';
import type { PredictionReader, PredictionWriter } from '#functions/ports/prediction-log';
import { predictionRecordSchema } from '#schemas/records/prediction';

/** Writes to the prediction log in the clean bucket. */
export const predictionWriter = (client: S3Client, bucket: string): PredictionWriter => ({
  async write(record) {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: predictionKey(record.pipeline, record.inferenceId),
        Body: gzipSync(JSON.stringify(record)),
        ContentType: 'application/gzip',
      }),
    );
  },
});

/** Reads the prediction log of the clean bucket. */
export const predictionReader = (client: S3Client, bucket: string): PredictionReader => ({
  async keysAfter(pipeline, key) {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: predictionPrefix(pipeline),
          StartAfter: key,
          ContinuationToken: token,
        }),
      );
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      token = page.NextContinuationToken;
    } while (token);
    return keys;
  },
  async read(key) {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      return predictionRecordSchema.parse(JSON.parse(gunzipSync(bytes).toString('utf8')));
    } catch (error) {
      if (isMissing(error)) throw new NotFoundError(`s3://${bucket}/${key} does not exist`, { cause: error });
      throw error;
    }
  },
});
