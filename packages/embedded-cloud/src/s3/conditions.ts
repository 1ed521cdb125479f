import type { AuthorizationRequest, CloudContext } from '#src/cloud/service';
import type { S3Call } from './wire/call.ts';

/** Headers that are condition keys under their own name (Service Authorization Reference, "Amazon S3"). */
const HEADERS = [
  'x-amz-acl',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'if-match',
  'if-none-match',
];

const signedAt = (call: S3Call): number => {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(call.query('X-Amz-Date') ?? '') ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

/** The condition keys every request to S3 brings; a header that was not sent has no key, which is what `Null` asks for. */
const requestConditions = (
  call: S3Call,
  { accountId, clock }: Pick<CloudContext, 'accountId' | 'clock'>,
): NonNullable<AuthorizationRequest['context']> => {
  const age = clock.now() - signedAt(call);
  return {
    // The embedded cloud counts as TLS; see aws:SecureTransport.
    's3:TlsVersion': '1.3',
    's3:ResourceAccount': accountId,
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:authType': Number.isNaN(age) ? 'REST-HEADER' : 'REST-QUERY-STRING',
    ...(Number.isNaN(age) ? {} : { 's3:signatureAge': String(age) }),
    ...Object.fromEntries(
      HEADERS.flatMap((name) => {
        const value = call.header(name);
        return value === undefined ? [] : [[`s3:${name}`, value]];
      }),
    ),
  };
};

/** Adds what the request itself says to every question S3 asks of policies. */
export const withRequestConditions = (
  call: S3Call,
  context: Pick<CloudContext, 'accountId' | 'clock'>,
  entries: readonly AuthorizationRequest[],
): AuthorizationRequest[] => {
  const conditions = requestConditions(call, context);
  return entries.map((entry) =>
    entry.action.startsWith('s3:') ? { ...entry, context: { ...conditions, ...entry.context } } : entry,
  );
};
