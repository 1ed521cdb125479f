import { conflictingRequest, noSuchKey, notImplemented, preconditionFailed } from './errors.ts';

/** What a condition is evaluated on. */
export interface Validators {
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface ConditionHeaders {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

/** Whether a list of quoted or bare ETags names this one; `*` names any. */
const names = (header: string, etag: string): boolean =>
  header.split(',').some((item) => {
    const candidate = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return candidate === '*' || candidate === etag;
  });

/** HTTP dates count whole seconds. */
const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

const dateOf = (header: string | undefined): number | undefined => {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time;
};

/**
 * Evaluates the conditions of a read on an object, in the order of RFC 9110 section 13.2.2: an ETag condition
 * outweighs the date condition beside it.
 * @param now a date after it is no condition (RFC 9110 section 13.1.3)
 * @returns `not-modified` when the reader's copy is current.
 * @throws S3Error PreconditionFailed
 */
export const checkRead = (
  headers: ConditionHeaders,
  { etag, modified }: Validators,
  now: number,
): 'send' | 'not-modified' => {
  const unmodifiedSince = dateOf(headers.ifUnmodifiedSince);
  if (headers.ifMatch !== undefined) {
    if (!names(headers.ifMatch, etag)) throw preconditionFailed('If-Match');
  } else if (unmodifiedSince !== undefined && seconds(modified) > seconds(unmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const modifiedSince = dateOf(headers.ifModifiedSince);
  if (headers.ifNoneMatch !== undefined) return names(headers.ifNoneMatch, etag) ? 'not-modified' : 'send';
  if (modifiedSince !== undefined && modifiedSince <= now && seconds(modified) <= seconds(modifiedSince))
    return 'not-modified';
  return 'send';
};

/**
 * Evaluates the conditions of a write on the object that it would replace.
 * @param current undefined when the key has no object, or a delete marker.
 * @throws S3Error PreconditionFailed; NoSuchKey for If-Match on nothing; NotImplemented for If-None-Match with an ETag.
 */
export const checkWrite = (
  { ifMatch, ifNoneMatch }: Pick<ConditionHeaders, 'ifMatch' | 'ifNoneMatch'>,
  key: string,
  current: Validators | undefined,
): void => {
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw notImplemented('If-Match and If-None-Match on one write: give one of them');
  if (ifMatch?.trim() === '*') throw notImplemented('If-Match with * on a write: give the ETag of the object');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw notImplemented('If-None-Match with an ETag on a write: S3 takes * alone');
    if (current) throw preconditionFailed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (!current) throw noSuchKey(key);
    if (!names(ifMatch, current.etag)) throw preconditionFailed('If-Match');
  }
};

/** The object a multipart upload would replace, by the sequence of its version. */
export interface Replaced extends Validators {
  readonly sequence: number;
}

/**
 * Evaluates the conditions of CompleteMultipartUpload: on the object as it is now, which must also be the one that was there
 * when the upload began (User Guide, "Conditional writes").
 * @param before sequence of the version that was there at the beginning; undefined when there was none
 * @throws S3Error as `checkWrite`; ConditionalRequestConflict when the object was written or deleted meanwhile
 */
export const checkCompletion = (
  headers: Pick<ConditionHeaders, 'ifMatch' | 'ifNoneMatch'>,
  key: string,
  current: Replaced | undefined,
  before: number | undefined,
): void => {
  checkWrite(headers, key, current);
  if (headers.ifNoneMatch !== undefined && before !== undefined) throw conflictingRequest('If-None-Match', key);
  if (headers.ifMatch !== undefined && current?.sequence !== before) throw conflictingRequest('If-Match', key);
};

/**
 * Evaluates If-Match on a deletion: `*` stands for any object.
 * @throws S3Error PreconditionFailed; NoSuchKey for a condition on nothing
 */
export const checkDeletion = (ifMatch: string, key: string, current: Validators | undefined): void => {
  if (!current) throw noSuchKey(key);
  if (!names(ifMatch, current.etag)) throw preconditionFailed('If-Match');
};
