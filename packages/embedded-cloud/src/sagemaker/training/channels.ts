import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { JobFailure } from '#src/sagemaker/failure';
import { describeS3Error, parseS3Uri, type RoleStorage, relativeKey, safeJoin } from '#src/sagemaker/storage/s3';
import type { Channel } from '#src/sagemaker/training/request';

/** The job can't get its data: the text becomes its FailureReason. */
export class DataError extends JobFailure {
  override readonly name = 'DataError';
}

interface Download {
  readonly bucket: string;
  readonly key: string;
  /** Path below the channel's directory. */
  readonly relative: string;
}

const PARALLEL = 8;

/**
 * Downloads a channel in File mode. One local process takes the place of all hosts, so it gets every object; ShardedByS3Key is
 * still held to at least one object a host, since SageMaker leaves out a host without objects.
 * @throws DataError with SageMaker's message.
 */
export const downloadChannel = async (
  storage: RoleStorage,
  channel: Channel,
  directory: string,
  options: { readonly hosts: number; readonly roleArn: string; readonly region: string; readonly signal: AbortSignal },
): Promise<void> => {
  const source = channel.DataSource.S3DataSource;
  if (!source) throw new DataError(`ClientError: Channel ${channel.ChannelName}: only an S3DataSource is supported.`);
  await mkdir(directory, { recursive: true });
  let wanted: Download[];
  try {
    wanted =
      source.S3DataType === 'ManifestFile'
        ? await readManifest(storage, source.S3Uri)
        : await listPrefix(storage, source.S3Uri);
  } catch (error) {
    throw downloadFailed(error);
  }
  if (wanted.length === 0) throw noObjects(source.S3Uri, options);
  if (source.S3DataDistributionType === 'ShardedByS3Key' && wanted.length < options.hosts) {
    throw new DataError(
      `ClientError: Channel ${channel.ChannelName} has ${wanted.length} object(s) for ${options.hosts} instances with ` +
        'ShardedByS3Key: some instances would be left without data. Write at least one object per instance.',
    );
  }
  const queue = wanted.values();
  const failed = new AbortController();
  const worker = async (): Promise<void> => {
    for (const { bucket, key, relative } of queue) {
      options.signal.throwIfAborted();
      if (failed.signal.aborted) return;
      await storage.download({ bucket, key }, safeJoin(directory, relative), options.signal).catch((error) => {
        failed.abort();
        throw error;
      });
    }
  };
  // All of them, also after one failed: the folder is removed next, and must not be written to then.
  const ended = await Promise.allSettled(Array.from({ length: PARALLEL }, worker));
  options.signal.throwIfAborted();
  const failure = ended.find((one) => one.status === 'rejected');
  if (failure) throw downloadFailed(failure.reason);
};

const downloadFailed = (error: unknown): DataError =>
  new DataError(`ClientError: Data download failed:${describeS3Error(error)}`);

const noObjects = (uri: string, options: { readonly roleArn: string; readonly region: string }): DataError =>
  new DataError(
    `ClientError: Data download failed:No S3 objects found under S3 URL "${uri}" given in input data source. ` +
      `Please ensure that the bucket exists in the selected region (${options.region}), that objects exist under that ` +
      `S3 prefix, and that the role "${options.roleArn}" has "s3:ListBucket" permissions on bucket "${parseS3Uri(uri).bucket}".`,
  );

const listPrefix = async (storage: RoleStorage, uri: string): Promise<Download[]> => {
  const prefix = parseS3Uri(uri);
  const objects = await storage.list(prefix);
  return objects.map(({ key }) => ({ bucket: prefix.bucket, key, relative: relativeKey(prefix.key, key) }));
};

/** `[{"prefix": "s3://bucket/folder/"}, "a.csv", "b/c.csv"]` (API reference: S3DataSource). */
const readManifest = async (storage: RoleStorage, uri: string): Promise<Download[]> => {
  const content: unknown = JSON.parse(await storage.read(parseS3Uri(uri)));
  const [first, ...rest] = Array.isArray(content) ? (content as unknown[]) : [];
  const prefix = (first as { prefix?: unknown } | undefined)?.prefix;
  if (typeof prefix !== 'string' || !rest.every((item) => typeof item === 'string')) {
    throw new Error(`the manifest ${uri} is not [{"prefix": "s3://…"}, "key", …]`);
  }
  const { bucket, key } = parseS3Uri(prefix);
  return rest.map((item) => ({ bucket, key: key + item, relative: item }));
};

/** Where a channel lies for the container. */
export const channelDirectory = (base: string, name: string): string => join(base, 'input', 'data', name);
