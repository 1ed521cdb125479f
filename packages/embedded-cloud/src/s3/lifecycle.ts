import { announce } from './events.ts';
import { type S3State, versioningOf } from './state.ts';
import type { Change } from './store/catalog.ts';
import { listVersions } from './store/listing.ts';
import type { ObjectVersion } from './store/versions.ts';
import { childAt, children, textAt, type XmlNode } from './wire/xml.ts';

/** How much a run of the lifecycle rules did. */
export interface LifecycleOutcome {
  /** Current objects expired: deleted, or hidden by a delete marker. */
  readonly expired: number;
  /** Noncurrent versions deleted. */
  readonly noncurrent: number;
  /** Delete markers removed that hid nothing any more. */
  readonly markers: number;
  /** Multipart uploads aborted. */
  readonly uploads: number;
}

const dayMilliseconds = 86_400_000;

/** S3 counts days from the next midnight UTC: user guide, "Lifecycle rules: based on an object's age". */
const dueAt = (since: number, days: number): number =>
  Math.ceil((since + days * dayMilliseconds) / dayMilliseconds) * dayMilliseconds;

const numberAt = (node: XmlNode | undefined, ...path: readonly string[]): number | undefined => {
  const text = textAt(node, ...path);
  return text === undefined ? undefined : Number(text);
};

const prefixOf = (rule: XmlNode): string =>
  textAt(rule, 'Filter', 'And', 'Prefix') ?? textAt(rule, 'Filter', 'Prefix') ?? textAt(rule, 'Prefix') ?? '';

/** Whether a rule's filter by prefix, tags and size matches a version. */
const matches = (rule: XmlNode, { key, size, tags }: Pick<ObjectVersion, 'key' | 'size' | 'tags'>): boolean => {
  const filter = childAt(rule, 'Filter');
  const and = childAt(filter, 'And');
  const wanted = [...children(filter, 'Tag'), ...children(and, 'Tag')];
  const above = numberAt(and, 'ObjectSizeGreaterThan') ?? numberAt(filter, 'ObjectSizeGreaterThan');
  const below = numberAt(and, 'ObjectSizeLessThan') ?? numberAt(filter, 'ObjectSizeLessThan');
  return (
    key.startsWith(prefixOf(rule)) &&
    wanted.every((tag) => tags[textAt(tag, 'Key') ?? ''] === textAt(tag, 'Value')) &&
    (above === undefined || size > above) &&
    (below === undefined || size < below)
  );
};

/** The keys of a bucket, a page of versions at a time. */
function* keyPages(s3: S3State, bucket: string, prefix: string): Generator<ReadonlySet<string>> {
  let after = '';
  for (;;) {
    const start = after === '' ? undefined : { key: after, inclusive: false };
    const page = listVersions(s3.catalog.database, bucket, { prefix, delimiter: undefined, limit: 1000, start });
    const keys = new Set(page.lines.flatMap((line) => ('entry' in line ? [line.entry.key] : [])));
    yield keys;
    for (const key of keys) after = key;
    if (!page.truncated) return;
  }
}

const expirationDue = (rule: XmlNode, { modified }: ObjectVersion, now: number): boolean => {
  const days = numberAt(rule, 'Expiration', 'Days');
  if (days !== undefined) return now >= dueAt(modified, days);
  const date = textAt(rule, 'Expiration', 'Date');
  return date !== undefined && now >= Date.parse(date);
};

const tell = (s3: S3State, { bucket, key, versionId }: ObjectVersion, sequence: number, marker: boolean): void =>
  announce(
    s3,
    {
      type: 'Object Deleted',
      reason: 'Lifecycle Expiration',
      deletion: marker ? 'Delete Marker Created' : 'Permanently Deleted',
    },
    { bucket, key, versionId: versioningOf(s3, bucket) === 'off' ? undefined : versionId, sequence },
    undefined,
  );

const expireCurrent = (s3: S3State, change: Change, rule: XmlNode, latest: ObjectVersion, now: number): boolean => {
  if (latest.deleteMarker || !matches(rule, latest) || !expirationDue(rule, latest, now)) return false;
  const { bucket, key } = latest;
  const { version, sequence, created } = s3.versions.delete(change, versioningOf(s3, bucket), bucket, key, now);
  tell(s3, version ?? latest, sequence, created);
  return true;
};

