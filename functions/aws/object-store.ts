import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DropVanishedError, NotFoundError } from '#domain/errors';
import type { ListedObject, ObjectStore } from '#functions/ports/object-store';

/** Whether S3 says that an object, or this version of it, does not exist. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && ['NoSuchKey', 'NotFound', 'NoSuchVersion'].includes(error.name);

/** The error for a raw object that is missing. */
export const vanished = (): DropVanishedError =>
  new DropVanishedError(
    'A file vanished after the drop was admitted. Drop the files again; nothing was trained on them.',
  );

/** The S3 adapter for one bucket. */
export function objectStore(client: S3Client, bucket: string): ObjectStore {
  const get = async (key: string, versionId?: string) => {
    const output = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    if (!output.Body) throw new NotFoundError(`s3://${bucket}/${key} has no body`);
    return output.Body;
  };
  const readText = async (key: string) => {
    try {
      return await (await get(key)).transformToString('utf8');
    } catch (error) {
      if (isMissing(error)) throw new NotFoundError(`s3://${bucket}/${key} does not exist`, { cause: error });
      throw error;
    }
  };
  const writeText = async (key: string, text: string, contentType: string) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentType }));
  };
  return {
    bucket,
    uri: (key) => `s3://${bucket}/${key}`,
    async list(prefix, after) {
      const found: ListedObject[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, ContinuationToken: token }),
        );
        for (const o of page.Contents ?? []) {
          found.push({
            key: o.Key ?? '',
            size: o.Size ?? 0,
            etag: (o.ETag ?? '').replaceAll('"', ''),
            lastModified: o.LastModified?.toISOString() ?? '',
          });
        }
        token = page.NextContinuationToken;
      } while (token);
      return found;
    },
    async readJson(key, schema) {
      return schema.parse(JSON.parse(await readText(key)));
    },
    readText,
    async writeJson(key, value) {
      await writeText(key, JSON.stringify(value), 'application/json');
    },
    writeText,
    async download(key, file, versionId) {
      try {
        const body = await get(key, versionId);
        await pipeline(body as NodeJS.ReadableStream, createWriteStream(file));
      } catch (error) {
        throw isMissing(error) ? vanished() : error;
      }
    },
  };
}
