import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { createS3, type S3Service } from '#src/s3/service';
import { type FakeContext, fakeContext, type ServedService, type ServeOptions, serveService } from '../support/door.ts';

/** An S3 of its own behind a test door, on a directory of its own. */
export interface TestS3 {
  readonly service: S3Service;
  readonly context: FakeContext;
  readonly served: ServedService;
  readonly client: S3Client;
  readonly stateDir: string;
  /** Ends the service and removes its directory. */
  close(): Promise<void>;
}

export const clientFor = (endpoint: string, config: S3ClientConfig = {}): S3Client =>
  new S3Client({
    endpoint,
    region: 'eu-central-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    ...config,
  });

/** @param buckets made before the test begins. */
export const startS3 = async (
  buckets: readonly string[] = [],
  {
    allow,
    context: make = fakeContext,
  }: Pick<ServeOptions, 'allow'> & { context?: (stateDir: string) => FakeContext } = {},
): Promise<TestS3> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'cloud-s3-'));
  const context = make(stateDir);
  const service = await createS3(context);
  const served = await serveService(service, { context, ...(allow ? { allow } : {}) });
  const client = clientFor(served.endpoint);
  for (const Bucket of buckets) await client.send(new CreateBucketCommand({ Bucket }));
  return {
    service,
    context,
    served,
    client,
    stateDir,
    close: async () => {
      client.destroy();
      await served.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
};

/** The names of all object files of a store. */
export const objectFiles = async (stateDir: string): Promise<string[]> => {
  const entries = await readdir(join(stateDir, 's3', 'objects'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

/** What a rejected command was answered: name of the error and HTTP status. */
export const failure = async (
  promise: Promise<unknown>,
): Promise<{ readonly name: string; readonly status: number | undefined; readonly message: string }> => {
  try {
    await promise;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error('the command was expected to fail');
};