/** A version is noncurrent since the one above it was written. */
const dueNoncurrent = (rule: XmlNode, versions: readonly ObjectVersion[], now: number): ObjectVersion[] => {
  const days = numberAt(rule, 'NoncurrentVersionExpiration', 'NoncurrentDays');
  if (days === undefined) return [];
  const kept = numberAt(rule, 'NoncurrentVersionExpiration', 'NewerNoncurrentVersions') ?? 0;
  return versions.filter((version, index) => {
    const successor = versions[index - 1];
    return successor !== undefined && index > kept && matches(rule, version) && now >= dueAt(successor.modified, days);
  });
};

const removeVersion = (s3: S3State, change: Change, version: ObjectVersion): void => {
  const { bucket, key, versionId } = version;
  const { sequence } = s3.versions.deleteVersion(change, bucket, key, versionId);
  tell(s3, version, sequence, false);
};

/** A delete marker without versions is removed when the rule says so, or when it is older than the rule lets objects become. */
const markerDue = (rule: XmlNode, versions: readonly ObjectVersion[], now: number): boolean => {
  const [marker, ...others] = versions;
  if (!marker?.deleteMarker || others.length > 0 || !marker.key.startsWith(prefixOf(rule))) return false;
  return textAt(rule, 'Expiration', 'ExpiredObjectDeleteMarker') === 'true' || expirationDue(rule, marker, now);
};

const abortUploads = async (s3: S3State, bucket: string, rule: XmlNode, now: number): Promise<number> => {
  const days = numberAt(rule, 'AbortIncompleteMultipartUpload', 'DaysAfterInitiation');
  if (days === undefined) return 0;
  const request = {
    prefix: prefixOf(rule),
    delimiter: undefined,
    limit: Number.MAX_SAFE_INTEGER - 1,
    start: undefined,
  };
  const due = s3.uploads
    .list(bucket, request)
    .lines.flatMap((line) => ('entry' in line && now >= dueAt(line.entry.initiated, days) ? [line.entry] : []));
  for (const { id } of due) await s3.catalog.change((change) => s3.uploads.remove(change, id));
  return due.length;
};

const runRule = async (s3: S3State, bucket: string, rule: XmlNode): Promise<LifecycleOutcome> => {
  const now = s3.context.clock.now();
  let [expired, noncurrent, markers] = [0, 0, 0];
  const age = (change: Change, versions: readonly ObjectVersion[]): void => {
    const [latest] = versions;
    if (!latest) return;
    const due = dueNoncurrent(rule, versions, now);
    for (const version of due) removeVersion(s3, change, version);
    noncurrent += due.length;
    if (expireCurrent(s3, change, rule, latest, now)) expired += 1;
    else if (markerDue(rule, s3.versions.all(bucket, latest.key), now)) {
      removeVersion(s3, change, latest);
      markers += 1;
    }
  };
  for (const keys of keyPages(s3, bucket, prefixOf(rule))) {
    await s3.catalog.change((change) => {
      for (const key of keys) age(change, s3.versions.all(bucket, key));
    });
  }
  return { expired, noncurrent, markers, uploads: await abortUploads(s3, bucket, rule, now) };
};

/** Carries out the enabled lifecycle rules of all buckets. Transitions between storage classes are not carried out. */
export const runLifecycle = async (s3: S3State): Promise<LifecycleOutcome> => {
  const total = { expired: 0, noncurrent: 0, markers: 0, uploads: 0 };
  for (const { name } of s3.buckets.all()) {
    for (const rule of children(s3.buckets.document(name, 'lifecycle'), 'Rule')) {
      if (textAt(rule, 'Status') !== 'Enabled') continue;
      const outcome = await runRule(s3, name, rule);
      total.expired += outcome.expired;
      total.noncurrent += outcome.noncurrent;
      total.markers += outcome.markers;
      total.uploads += outcome.uploads;
    }
  }
  return total;
};
