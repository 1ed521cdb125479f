import { createReadStream } from 'node:fs';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { s3Client } from '#functions/aws/clients/s3';
import { objectStore } from '#functions/aws/object-store';
import type { FileStore } from '#functions/ports/object-store';

/** The adapter of one bucket over S3, with uploads. A module of its own: importing it bundles `lib-storage`. */
export function fileStore(client: S3Client, bucket: string): FileStore {
  return {
    ...objectStore(client, bucket),
    async upload(file, key, contentType) {
      await new Upload({
        client,
        params: { Bucket: bucket, Key: key, Body: createReadStream(file), ContentType: contentType },
        // a function that dies aborts nothing either: the bucket's lifecycle removes parts left behind
        leavePartsOnError: true,
      }).done();
    },
  };
}

/** The clean bucket, for a function that writes files into it. */
export const cleanFileStore = (config: { readonly CLEAN_BUCKET: string }): FileStore =>
  fileStore(s3Client(), config.CLEAN_BUCKET);
