import { GetObjectCommand } from '@aws-sdk/client-s3';
import type * as z from 'zod';
import type { Target } from './target.ts';

/** A record of a run in the artifacts bucket; undefined when the run did not reach that step. */
export async function readRecord<T extends z.ZodType>(
  { s3, outputs }: Pick<Target, 's3' | 'outputs'>,
  key: string,
  schema: T,
): Promise<z.output<T> | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: key }));
    return schema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}
