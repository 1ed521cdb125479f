import { LEFT_OUT_DOCUMENT } from '#src/cloud/left-out';
import type { PreparedCall } from '#src/cloud/service';
import { checkEncryptionDocument } from '../encryption.ts';
import { bucketArn, requireBucket, type S3State } from '../state.ts';
import type { BucketDocument } from '../store/buckets.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidRequest, malformedXml, notImplemented, S3Error } from '../wire/errors.ts';
import { childAt, parseXml, textAt, writeXml, type XmlNode } from '../wire/xml.ts';
import { checkLifecycle, oneOf } from './lifecycle-rules.ts';
import { parseTagSet } from './object-tagging.ts';

/** One thing that can be configured on a bucket: PUT, GET and DELETE of `/<bucket>?<query>`. */
interface Configuration {
  readonly kind: BucketDocument;
  /** Name of the API's operations: `Get<name>`, `Put<name>`, `Delete<name>`. */
  readonly name: string;
  /** What follows `Delete` where that is another word. */
  readonly deletedAs?: string;
  /** Root element of the document. */
  readonly root: string;
  readonly readAction: string;
  readonly writeAction: string;
  /** Code and message (404) when nothing is configured, or the document S3 answers then. */
  readonly missing: readonly [code: string, message: string] | XmlNode;
  /** Whether the API can delete it. */
  readonly deletable: boolean;
  /** Throws when S3 would refuse the document. */
  readonly check: (document: XmlNode, s3: S3State) => void;
}

/** Events go to EventBridge alone: other destinations would silently stay without them. */
const checkNotification = (document: XmlNode): void => {
  for (const kind of ['TopicConfiguration', 'QueueConfiguration', 'CloudFunctionConfiguration']) {
    if (childAt(document, kind)) throw notImplemented(`bucket notifications by ${kind}: use EventBridgeConfiguration`);
  }
};

const accept = (): void => undefined;

const configurations: Readonly<Record<string, Configuration>> = {
  versioning: {
    kind: 'versioning',
    name: 'BucketVersioning',
    root: 'VersioningConfiguration',
    readAction: 's3:GetBucketVersioning',
    writeAction: 's3:PutBucketVersioning',
    missing: {},
    deletable: false,
    check: (document) => oneOf(textAt(document, 'Status'), ['Enabled', 'Suspended'], 'Status'),
  },
  encryption: {
    kind: 'encryption',
    name: 'BucketEncryption',
    root: 'ServerSideEncryptionConfiguration',
    readAction: 's3:GetEncryptionConfiguration',
    writeAction: 's3:PutEncryptionConfiguration',
    missing: { Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: 'false' } },
    deletable: true,
    check: (document) => {
      if (!childAt(document, 'Rule')) throw malformedXml('an encryption configuration has a <Rule>');
      checkEncryptionDocument(document);
    },
  },
  publicAccessBlock: {
    kind: 'publicAccessBlock',
    name: 'PublicAccessBlock',
    root: 'PublicAccessBlockConfiguration',
    readAction: 's3:GetBucketPublicAccessBlock',
    writeAction: 's3:PutBucketPublicAccessBlock',
    missing: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
    deletable: true,
    check: accept,
  },
  lifecycle: {
    kind: 'lifecycle',
    name: 'BucketLifecycleConfiguration',
    deletedAs: 'BucketLifecycle',
    root: 'LifecycleConfiguration',
    readAction: 's3:GetLifecycleConfiguration',
    writeAction: 's3:PutLifecycleConfiguration',
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
    deletable: true,
    check: checkLifecycle,
  },
  notification: {
    kind: 'notification',
    name: 'BucketNotificationConfiguration',
    root: 'NotificationConfiguration',
    readAction: 's3:GetBucketNotification',
    writeAction: 's3:PutBucketNotification',
    missing: {},
    deletable: false,
    check: checkNotification,
  },
  tagging: {
    kind: 'tagging',
    name: 'BucketTagging',
    root: 'Tagging',
    readAction: 's3:GetBucketTagging',
    writeAction: 's3:PutBucketTagging',
    missing: ['NoSuchTagSet', 'The TagSet does not exist'],
    deletable: true,
    check: (document) => void parseTagSet(document, 50),
  },
  ownershipControls: {
    kind: 'ownershipControls',
    name: 'BucketOwnershipControls',
    root: 'OwnershipControls',
    readAction: 's3:GetBucketOwnershipControls',
    writeAction: 's3:PutBucketOwnershipControls',
    missing: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
    deletable: true,
    check: (document) =>
      oneOf(
        textAt(document, 'Rule', 'ObjectOwnership'),
        ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'],
        'ObjectOwnership',
      ),
  },
  logging: {
    kind: 'logging',
    name: 'BucketLogging',
    root: 'BucketLoggingStatus',
    readAction: 's3:GetBucketLogging',
    writeAction: 's3:PutBucketLogging',
    missing: {},
    deletable: false,
    check: (document, s3) => {
      const target = textAt(document, 'LoggingEnabled', 'TargetBucket');
      if (target === undefined || s3.buckets.get(target)) return;
      throw new S3Error('InvalidTargetBucketForLogging', `The target bucket ${target} for logging does not exist`, 400);
    },
  },
  cors: {
    kind: 'cors',
    name: 'BucketCors',
    root: 'CORSConfiguration',
    readAction: 's3:GetBucketCORS',
    writeAction: 's3:PutBucketCORS',
    missing: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
    deletable: true,
    check: accept,
  },
};

