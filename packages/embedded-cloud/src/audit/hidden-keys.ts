import { createHash } from 'node:crypto';
import type { AuditLine } from './line.ts';

/** Whether the keys of a bucket's objects may be personal, so that the audit log has hashes in their place. */
export type HidesKeys = (bucket: string) => boolean;

/** Members of S3's requests that hold a key, or its start. */
const KEYS = new Set(['Key', 'KeyMarker', 'Marker', 'Prefix', 'StartAfter']);

/** The same for the same key. A first folder that starts with `_` is a tool's own and stays, so that grants can be compared. */
function hiddenKey(key: string): string {
  const [, own = '', rest = key] = /^(_[^/]*\/)(.*)$/s.exec(key) ?? [];
  if (rest === '') return key;
  return `${own}hidden-${createHash('sha256').update(rest, 'utf8').digest('hex').slice(0, 16)}`;
}

/** Whether a resource of the log is an object whose key is hidden. */
export const hasHiddenKey = (resource: string): boolean => /\/hidden-[0-9a-f]{16}$/.test(resource);

function hideMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [
      member,
      KEYS.has(member) && typeof inner === 'string' ? hiddenKey(inner) : hideMembers(inner),
    ]),
  );
}

/** `bucket/key` or `/bucket/key?versionId=…`: the source of a copy. */
function hideSource(source: string, hides: HidesKeys): string {
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.*)$/s.exec(source) ?? [];
  return hides(bucket) ? `${bucket}/${hiddenKey(key)}` : source;
}

function hideInput(input: unknown, hides: HidesKeys): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const { Bucket, CopySource } = input as { readonly Bucket?: unknown; readonly CopySource?: unknown };
  const own = typeof Bucket === 'string' && hides(Bucket) ? (hideMembers(input) as object) : input;
  return typeof CopySource === 'string' ? { ...own, CopySource: hideSource(CopySource, hides) } : own;
}

/** The line with keys of such buckets replaced by hashes, in what was asked and in what was decided on. */
export function hideKeys(line: AuditLine, hides: HidesKeys): AuditLine {
  const authorization = line.authorization.map((entry) => {
    const [, start = '', bucket = '', key = ''] = /^(arn:[^:]+:s3:::([^/]+)\/)(.+)$/s.exec(entry.resource) ?? [];
    return start !== '' && hides(bucket) ? { ...entry, resource: start + hiddenKey(key) } : entry;
  });
  const input = line.service === 's3' && line.input !== undefined ? { input: hideInput(line.input, hides) } : {};
  return { ...line, authorization, ...input };
}
