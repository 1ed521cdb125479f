import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { TransientError } from '#domain/errors';
import { s3Client } from '#functions/aws/clients/s3';
import { isMissing, vanished } from '#functions/aws/object-store';
import type { ObjectRange, ObjectRanges } from '#functions/ports/object-ranges';

/** A connection that breaks so often without a byte between is given up; the state machine tries again later. */
const mostBreaks = 5;

/** The S3 adapter for pieces of one bucket's objects. The SDK repeats a request that fails, but not the reading of its answer. */
export function objectRanges(client: S3Client, bucket: string): ObjectRanges {
  const open = async ({ key, versionId, start, end }: ObjectRange): Promise<AsyncIterable<Uint8Array>> => {
    const range = { Bucket: bucket, Key: key, VersionId: versionId, Range: `bytes=${start}-${end - 1}` };
    try {
      const { Body } = await client.send(new GetObjectCommand(range));
      return Body as unknown as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw isMissing(error) ? vanished() : error;
    }
  };
  return {
    async *readRange(range) {
      let { start } = range;
      let breaks = 0;
      while (start < range.end) {
        const body = await open({ ...range, start });
        let broken: unknown = new TransientError('S3 ended a connection before all bytes were sent.');
        try {
          for await (const chunk of body) {
            start += chunk.length;
            breaks = 0;
            yield chunk;
          }
        } catch (error) {
          broken = error;
        }
        if (start < range.end && ++breaks > mostBreaks) throw broken;
      }
    },
  };
}

/** Pieces of raw objects. */
export const rawRanges = (config: { readonly RAW_BUCKET: string }): ObjectRanges =>
  objectRanges(s3Client(), config.RAW_BUCKET);
