import { createReadStream } from 'node:fs';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { s3Client } from '#functions/aws/clients/s3';
import { objectStore } from '#functions/aws/object-store';
import type { FileStore } from '#functions/ports/object-store';

/** The S3 adapter for one bucket, with uploads. A separate module because importing it bundles `lib-storage`. */
export function fileStore(client: S3Client, bucket: string): FileStore {
  return {
    ...objectStore(client, bucket),
    async upload(file, key, contentType) {
      await new Upload({
        client,
        params: { Bucket: bucket, Key: key, Body: createReadStream(file), ContentType: contentType },
        // a function that crashes does not abort its upload either: the bucket's lifecycle rule removes leftover parts
        leavePartsOnError: true,
      }).done();
    },
  };
}

/** The clean bucket, for a function that writes files into it. */
export const cleanFileStore = (config: { readonly CLEAN_BUCKET: string }): FileStore =>
  fileStore(s3Client(), config.CLEAN_BUCKET);

/** The artifacts bucket, for the function that writes models into it. */
export const artifactFileStore = (config: { readonly ARTIFACTS_BUCKET: string }): FileStore =>
  fileStore(s3Client(), config.ARTIFACTS_BUCKET);

/** The raw bucket, for the function that writes malformed rows into it. */
export const rawFileStore = (config: { readonly RAW_BUCKET: string }): FileStore =>
  fileStore(s3Client(), config.RAW_BUCKET);
