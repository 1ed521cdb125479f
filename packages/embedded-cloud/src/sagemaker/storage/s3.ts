import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { CloudContext } from '#src/cloud/service';
import { outputKeyRefusal } from '#src/sagemaker/storage/output-key';

export interface S3Location {
  readonly bucket: string;
  /** Without a leading slash; empty for a whole bucket. */
  readonly key: string;
}

export interface S3Object {
  readonly key: string;
  readonly size: number;
}

/** S3 as one role may use it: a missing grant fails here as it would on AWS. */
export interface RoleStorage {
  list(prefix: S3Location): Promise<S3Object[]>;
  download(source: S3Location, path: string, signal?: AbortSignal): Promise<void>;
  read(source: S3Location): Promise<string>;
  readBytes(source: S3Location): Promise<Buffer>;
  /** @throws the SDK's error with `name` NotFound or `$metadata.httpStatusCode` 403. */
  head(source: S3Location): Promise<void>;
  uploadFile(path: string, target: S3Location, options?: UploadOptions): Promise<void>;
  uploadText(text: string | Buffer, target: S3Location, options?: UploadOptions): Promise<void>;
  close(): void;
}

export interface UploadOptions {
  /** Encrypts with this key (SSE-KMS); without it the bucket's default applies. */
  readonly kmsKeyId?: string | undefined;
  readonly contentType?: string;
}

/** @param uri `s3://bucket/key`, already validated. */
export const parseS3Uri = (uri: string): S3Location => {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  return { bucket, key };
};

/** Joins a prefix with or without a trailing slash and a name. */
export const joinKey = (prefix: string, name: string): string =>
  prefix === '' || prefix.endsWith('/') ? `${prefix}${name}` : `${prefix}/${name}`;

/** SageMaker itself retries a throttled or failing S3. */
const MAX_ATTEMPTS = 4;

/**
 * @param sourceArn of the job, model or endpoint the role is used for
 * @throws AwsError when SageMaker may not assume the role for it
 */
export const storageOf = (cloud: CloudContext, roleArn: string, sourceArn: string): RoleStorage => {
  const config = cloud.clientConfig(roleArn, 'SageMaker', 'sagemaker.amazonaws.com', sourceArn);
  const client = new S3Client({ ...config, maxAttempts: MAX_ATTEMPTS, forcePathStyle: true });

  const upload = async (
    body: string | Buffer | Readable,
    target: S3Location,
    options: UploadOptions = {},
  ): Promise<void> => {
    const refusal = options.kmsKeyId && outputKeyRefusal(cloud, roleArn, options.kmsKeyId);
    if (refusal) throw Object.assign(new Error(refusal), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    await new Upload({
      client,
      params: {
        Bucket: target.bucket,
        Key: target.key,
        Body: body,
        ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
        ...(options.kmsKeyId ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: options.kmsKeyId } : {}),
      },
    }).done();
  };

  return {
    list: async ({ bucket, key }) => {
      const found: S3Object[] = [];
      for await (const answer of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: key })) {
        for (const object of answer.Contents ?? []) {
          // A key that ends in a slash is a folder marker of some console, not data.
          if (object.Key !== undefined && !object.Key.endsWith('/')) {
            found.push({ key: object.Key, size: object.Size ?? 0 });
          }
        }
      }
      return found;
    },
    download: async ({ bucket, key }, path, signal) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      await mkdir(dirname(path), { recursive: true });
      await pipeline(Body as Readable, createWriteStream(path), signal ? { signal } : {});
    },
    read: async ({ bucket, key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? '';
    },
    readBytes: async ({ bucket, key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    head: async ({ bucket, key }) => {
      await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    },
    uploadFile: async (path, target, options) => {
      // An empty stream has no parts: S3 wants an empty body then.
      const { size } = await stat(path);
      await upload(size === 0 ? '' : createReadStream(path), target, options);
    },
    uploadText: upload,
    close: () => client.destroy(),
  };
};

/** An error of S3 as SageMaker repeats it: `AccessDenied (403): …`. */
export const describeS3Error = (error: unknown): string => {
  const fault = error as { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  const status = fault.$metadata?.httpStatusCode;
  const code = fault.name === 'NotFound' ? 'NoSuchKey' : (fault.name ?? 'Error');
  return `${code}${status === undefined ? '' : ` (${status})`}: ${fault.message ?? String(error)}`;
};

/** Where a file goes that was found under a prefix: its key without the prefix's folders. */
export const relativeKey = (prefix: string, key: string): string => {
  if (prefix !== '' && key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf('/') + 1);
};

/** A file below a directory for a relative key; `..` can't lead out of it. */
export const safeJoin = (directory: string, relative: string): string =>
  join(directory, ...relative.split('/').filter((part) => part !== '' && part !== '.' && part !== '..'));