/** A code and a message, as opposed to a document. */
const isError = (missing: Configuration['missing']): missing is readonly [string, string] => Array.isArray(missing);

const readConfiguration = (s3: S3State, call: S3Call, configuration: Configuration): PreparedCall => ({
  operation: `Get${configuration.name}`,
  authorize: [{ action: configuration.readAction, resource: bucketArn(s3, call.bucket) }],
  execute: async () => {
    const { kind, root, missing } = configuration;
    let document = s3.buckets.document(call.bucket, kind);
    if (document === undefined) {
      if (isError(missing)) throw new S3Error(missing[0], missing[1], 404, { BucketName: call.bucket });
      document = missing;
    }
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: writeXml(root, document) };
  },
});

const writeConfiguration = (s3: S3State, call: S3Call, configuration: Configuration): PreparedCall => ({
  operation: `Put${configuration.name}`,
  authorize: [{ action: configuration.writeAction, resource: bucketArn(s3, call.bucket) }],
  input: { [configuration.root]: LEFT_OUT_DOCUMENT },
  execute: async () => {
    const { kind, root, check } = configuration;
    const document = parseXml((await receiveText(call)).text, root);
    check(document, s3);
    s3.buckets.setDocument(call.bucket, kind, document);
    return { status: 200 };
  },
});

const deleteConfiguration = (s3: S3State, call: S3Call, configuration: Configuration): PreparedCall => ({
  operation: `Delete${configuration.deletedAs ?? configuration.name}`,
  authorize: [{ action: configuration.writeAction, resource: bucketArn(s3, call.bucket) }],
  execute: async () => {
    s3.buckets.setDocument(call.bucket, configuration.kind, undefined);
    return { status: 204 };
  },
});

/** The call that reads, writes or deletes a bucket's configuration; undefined when the request is about none. */
export const configureBucket = (s3: S3State, call: S3Call): PreparedCall | undefined => {
  const query = Object.keys(configurations).find((name) => call.query(name) !== undefined);
  const configuration = query === undefined ? undefined : configurations[query];
  if (!configuration) return undefined;
  requireBucket(s3, call.bucket);
  if (call.request.method === 'GET') return readConfiguration(s3, call, configuration);
  if (call.request.method === 'PUT') return writeConfiguration(s3, call, configuration);
  if (call.request.method === 'DELETE' && configuration.deletable) return deleteConfiguration(s3, call, configuration);
  throw invalidRequest(`${call.request.method} is not possible on ?${query}.`);
};
