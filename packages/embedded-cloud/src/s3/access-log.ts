import { randomBytes } from 'node:crypto';
import { AwsError, type ServiceRequest, type ServiceResponse } from '#src/cloud/service';
import { assertServiceMay } from '#src/iam/service-access';
import { digestExtents } from './operations/store-body.ts';
import { bucketArn, bucketEncryption, objectArn, type S3State, versioningOf } from './state.ts';
import type { S3Call } from './wire/call.ts';
import { textAt } from './wire/xml.ts';

/** One request that came in, until it is answered. */
interface Open {
  readonly call: S3Call;
  readonly since: number;
}

/** Server access logs: each logged bucket's requests, written to the bucket that its configuration names. */
export interface AccessLog {
  begin(call: S3Call): void;
  end(request: Pick<ServiceRequest, 'id'>, response: ServiceResponse, errorCode?: string): void;
  /** Writes what has come in since the last time, an object for each logged bucket. */
  deliver(): Promise<void>;
}

/** The most lines or open requests that are stored: logs are delivered on a best-effort basis, as on AWS. */
const MAX_KEPT = 50_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `[06/Feb/2019:00:00:38 +0000]` */
const logTime = (ms: number): string => {
  const at = new Date(ms);
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `[${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${clock} +0000]`;
};

/** What the operation is called in a log: `REST.GET.OBJECT`, with the sub-resource where one is named. */
const logOperation = ({ request, key, query, header }: S3Call): string => {
  const part = ['tagging', 'uploads', 'versions', 'policy', 'lifecycle', 'versioning', 'encryption', 'logging'].find(
    (name) => query(name) !== undefined,
  );
  if (query('uploadId') !== undefined) return `REST.${request.method}.${request.method === 'POST' ? 'UPLOAD' : 'PART'}`;
  if (query('delete') !== undefined) return 'REST.POST.MULTI_OBJECT_DELETE';
  if (header('x-amz-copy-source') !== undefined) return 'REST.COPY.OBJECT';
  return `REST.${request.method}.${part?.toUpperCase() ?? (key === '' ? 'BUCKET' : 'OBJECT')}`;
};

/** Keys are written URL-encoded twice, so that no blank or quote can break a line (S3 User Guide, "Log object format"). */
const logKey = (key: string): string => (key === '' ? '-' : encodeURIComponent(encodeURI(key)).replaceAll('%2F', '/'));

const quoted = (text: string | undefined): string => (text === undefined ? '"-"' : `"${text.replaceAll('"', '%22')}"`);

/** A record in the order of S3 User Guide, "Amazon S3 server access log format". */
const logLine = (
  { call, since }: Open,
  owner: string,
  now: number,
  { status, headers = {} }: ServiceResponse,
  errorCode: string | undefined,
): string => {
  const { request, bucket, key } = call;
  const uri = `${request.method} ${request.path}${request.query.size > 0 ? `?${shownQuery(request.query)}` : ''} HTTP/1.1`;
  const took = String(Math.max(0, now - since));
  const presigned = request.query.has('X-Amz-Signature');
  return [
    owner,
    bucket,
    logTime(since),
    '127.0.0.1',
    request.caller.arn,
    request.id,
    logOperation(call),
    logKey(key),
    quoted(uri),
    status,
    errorCode ?? '-',
    headers['content-length'] ?? '-',
    '-',
    took,
    took,
    quoted(request.headers['referer']),
    quoted(request.headers['user-agent']),
    headers['x-amz-version-id'] ?? call.query('versionId') ?? '-',
    request.id,
    'SigV4',
    'TLS_AES_128_GCM_SHA256',
    presigned ? 'QueryString' : 'AuthHeader',
    request.headers['host'] ?? '-',
    'TLSv1.3',
    '-',
    '-',
  ].join(' ');
};

/** Signatures and tokens of presigned URLs are left out. */
const shownQuery = (query: URLSearchParams): string =>
  [...query].map(([name, value]) => `${name}=${/signature|token|credential/i.test(name) ? '…' : value}`).join('&');

export const createAccessLog = (s3: S3State): AccessLog => {
  const { clock, accountId, log } = s3.context;
  const open = new Map<string, Open>();
  let lines = new Map<string, string[]>();
  let kept = 0;

  const targetOf = (bucket: string): { readonly bucket: string; readonly prefix: string } | undefined => {
    const document = s3.buckets.document(bucket, 'logging');
    const target = textAt(document, 'LoggingEnabled', 'TargetBucket');
    return target === undefined
      ? undefined
      : { bucket: target, prefix: textAt(document, 'LoggingEnabled', 'TargetPrefix') ?? '' };
  };

  /** S3 writes in its own name, by the policy of the target, and only where S3's own keys encrypt. */
  const refusal = (source: string, target: string, key: string): string | undefined => {
    if (!s3.buckets.get(target)) return 'the target bucket does not exist';
    if (bucketEncryption(s3, target).algorithm !== 'AES256')
      return 'the target bucket is encrypted with a KMS key; access logs need SSE-S3 (AES256)';
    try {
      const entry = { action: 's3:PutObject', resource: objectArn(s3, target, key) };
      assertServiceMay(s3.context, { service: 'logging.s3.amazonaws.com', sourceArn: bucketArn(s3, source) }, entry);
    } catch (cause) {
      if (cause instanceof AwsError) return cause.message;
      throw cause;
    }
    return undefined;
  };

  const write = async (bucket: string, key: string, text: string): Promise<void> => {
    const blob = await s3.catalog.blobs.create();
    const bytes = Buffer.from(text);
    await blob.write(bytes);
    await blob.finish();
    const extents = [{ blob: blob.id, start: 0, length: bytes.length }];
    const { md5, checksum } = await digestExtents(s3, extents, 'CRC64NVME');
    await s3.catalog.change((change) =>
      s3.versions.put(change, versioningOf(s3, bucket), {
        bucket,
        key,
        extents,
        size: bytes.length,
        etag: md5.toString('hex'),
        modified: clock.now(),
        record: {
          headers: { 'content-type': 'text/plain' },
          metadata: {},
          storageClass: 'STANDARD',
          encryption: { algorithm: 'AES256' },
          checksum,
        },
        tags: {},
      }),
    );
  };

  return {
    begin(call) {
      if (call.bucket === '' || targetOf(call.bucket) === undefined) return;
      // A request that was cut off never ends.
      if (open.size >= MAX_KEPT) open.delete(open.keys().next().value ?? '');
      open.set(call.request.id, { call, since: clock.now() });
    },
    end({ id }, response, errorCode) {
      const began = open.get(id);
      if (!began) return;
      open.delete(id);
      if (kept >= MAX_KEPT) return;
      kept += 1;
      const { bucket } = began.call;
      const line = logLine(began, accountId, clock.now(), response, errorCode);
      const records = lines.get(bucket);
      if (records) records.push(line);
      else lines.set(bucket, [line]);
    },
    async deliver() {
      const batch = lines;
      lines = new Map();
      kept = 0;
      for (const [bucket, records] of batch) {
        const target = targetOf(bucket);
        if (!target) continue;
        const time = new Date(clock.now()).toISOString().slice(0, 19).replace(/[T:]/g, '-');
        const key = `${target.prefix}${time}-${randomBytes(8).toString('hex').toUpperCase()}`;
        const why = refusal(bucket, target.bucket, key);
        if (why === undefined) await write(target.bucket, key, `${records.join('\n')}\n`);
        else
          log('warn', 'access logs were not delivered', {
            bucket,
            target: target.bucket,
            records: records.length,
            why,
          });
      }
    },
  };
};
