import { type EventOutbox, eventOutbox } from '#src/cloud/event-outbox';
import type { CloudContext } from '#src/cloud/service';
import { defaultEncryption, type Encryption } from './encryption.ts';
import { type Bucket, BucketTable } from './store/buckets.ts';
import { Catalog } from './store/catalog.ts';
import { UploadTable } from './store/uploads.ts';
import { type Versioning, VersionTable } from './store/versions.ts';
import { noSuchBucket } from './wire/errors.ts';
import { textAt } from './wire/xml.ts';

/** Everything an S3 operation works on. */
export interface S3State {
  readonly context: CloudContext;
  readonly catalog: Catalog;
  readonly buckets: BucketTable;
  readonly versions: VersionTable;
  readonly uploads: UploadTable;
  /** Events of changes to objects, stored with the changes and sent after them. */
  readonly outbox: EventOutbox;
}

/** @param directory made when missing. */
export const openState = async (context: CloudContext, directory: string): Promise<S3State> => {
  const catalog = await Catalog.open(directory);
  const { database } = catalog;
  // That an event was sent need not survive a power cut: it would be sent again, under the same id.
  const outbox = eventOutbox(
    { run: (...statement) => database.runLazily(...statement), all: (...statement) => database.all(...statement) },
    context,
  );
  database.onCommit(() => outbox.send());
  return {
    context,
    catalog,
    buckets: new BucketTable(catalog),
    versions: new VersionTable(catalog),
    uploads: new UploadTable(catalog),
    outbox,
  };
};

/** @throws S3Error NoSuchBucket */
export const requireBucket = ({ buckets }: S3State, name: string): Bucket => {
  const bucket = buckets.get(name);
  if (!bucket) throw noSuchBucket(name);
  return bucket;
};

export const versioningOf = ({ buckets }: S3State, bucket: string): Versioning => {
  const status = textAt(buckets.document(bucket, 'versioning'), 'Status');
  if (status === 'Enabled') return 'enabled';
  return status === 'Suspended' ? 'suspended' : 'off';
};

export const bucketEncryption = ({ buckets, context }: S3State, bucket: string): Encryption =>
  defaultEncryption(context, buckets.document(bucket, 'encryption'));

export const bucketArn = ({ context }: S3State, bucket: string): string => `arn:${context.partition}:s3:::${bucket}`;

export const objectArn = (s3: S3State, bucket: string, key: string): string => `${bucketArn(s3, bucket)}/${key}`;
