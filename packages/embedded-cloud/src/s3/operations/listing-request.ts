import type { AuthorizationRequest, ServiceResponse } from '#src/cloud/service';
import { type Checksum, checksumElement } from '../checksums/algorithms.ts';
import { bucketArn, type S3State } from '../state.ts';
import type { Line, Page } from '../store/paging.ts';
import type { ObjectVersion } from '../store/versions.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument } from '../wire/errors.ts';
import { writeXml, type XmlElement } from '../wire/xml.ts';

/** No listing returns more lines than this. */
const mostLines = 1000;

/** `max-keys`, `max-uploads` or `max-parts` of the query. */
export const limitOf = (call: S3Call, name: string): number => {
  const text = call.query(name) ?? '';
  if (text === '') return mostLines;
  if (/^\d+$/.test(text)) return Math.min(Number(text), mostLines);
  throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, text);
};

/** A function that writes keys as the client asked: percent-encoded for `encoding-type=url`, slashes left as they are. */
export const keyWriter = (call: S3Call): ((key: string) => string) => {
  const encoding = call.query('encoding-type');
  if (encoding === undefined || encoding === '') return (key) => key;
  if (encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/');
};

/** Listing a bucket, with the condition keys a policy may hold it to. */
export const toList = (s3: S3State, call: S3Call, action: string): AuthorizationRequest => {
  const context: Record<string, string> = {};
  for (const name of ['prefix', 'delimiter', 'max-keys']) {
    const value = call.query(name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  return {
    action,
    resource: bucketArn(s3, call.bucket),
    ...(Object.keys(context).length > 0 ? { context } : {}),
  };
};

export const entriesOf = <T>(lines: readonly Line<T>[]): T[] =>
  lines.flatMap((line) => ('entry' in line ? [line.entry] : []));

export const prefixElements = <T>(lines: readonly Line<T>[], write: (key: string) => string): XmlElement[] =>
  lines.flatMap((line) => ('commonPrefix' in line ? [{ Prefix: write(line.commonPrefix) }] : []));

/** The page of a request for no lines at all: S3 calls it complete. */
export const emptyPage: Page<never> = { lines: [], truncated: false };

/** What the last line of a page is called: its key or its common prefix. */
export const nameOfLast = <T extends { readonly key: string }>(lines: readonly Line<T>[]): string | undefined => {
  const last = lines.at(-1);
  if (!last) return undefined;
  return 'entry' in last ? last.entry.key : last.commonPrefix;
};

export const checksumElements = ({ algorithm, type }: Checksum): XmlElement => ({
  ChecksumAlgorithm: algorithm,
  ChecksumType: type,
});

/** Base64 value under the element named for its algorithm. */
export const checksumValueElement = ({ algorithm, value }: Checksum): XmlElement => ({
  [checksumElement(algorithm)]: value,
});

/** The account that owns everything. */
export const ownerElement = ({ context }: S3State): XmlElement => ({
  ID: context.accountId,
  DisplayName: context.accountId,
});

export const objectElement = (version: ObjectVersion, write: (key: string) => string): XmlElement => ({
  Key: write(version.key),
  LastModified: new Date(version.modified).toISOString(),
  ETag: `"${version.etag}"`,
  ...checksumElements(version.record.checksum),
  Size: version.size,
  StorageClass: version.record.storageClass,
});

export const xmlResponse = (root: string, content: XmlElement): ServiceResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: writeXml(root, content),
});
